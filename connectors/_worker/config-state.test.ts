import { describe, expect, it } from 'vitest';
import { ConfigState, connectorRecord, forgetRecords, restartRecord, targetRecord, topicsResetRecord } from './config-state.ts';
import type { ConfigRecord, StoredConnector } from './config-state.ts';

const stored: StoredConnector = { config: { name: 'a', topics: 'x' }, type: 'sink', organization: 'default', outboundHosts: [], slots: [3, 4], since: 0 };
const connector = connectorRecord('a', stored);
const raw = (key: string, value: string): ConfigRecord => ({ key: Buffer.from(key), value: Buffer.from(value) });

function fold(records: readonly ConfigRecord[], isLive = true): { readonly state: ConfigState; readonly taken: readonly boolean[] } {
  const state = new ConfigState();
  const taken = records.map((record, offset) => state.take({ ...record, offset, timestampMs: 1_000 + offset }, isLive));
  return { state, taken };
}

describe('a connector', () => {
  it('is what its last record says, and its revision is where that lies', () => {
    const { state } = fold([connector, connectorRecord('a', { ...stored, config: { name: 'a', topics: 'y' } })]);
    expect(state.get('a')).toMatchObject({ name: 'a', config: { topics: 'y' }, revision: 1, target: 'STARTED', slots: [3, 4] });
  });

  it.each<[name: string, records: readonly ConfigRecord[], target: string]>([
    ['is started unless something else is said', [connector], 'STARTED'],
    ['is in the state that was written before it, at once with it', [targetRecord('a', 'STOPPED'), connector], 'STOPPED'],
    ['is in the state that is written later', [connector, targetRecord('a', 'PAUSED')], 'PAUSED'],
    ['keeps its state when it is configured anew', [connector, targetRecord('a', 'PAUSED'), connector], 'PAUSED'],
    ['takes the form of Kafka Connect before 3.5', [connector, raw('target-state-a', '{"state":"PAUSED"}')], 'PAUSED'],
    ['stays as it is when a state is unknown', [connector, raw('target-state-a', '{"state.v2":"DANCING"}')], 'STARTED'],
    ['of a name that was deleted starts anew', [connector, targetRecord('a', 'STOPPED'), ...forgetRecords('a'), connector], 'STARTED'],
  ])('%s', (_name, records, target) => {
    expect(fold(records).state.get('a')?.target).toBe(target);
  });

  it('is gone when it is deleted', () => {
    const { state } = fold([connector, ...forgetRecords('a')]);
    expect([state.get('a'), state.all()]).toEqual([undefined, []]);
  });

  it('may have a name with dashes and spaces', () => {
    const { state } = fold([connectorRecord('state-a of b', stored), targetRecord('state-a of b', 'PAUSED')]);
    expect(state.get('state-a of b')?.target).toBe('PAUSED');
  });

  it('remembers since when it is asked for its topics', () => {
    expect(fold([connector, topicsResetRecord('a'), connector]).state.get('a')?.topicsSinceMs).toBe(1_001);
  });
});

describe('a restart', () => {
  const restarts = [connector, restartRecord('a', { connector: true, tasks: [1] }), restartRecord('a', { connector: false, tasks: [0, 1] })];

  it('counts for those that it names', () => {
    const { connector: times, tasks } = fold(restarts).state.get('a')!.restarts;
    expect([times, [...tasks]]).toEqual([1, [1, 2]]);
  });

  it('is over when it was asked for before this worker began', () => {
    expect(fold(restarts, false).state.get('a')?.restarts).toEqual({ connector: 0, tasks: [] });
  });
});

it.each([
  ['of another key', 'session-key', '{}'],
  ['that is no JSON', 'connector-b', '{'],
  ['of nothing', 'connector-', '{}'],
  ['of a connector that lies nowhere', 'connector-b', '{"properties":{"name":"b"}}'],
])('a record %s is passed over', (_name, key, value) => {
  const { state, taken } = fold([connector, raw(key, value)]);
  expect([taken, state.all().length]).toEqual([[true, false], 1]);
});
