import { describe, expect, it } from 'vitest';
import type { ConnectorState, ConnectorStateFragment } from '../gql/graphql.ts';
import { conditionOf, failureOf, isErrorOfNow, refusedOf } from './condition.ts';

const NO_DELIVERY: ConnectorStateFragment['delivery'] = {
  delivered: 0,
  present: 0,
  rejected: 0,
  filtered: 0,
  owed: 0,
  owedBytes: 0,
  lag: null,
  possibleDuplicates: 0,
  lastError: null,
  lastErrorAt: null,
  lastProgressAt: null,
  oldestOwedAt: null,
};
const tasksIn = (...states: ConnectorState[]) => states.map((state, id) => ({ id, state, worker: 'worker:1', trace: null }));
const EARLIER = '2026-03-01T12:00:00.000000Z';
const LATER = '2026-03-01T12:00:01.000000Z';

it.each<[name: string, state: ConnectorState, tasks: ConnectorState[], delivery: Partial<ConnectorStateFragment['delivery']>, word: string, health: string]>([
  ['runs', 'RUNNING', ['RUNNING', 'RUNNING'], {}, 'Running', 'good'],
  ['has failed itself', 'FAILED', [], {}, 'Failed', 'bad'],
  ['has failed in one of its tasks, though it says it runs', 'RUNNING', ['RUNNING', 'FAILED'], {}, '1 of 2 tasks failed', 'bad'],
  ['has failed in its only task', 'RUNNING', ['FAILED'], {}, 'Failed', 'bad'],
  ['is paused, whatever failed before', 'PAUSED', ['FAILED'], {}, 'Paused', 'off'],
  ['is stopped', 'STOPPED', [], {}, 'Stopped', 'off'],
  ['waits for a worker as a whole', 'UNASSIGNED', ['UNASSIGNED'], {}, 'Waiting for a worker', 'waiting'],
  ['waits for a worker with one of its tasks', 'RUNNING', ['RUNNING', 'UNASSIGNED'], {}, 'Waiting for a worker', 'waiting'],
  ['has no task yet', 'RUNNING', [], {}, 'Waiting for a worker', 'waiting'],
  ['begins anew', 'RUNNING', ['RESTARTING'], {}, 'Restarting', 'waiting'],
  ['owes and gets errors only', 'RUNNING', ['RUNNING'], { owed: 5, lastErrorAt: LATER, lastProgressAt: EARLIER }, 'Held up', 'waiting'],
  ['owes and has never got on', 'RUNNING', ['RUNNING'], { owed: 5, lastErrorAt: LATER }, 'Held up', 'waiting'],
  ['owes and got on after the error', 'RUNNING', ['RUNNING'], { owed: 5, lastErrorAt: EARLIER, lastProgressAt: LATER }, 'Running', 'good'],
  ['owes nothing, whatever went wrong last', 'RUNNING', ['RUNNING'], { lastErrorAt: LATER }, 'Running', 'good'],
])('a connector that %s', (_name, state, tasks, delivery, word, health) => {
  expect(conditionOf({ type: 'SINK', state, tasks: tasksIn(...tasks), delivery: { ...NO_DELIVERY, ...delivery } })).toMatchObject({ word, health });
});

it('knows no error of now where there was none', () => {
  expect(isErrorOfNow({ lastErrorAt: null, lastProgressAt: null })).toBe(false);
});

it('says why the first failed, in one line', () => {
  const task = (id: number, state: ConnectorState, trace: string | null) => ({ id, state, worker: 'worker:1', trace });
  const tasks = [task(0, 'RUNNING', null), task(1, 'FAILED', 'ConfigError: no index\n    at open'), task(2, 'FAILED', 'another')];
  expect(failureOf({ state: 'RUNNING', trace: null, tasks })).toBe('ConfigError: no index');
  expect(failureOf({ state: 'FAILED', trace: 'its own', tasks })).toBe('its own');
  expect(failureOf({ state: 'RUNNING', trace: null, tasks: [task(0, 'RUNNING', null)] })).toBeNull();
});

describe('what is rejected', () => {
  it.each<[name: string, config: Record<string, string>, refused: ReturnType<typeof refusedOf>]>([
    ['goes to the usual topic', {}, { kind: 'topic', topic: 'connect.dead-letters.v1' }],
    ['goes to a topic of its own', { 'errors.deadletterqueue.topic.name': ' connect.dead-letters.soc ' }, { kind: 'topic', topic: 'connect.dead-letters.soc' }],
    ['is left out where no topic is wanted', { 'errors.deadletterqueue.topic.name': '' }, { kind: 'left-out' }],
    ['stops the task where nothing is tolerated', { 'errors.tolerance': 'none' }, { kind: 'stops' }],
  ])('%s', (_name, config, refused) => {
    expect(refusedOf(Object.entries(config).map(([name, value]) => ({ name, value })))).toEqual(refused);
  });
});
