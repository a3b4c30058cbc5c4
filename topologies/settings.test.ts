import { describe, expect, it } from 'vitest';
import { installationTopics, mismatches } from './settings.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { topics } from './topics.ts';

describe('settings', () => {
  const wanted = settingsOf(topics.valid, 4);

  it.each([
    ['equal settings', 4, {}, []],
    ['a larger record is allowed', 4, { 'max.message.bytes': '99999999' }, []],
    ["retention is the operator's choice", 4, { 'retention.ms': '1' }, []],
    ['another count of partitions', 5, {}, [{ topic: 'events.valid.v1', setting: 'partitions', wanted: '4', found: '5' }]],
    [
      'a clock that sensors can set',
      4,
      { 'message.timestamp.type': 'CreateTime' },
      [{ topic: 'events.valid.v1', setting: 'message.timestamp.type', wanted: 'LogAppendTime', found: 'CreateTime' }],
    ],
    [
      'compaction of what must be kept',
      4,
      { 'cleanup.policy': 'compact' },
      [{ topic: 'events.valid.v1', setting: 'cleanup.policy', wanted: 'delete', found: 'compact' }],
    ],
    [
      'records that would not fit',
      4,
      { 'max.message.bytes': '1000' },
      [{ topic: 'events.valid.v1', setting: 'max.message.bytes', wanted: '2097152', found: '1000' }],
    ],
  ])('%s', (_, partitions, change, expected) => {
    expect(mismatches(wanted, partitions, { ...wanted.config, ...change })).toEqual(expected);
  });

  it('gives events the same number of partitions on the whole way, since forward and append keep the number', () => {
    const counts = new Map(installationTopics({ partitions: 24 }).map(({ name, partitions }) => [name, partitions]));
    expect([topics.parsed, topics.valid, topics.enriched].map(({ name }) => counts.get(name))).toEqual([24, 24, 24]);
  });

  it('closes segments several times within the retention, else nothing is deleted in time', () => {
    for (const { name, config } of installationTopics({ partitions: 4 })) {
      if (config['cleanup.policy'] === 'delete') expect(Number(config['segment.ms']), name).toBeLessThanOrEqual(Number(config['retention.ms']) / 4);
    }
  });

  it('has a raw topic for each source and a sink for each organization', () => {
    const names = installationTopics({ organizations: ['a', 'b'], partitions: 1 }).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['raw.a.windows', 'raw.b.gateway-http', 'sink.a.ecs.v1', 'sink.b.ecs.v1']));
    expect(new Set(names).size).toBe(names.length);
  });
});
