// What counts as right, as unasked and as wrong.
import { expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Score } from '../measure.ts';
import { Tally } from '../measure.ts';
import { ecsDocuments } from './ecs-documents.ts';
import { isScored, normal } from './fields.ts';
import { datadog, metron } from './named-cases.ts';
import { found, NamedFields } from './named-fields.ts';
import type { Scorer } from './reading.ts';
import { reader } from './reading.ts';

const ingestor = await openIngestor(config.parse({}), { installation: 'test' });
function scoreOf(scorer: Scorer, stem: string, input: string, expected: unknown): Score {
  const tally = new Tally('test');
  scorer.score(tally, stem, { id: 'case', input, expected }, () => reader(ingestor));
  return tally.result().measures[stem]!;
}
const LINE = '<38>Mar 14 09:26:53 web01 sshd[214]: Accepted password for bob from 192.0.2.7 port 4022 ssh2';

it.each<[name: string, field: string, expected: boolean]>([
  ['a field by its name', 'event.dataset', true],
  ['a field of a family', 'container.id', true],
  ['a field that ECS does not know', 'source.reputation', false],
  ['a field of no family', 'observer.vendor', false],
])('scores %s: %s', (_name, field, expected) => {
  expect(isScored(field)).toBe(expected);
});

it('asks for what the agent added of its own machine only where the record holds it', () => {
  const event = { event: { kind: 'event' } };
  expect(scoreOf(ecsDocuments, 'wazuh', LINE, { ...event, host: { name: 'web01', id: '001', os: { type: 'linux' } } })).toMatchObject({ total: 3, unasked: 1 });
  expect(scoreOf(ecsDocuments, 'wazuh', LINE, { ...event, host: { name: 'agent-7', os: { type: 'linux' } } })).toMatchObject({ total: 1, unasked: 2 });
  expect(scoreOf(ecsDocuments, 'wazuh', LINE, { ...event, host: { name: 'eb0' } })).toMatchObject({ total: 1, unasked: 1 }); // part of a word
});
it('compares the original with the record that is kept, JSON however it is spaced', () => {
  expect(scoreOf(ecsDocuments, 'wazuh', LINE, { event: { original: LINE } })).toMatchObject({ right: 1, total: 1 });
  expect(scoreOf(ecsDocuments, 'wazuh', '{"a":1, "b":2}', { event: { original: '{"a": 1,"b":2}' } })).toMatchObject({ right: 1, total: 1 });
  expect(scoreOf(ecsDocuments, 'wazuh', LINE, { event: { original: LINE.slice(1) } })).toMatchObject({ right: 0, total: 1 });
});

it.each<[name: string, field: string, left: unknown, right: unknown, isSame: boolean]>([
  ['names of hosts without case', 'host.name', 'WEB01', 'web01', true],
  ['users with case', 'user.name', 'Bob', 'bob', false],
  ['levels with case', 'log.level', 'Error', 'error', false],
  ['lists as sets', 'related.ip', ['192.0.2.1', '192.0.2.2'], ['192.0.2.2', '192.0.2.1'], true],
  ['lists with all their elements', 'related.ip', ['192.0.2.1'], ['192.0.2.1', '192.0.2.2'], false],
])('compares %s', (_name, field, left, right, isSame) => {
  expect(JSON.stringify(normal(field, left)) === JSON.stringify(normal(field, right))).toBe(isSame);
});

const [event] = reader(ingestor)('{"time":"2024-03-14T09:26:53Z","status":"Warning","name":"Alice","list":["a","b"]}') as readonly [Event];
it.each<[name: string, field: string, expected: unknown, isRight: boolean]>([
  ['a level by its other name', 'status', 'warn', true],
  ['a name in another case', 'name', 'alice', false],
  ['a list with an element less', 'list', ['a'], false],
  ['a list in another order', 'list', ['b', 'a'], true],
])('finds %s', (_name, field, expected, isRight) => {
  expect(found(new NamedFields(event), [field], expected) === expected).toBe(isRight);
});

it('counts a time that was not read as wrong, and leaves out only the time of processing', () => {
  expect(scoreOf(datadog, 'datadog-x', 'no time', { timestamp: 1_700_000_000_000 })).toMatchObject({ right: 0, total: 1 });
  const tally = new Tally('test');
  datadog.score(tally, 'datadog-x', { id: 'case', input: 'no time', expected: { timestamp: 1 } }, () => reader(ingestor));
  expect(tally.result().measures).toEqual({});
});
it('compares a year that the line does not tell with none', () => {
  expect(scoreOf(datadog, 'datadog-x', LINE, { timestamp: Date.UTC(1970, 2, 14, 9, 26, 53) })).toMatchObject({ right: 1, total: 1 });
  expect(scoreOf(datadog, 'datadog-x', LINE, { timestamp: Date.UTC(1970, 2, 14, 9, 26, 54) })).toMatchObject({ right: 0, total: 1 });
});
it('takes the name of a parser for our dataset', () => {
  expect(scoreOf(metron, 'metron-x', LINE, { 'source.type': 'syslog3164' })).toMatchObject({ right: 1 });
  expect(scoreOf(metron, 'metron-x', LINE, { 'source.type': 'bro' })).toMatchObject({ right: 0 });
});
