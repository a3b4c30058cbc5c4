import { expect, it } from 'vitest';
import { layOut } from './layout.ts';

const stage = (name: string, inputTopic: string, ...outputTopics: string[]) => ({ name, inputTopic, outputTopics });
const chain = [stage('ingest', 'raw.*', 'parsed'), stage('validate', 'parsed', 'valid'), stage('enrich', 'valid', 'enriched')];
const columnsOf = (stages: ReturnType<typeof stage>[]) => Object.fromEntries(layOut(stages).places.map(({ name, column }) => [name, column]));

it('puts each stage one column right of what it reads from', () => {
  expect(columnsOf(chain)).toEqual({ ingest: 0, validate: 1, enrich: 2 });
});

it('follows the longest way where several lead to a stage', () => {
  const stages = [...chain, stage('detect', 'enriched', 'findings', 'matches'), stage('correlate', 'matches', 'findings'), stage('alert', 'findings')];
  expect(columnsOf(stages)).toMatchObject({ detect: 3, correlate: 4, alert: 5 });
});

it('leads topics that pass a column by above the cards', () => {
  const stages = [...chain, stage('detect', 'enriched', 'findings', 'matches'), stage('correlate', 'matches', 'findings'), stage('alert', 'findings')];
  expect(layOut(stages).buses).toEqual(['findings']);
});

it('does not depend on the order in which stages are named', () => {
  expect(columnsOf([...chain].reverse())).toEqual(columnsOf(chain));
});

it('centres short columns beside the tallest', () => {
  const { places, rows } = layOut([stage('a', 'raw', 't'), stage('b', 't'), stage('c', 't'), stage('d', 't')]);
  expect(rows).toBe(3);
  expect(places.find(({ name }) => name === 'a')?.row).toBe(1);
});

it('draws a circle without going round for ever', () => {
  expect(layOut([stage('a', 'x', 'y'), stage('b', 'y', 'x')]).wires).toHaveLength(2);
});
