import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { schemas } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../../topologies/topics.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import { noteAll, setAside } from '../../test/dead-letters.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('the pipeline over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    const producer = api.broker.producer();
    await setAside(api, [{ value: 'a' }, { organization: 'other', value: 'theirs' }, { code: 'INVALID_EVENT', value: 'b' }]);
    await noteAll(database, api);
    await producer.send([
      {
        topic: topics.ledger.name,
        partition: 0,
        key: null,
        value: api.codec.encode(schemas.ledgerEntry, {
          app: 'goshawk',
          stage: 'ingest',
          topic: 'raw.default.zeek',
          partition: 0,
          from: 0,
          to: 10,
          in: 10,
          passed: 8,
          dropped: [{ reason: 'duplicate', count: 1 }],
          rejected: [{ reason: 'DECODE_FAILED', count: 1 }],
          emitted: 0,
          out: [{ topic: 'events.parsed.v1', partition: 0, count: 8, first: 0, last: 7 }],
          watermark: 1_772_365_200_000_000,
          watermarks: [
            { dataset: 'aws.cloudtrail', at: 1_772_365_200_000_000 },
            { dataset: 'zeek.conn', at: 1_772_366_400_000_000 },
          ],
          throttledMs: 0,
          begins: false,
          wallFrom: 0,
          wallTo: 1_772_369_999_000_000,
        }),
      },
    ]);
    await database.owner.query(
      `INSERT INTO goshawk.stage_ledger (app, stage, topic, partition, from_offset, to_offset, records, passed, dropped, rejected) VALUES
      ('goshawk', 'persist', $1, 0, 0, 10, 10, 7, '{"duplicate":2}', '{"INVALID_EVENT":1}'), ('goshawk', 'persist', $1, 1, 0, 5, 5, 5, '{}', '{}'), ('lane', 'persist', $1, 0, 0, 99, 99, 99, '{}', '{}')`,
      [topics.enriched.name],
    );
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('shows each stage with what became of its records, from topic and database', async () => {
    await vi.waitFor(async () => {
      const { data } = await api.graphql(
        '{ pipeline { stages { name inputTopic outputTopics lag watermark watermarks { dataset watermark } inPerSecond in passed out dropped { name count } rejected { name count } } deadLetterCounts { name count } } }',
      );
      expect(data.pipeline.stages).toEqual([
        {
          name: 'ingest',
          inputTopic: 'raw.*',
          outputTopics: ['events.parsed.v1'],
          lag: 0,
          watermark: '2026-03-01T12:00:00.000000Z',
          watermarks: [
            { dataset: 'aws.cloudtrail', watermark: '2026-03-01T11:40:00.000000Z' },
            { dataset: 'zeek.conn', watermark: '2026-03-01T12:00:00.000000Z' },
          ],
          inPerSecond: 10 / 60,
          in: 10,
          passed: 8,
          out: 8,
          dropped: [{ name: 'duplicate', count: 1 }],
          rejected: [{ name: 'DECODE_FAILED', count: 1 }],
        },
        {
          name: 'validate',
          inputTopic: 'events.parsed.v1',
          outputTopics: ['events.valid.v1'],
          lag: 0,
          watermark: null,
          watermarks: [],
          inPerSecond: 0,
          in: 0,
          passed: 0,
          out: 0,
          dropped: [],
          rejected: [],
        },
        expect.objectContaining({
          name: 'persist-events',
          in: 15,
          passed: 12,
          dropped: [{ name: 'duplicate', count: 2 }],
          rejected: [{ name: 'INVALID_EVENT', count: 1 }],
        }),
      ]);
      expect(data.pipeline.deadLetterCounts).toEqual([
        { name: 'DECODE_FAILED', count: 1 },
        { name: 'INVALID_EVENT', count: 1 },
      ]);
    });
  });

  it('gives the same over REST, as `status --json` prints it', async () => {
    const { state, parts, stages, refusedSources } = (await api.inject({ url: '/v2/status' })).json();
    expect(refusedSources).toEqual([]);
    expect(state).toBe('degraded'); // nobody runs the stages here
    expect(parts.map(({ name }: Loose) => name)).toEqual(['broker', 'database', 'api', 'connect', 'stages']);
    expect(stages[0]).toEqual({
      name: 'ingest',
      lag: 0,
      watermark: '2026-03-01T12:00:00.000000Z',
      watermarks: [
        { dataset: 'aws.cloudtrail', watermark: '2026-03-01T11:40:00.000000Z' },
        { dataset: 'zeek.conn', watermark: '2026-03-01T12:00:00.000000Z' },
      ],
      inPerSecond: 10 / 60,
      in: 10,
      passed: 8,
      out: 8,
      dropped: { duplicate: 1 },
      rejected: { DECODE_FAILED: 1 },
    });
  });
});
