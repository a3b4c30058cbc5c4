// A small topology over real topics for the runtime's own tests: lines to events, a store, timers.
import { RecordError } from '../../core/errors.ts';
import { append, defineStage, drop, forward, pass, send } from '../../core/index.ts';
import { seenIds } from '../../core/seen-ids.ts';
import { keyValue } from '../../core/stores.ts';
import { defineTopology, stage } from '../../core/topology.ts';
import { plainContext, plainEvent } from '../../../schemas/avro/plain.ts';
import type { Enriched, Event, Finding } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../../topologies/topics.ts';

export const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };
export const SECOND = 1_000_000;
export const T0 = Date.UTC(2026, 0, 1) * 1000;

/** One line of the example: what it asks of the stages. */
export interface Line {
  readonly n: number;
  readonly host?: string;
  readonly time?: number;
  readonly dataset?: string;
  readonly id?: string;
  readonly act?: 'reject' | 'crash' | 'skip' | 'check-reject' | 'sum-reject' | 'large';
}
export const line = (fields: Line): Buffer => Buffer.from(JSON.stringify(fields));
const hex = (text: string): string => Buffer.from(text.padEnd(16, '.').slice(0, 16)).toString('hex');

export const take = defineStage<Uint8Array>()({
  name: 'take',
  reads: 'bytes',
  process({ value, position, appendedAt }) {
    const text = Buffer.from(value).toString();
    if (!text.startsWith('{')) throw new RecordError('DECODE_FAILED', 'No JSON');
    const { n, host = 'h', time = T0 + n * SECOND, dataset = 'test.a', id, act } = JSON.parse(text) as Line;
    if (act === 'reject') throw new RecordError('INVALID_EVENT', 'Asked to');
    if (act === 'crash') throw new TypeError('Asked to');
    if (act === 'skip') return drop('filtered');
    const event = plainEvent({
      id: id === undefined ? hex(`p${position.partition}o${position.offset}${position.topic}`) : hex(id),
      idSource: id === undefined ? 'position' : 'sensor',
      contentHash: hex(String(n)).slice(0, 16),
      time,
      dataset,
      sensor: host,
      provenance: { topic: position.topic, partition: position.partition, offset: position.offset, index: 0, appendedAt, parser: 'example', parserVersion: 1 },
      labels: act === undefined ? { n: String(n) } : { n: String(n), act },
      native: act === 'large' ? Buffer.alloc(3_000_000) : Buffer.from(value),
    });
    return pass(send(topics.parsed, host, event));
  },
});

export const check = defineStage<Event>()({
  name: 'check',
  reads: { id: true, time: true, idSource: true, contentHash: true, labels: true },
  stores: { seen: seenIds({ minutes: 10 }) },
  process({ value: { id, idSource, contentHash, labels }, appendedAt }, { stores }) {
    if (idSource === 'sensor') {
      if (stores.seen.get(id, appendedAt) === contentHash) return drop('duplicate');
      stores.seen.put(id, appendedAt, contentHash);
    }
    if (labels.act === 'check-reject') throw new RecordError('PAST_TIMESTAMP', 'Asked to');
    return pass(forward(topics.valid));
  },
});

export const add = defineStage<Event>()({
  name: 'add',
  reads: { sensor: true },
  process: ({ value: { sensor } }) => pass(append(topics.enriched, plainContext({ relatedHosts: [sensor] }))),
});

const MINUTE = 60 * SECOND;
/** Counts per host, tells each count at once and the sum of each minute when the watermark has passed it. */
export const sum = defineStage<Enriched>()({
  name: 'sum',
  reads: { event: { time: true, sensor: true, labels: true, id: true, provenance: true } },
  stores: { counts: keyValue<number>(), minutes: keyValue<number>() },
  process({ value: { event } }, { stores, schedule }) {
    const count = (stores.counts.get(event.sensor) ?? 0) + 1;
    stores.counts.put(event.sensor, count);
    const minute = `${Math.floor(event.time / MINUTE)}|${event.sensor}`;
    stores.minutes.put(minute, (stores.minutes.get(minute) ?? 0) + 1);
    schedule(minute, (Math.floor(event.time / MINUTE) + 1) * MINUTE);
    if (event.labels.act === 'sum-reject') throw new RecordError('INVALID_EVENT', 'Asked to');
    return pass(send(topics.findings, event.sensor, finding(`${event.sensor} ${count} ${event.labels.n}`, event.time)));
  },
  onTimer(minute, { stores, watermark }) {
    const [start, host = ''] = minute.split('|');
    const counted = stores.minutes.get(minute) ?? 0;
    stores.minutes.delete(minute);
    return [
      send(topics.findings, host, finding(`${host} minute ${Number(start) - T0 / MINUTE} has ${counted}`, Math.min(watermark(), Number(start) * MINUTE))),
    ];
  },
});

export const finding = (title: string, time: number): Finding => ({
  id: hex(title),
  organization: 'default',
  time,
  lastTime: time,
  kind: 'rule',
  ruleId: 'example',
  ruleVersion: '1',
  title,
  description: null,
  author: null,
  license: null,
  reference: null,
  severity: 'low',
  status: 'production',
  tags: [],
  groupKey: '',
  entities: [],
  fields: [],
  events: [],
  eventCount: 1,
  supersedes: null,
  reason: null,
  revisable: null,
  ruleSet: 0,
  suppressedBy: null,
});

export const example = defineTopology('example', [
  stage(take, { from: topics.raw, to: [topics.parsed] }),
  stage(check, { from: topics.parsed, to: [topics.valid] }),
  stage(add, { from: topics.valid, to: [topics.enriched] }),
  stage(sum, { from: topics.enriched, to: [topics.findings] }),
]);
