import { expect, it } from 'vitest';
import { atRisk } from './risk.ts';

const host = (value: string) => ({ type: 'host', value });

it('adds up the scores of an entity over its alerts and keeps the worst severity', () => {
  const alerts = [
    { severity: 'low' as const, score: 20, entities: [host('a'), host('b')] },
    { severity: 'high' as const, score: 70, entities: [host('a')] },
    { severity: 'critical' as const, score: 80, entities: [host('c')] },
  ];
  expect(atRisk(alerts)).toEqual([
    { type: 'host', value: 'a', alerts: 2, worst: 'high', risk: 90 },
    { type: 'host', value: 'c', alerts: 1, worst: 'critical', risk: 80 },
    { type: 'host', value: 'b', alerts: 1, worst: 'low', risk: 20 },
  ]);
});

it('tells entities of the same name and another type apart', () => {
  expect(atRisk([{ severity: 'low', score: 1, entities: [host('x'), { type: 'user', value: 'x' }] }])).toHaveLength(2);
});
