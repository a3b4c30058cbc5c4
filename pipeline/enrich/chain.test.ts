// Ingest, validate and enrich as they run, on the broker in memory: what a sensor sends comes out whole, and as it went in.
import { describe, expect, it } from 'vitest';
import type { Event, RefAsset } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import { defineTopology, stage } from '../core/topology.ts';
import { config as ingestConfig, ingest } from '../ingest/index.ts';
import { nativeOf, recordsOf, sampleFiles } from '../ingest/test/records.ts';
import { runOnMemory } from '../runtime/topology-driver.ts';
import { config as validateConfig, validate } from '../validate/index.ts';
import { config as enrichConfig, enrich } from './index.ts';

const RAW = 'raw.default.test';
const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };

async function chain(assets: readonly RefAsset[] = []) {
  const topology = defineTopology('chain', [
    stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), { from: topics.raw, to: [topics.parsed as never] }),
    stage(validate(validateConfig.parse({})), { from: topics.parsed, to: [topics.valid as never, topics.findings as never] }),
    stage(await enrich(enrichConfig.parse({})), { from: topics.valid, to: [topics.enriched as never] }),
  ]);
  return runOnMemory(topology, { platform, topics: [RAW], referenceTables: [refTables.assets, refTables.zones], reference: { assets } });
}
const records = (values: readonly (string | Buffer)[]) =>
  values.map((value, index) => ({ key: null, value: Buffer.from(value as string), partition: index % 2 }));

describe('the chain', () => {
  it('keeps every record of the samples but repeats, each document byte for byte', async () => {
    const driver = await chain();
    const sent = sampleFiles().flatMap((file) => recordsOf(file).slice(0, 40));
    await driver.write(RAW, records(sent));
    await driver.settle();
    const [parsed, enriched, dead] = [await driver.records(topics.parsed), await driver.records(topics.enriched), await driver.records(topics.deadLetters)];
    const key = ({ provenance, contentHash }: Event) => `${provenance.partition}/${provenance.offset}/${contentHash}`;
    const distinct = new Set(parsed.map(({ value }) => `${value.id}/${value.contentHash}`));
    expect(parsed.length).toBe(sent.length);
    expect(dead).toEqual([]);
    expect(enriched.length).toBe(distinct.size);
    const parsedKeys = new Set(parsed.map(({ value }) => key(value)));
    expect(enriched.filter(({ value }) => !parsedKeys.has(key(value.event)))).toEqual([]);
    expect(enriched.some(({ value }) => value.context.sourceGeo !== null)).toBe(true);
    await driver.stop();
  });

  it('sets aside what is rejected, drops what is repeated, and goes on', async () => {
    const driver = await chain();
    const trail = (over: object) =>
      JSON.stringify({ eventVersion: '1', eventID: 'a', eventSource: 's', eventName: 'N', eventTime: '2025-01-01T00:00:00Z', ...over });
    await driver.write(
      RAW,
      records([
        '',
        trail({}),
        trail({}),
        trail({ eventName: 'Other' }),
        trail({ eventID: 'b', eventTime: '2200-01-01T00:00:00Z' }),
        Buffer.from([0xff]),
        'hello',
      ]).map((record) => ({ ...record, partition: 0 })),
    );
    await driver.settle();
    const enriched = await driver.records(topics.enriched);
    expect(enriched.map(({ value }) => value.event.action ?? value.event.dataset).sort()).toEqual(['N', 'Other', 'unparsed', 'unparsed']);
    expect(
      (await driver.records(topics.deadLetters))
        .map(({ headers }) => [...headers.values()].map(String).find((text) => /^(DECODE_FAILED|FUTURE_TIMESTAMP)$/.test(text)))
        .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual(['DECODE_FAILED', 'FUTURE_TIMESTAMP']);
    expect((await driver.records(topics.findings)).map(({ value }) => value.ruleId)).toEqual(['goshawk.event-id-reused']);
    await driver.stop();
  });

  it('knows the asset of the host as of the time of the event', async () => {
    const base: RefAsset = {
      id: 'a',
      organization: 'default',
      validFrom: 0,
      validTo: Date.UTC(2024, 0, 1) * 1000,
      writtenAt: 0,
      version: 1,
      name: 'Web',
      kind: 'server',
      hostnames: ['web-1'],
      addresses: [],
      owner: 'anna',
      criticality: 2,
    };
    const driver = await chain([base, { ...base, validFrom: Date.UTC(2024, 0, 1) * 1000, validTo: null, version: 2, owner: 'ben' }]);
    const line = (year: number) => `<38>1 ${year}-06-01T00:00:00Z web-1 sshd 1 - - Accepted password for eve from 10.0.0.1 port 2`;
    await driver.write(RAW, records([line(2023), line(2025)]));
    await driver.settle();
    const told = (await driver.records(topics.enriched)).map(({ value }) => [
      new Date(value.event.time / 1000).getUTCFullYear(),
      value.context.hostAsset?.owner,
      nativeOf(value.event).hostname,
    ]);
    expect(told.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      [2023, 'anna', 'web-1'],
      [2025, 'ben', 'web-1'],
    ]);
    await driver.stop();
  });
});
