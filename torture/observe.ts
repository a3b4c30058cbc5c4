// What is really there: everything on the topics that has been committed, the rows, and the ledger, as texts that can be compared with the model's.
import { execFile } from 'node:child_process';
import type { Pool } from '../store/connect.ts';
import type { Broker, RawRecord, TopicPartition } from '../pipeline/runtime/port.ts';
import { tpKey } from '../pipeline/runtime/port.ts';
import { schemaIdOf } from '../schemas/avro/codec.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { Alert, Enriched, Event, EventRef, FeaturePartial, Finding, Match } from '../schemas/avro/types.gen.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';
import type { Outcomes, RawInput } from './model.ts';
import { findingText, paneTexts, positionOf } from './model.ts';
import type { Expectation } from './script.ts';
import { EXPECTATION_HEADER, TOPICS } from './script.ts';

export interface Observed {
  readonly inputs: readonly RawInput[];
  readonly outcomes: Outcomes;
  /** What no comparison of multisets shows: order, revisions, bytes. */
  readonly problems: readonly string[];
  readonly records: number;
}
export interface ObserveDeps {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly pool: Pool;
  /** Runs a command of the product and gives what it printed. */
  readonly goshawk: (...args: string[]) => Promise<string>;
}

interface Located<V> {
  readonly tp: TopicPartition;
  readonly raw: RawRecord;
  readonly value: V;
}

export async function observe({ broker, codec, pool, goshawk }: ObserveDeps): Promise<Observed> {
  const read = <V>(topic: string, schema: { readonly fullName: string }) => decoded<V>(broker, codec, topic, schema);
  const inputs = await readInputs(broker);
  const parsed = await read<Event>(topics.parsed.name, schemas.event);
  const valid = await read<Event>(topics.valid.name, schemas.event);
  const enriched = await read<Enriched>(topics.enriched.name, schemas.enriched);
  const findings = await read<Finding>(topics.findings.name, schemas.finding);
  const matches = await read<Match>(topics.matches.name, schemas.match);
  const alerts = await read<Alert>(topics.alerts.name, schemas.alert);
  const partials = await read<FeaturePartial>(topics.partials.name, schemas.featurePartial);
  const sink = await everything(broker, 'sink.default.ecs.v1');
  const events = enriched.map(({ tp, raw, value }) => ({ tp, raw, value: value.event }));
  const last = lastRevisions(alerts);
  return {
    inputs,
    records: [parsed, valid, enriched, findings, matches, alerts, partials].reduce((sum, list) => sum + list.length, inputs.length),
    problems: [
      ...disordered('parsed', parsed),
      ...disordered('valid', valid),
      ...disordered('enriched', events),
      ...illegible(inputs, events),
      ...brokenRevisions(alerts),
      ...sinkProblems(sink, inputs, events, findings, alerts),
    ],
    outcomes: {
      parsed: parsed.map(({ value }) => positionOf(value.provenance)),
      valid: valid.map(({ value }) => positionOf(value.provenance)),
      enriched: events.map(({ value }) => positionOf(value.provenance)),
      matches: matches.map(({ value }) => `${value.correlationId}@${positionOf(value.event)}`),
      findings: findings.map(({ value }) => findingText(value.ruleId, value.events.map(positionOf))),
      alerts: [...last.values()].map(alertText),
      panes: paneTexts(
        partials.flatMap(({ value: { entityType, entity, paneStart, events: count } }) =>
          entityType === 'host' ? [{ host: entity, paneStart, events: count }] : [],
        ),
        inputs,
      ),
      deadLetters: await deadLetters(broker, codec),
      counts: await counts(goshawk),
      ...(await rows(pool)),
    },
  };
}

async function everything(broker: Broker, topic: string): Promise<readonly { readonly tp: TopicPartition; readonly raw: RawRecord }[]> {
  const admin = broker.admin();
  const reader = broker.reader();
  try {
    const count = (await admin.topics()).get(topic) ?? 0;
    const partitions = Array.from({ length: count }, (_unused, partition) => ({ topic, partition }));
    const [from, to] = [await admin.offsets(partitions, 'earliest'), await admin.offsets(partitions, 'stable')];
    const found: { tp: TopicPartition; raw: RawRecord }[] = [];
    for (const tp of partitions) {
      for await (const batch of reader.read(tp, from.get(tpKey(tp)) ?? 0, to.get(tpKey(tp)) ?? 0, new AbortController().signal))
        for (const raw of batch.records) found.push({ tp, raw: { ...raw, key: raw.key && Buffer.from(raw.key), value: raw.value && Buffer.from(raw.value) } });
    }
    return found;
  } finally {
    await reader.close();
    await admin.close();
  }
}

/** Values of one schema; watermarks travel in the same topics. */
async function decoded<V>(broker: Broker, codec: Codec, topic: string, schema: { readonly fullName: string }): Promise<readonly Located<V>[]> {
  const found: Located<V>[] = [];
  for (const { tp, raw } of await everything(broker, topic)) {
    if (raw.value === null || schemaIdOf(raw.value) === codec.idOf(schemas.watermark)) continue;
    const missing = codec.missingWriter(raw.value);
    if (missing !== undefined) await codec.load(missing);
    found.push({ tp, raw, value: codec.decode<V>(schema, raw.value) });
  }
  return found;
}

export async function readInputs(broker: Broker): Promise<readonly RawInput[]> {
  const found: RawInput[] = [];
  for (const topic of TOPICS) {
    for (const { tp, raw } of await everything(broker, topic)) {
      const header = raw.headers.find(([name]) => name === EXPECTATION_HEADER)?.[1];
      if (header !== undefined)
        found.push({ ...tp, offset: raw.offset, appendedMs: raw.timestampMs, expectation: JSON.parse(header.toString()) as Expectation });
    }
  }
  return found;
}

/** What one host, or one sensor's sixteenth, told in one raw partition must come out in that order. */
function disordered(name: string, events: readonly Located<Event>[]): readonly string[] {
  const last = new Map<string, number>();
  const problems: string[] = [];
  for (const { tp, raw, value } of events) {
    const { topic, partition, offset } = value.provenance;
    const line = `${tp.partition} ${raw.key?.toString()} ${topic}/${partition}`;
    const before = last.get(line) ?? -1;
    if (offset < before) problems.push(`${name}: out of order: ${topic}/${partition}/${offset} after ${before} at ${tp.topic}/${tp.partition}/${raw.offset}`);
    last.set(line, offset);
  }
  return problems;
}

function illegible(inputs: readonly RawInput[], events: readonly Located<Event>[]): readonly string[] {
  const byPosition = new Map(inputs.map((input) => [positionOf(input), input.expectation]));
  return events.flatMap(({ value }) => {
    const expected = byPosition.get(positionOf(value.provenance));
    return expected === undefined || !expected.isLegible || Buffer.from(value.native).includes(expected.token)
      ? []
      : [`enriched: ${positionOf(value.provenance)} does not hold what was sent there (${expected.token})`];
  });
}

function lastRevisions(alerts: readonly Located<Alert>[]): ReadonlyMap<string, Alert> {
  const last = new Map<string, Alert>();
  for (const { value } of alerts) if (value.revision >= (last.get(value.id)?.revision ?? 0)) last.set(value.id, value);
  return last;
}
function alertText(alert: { readonly ruleIds: readonly string[]; readonly events: readonly EventRef[]; readonly revision: number }): string {
  return `${findingText(alert.ruleIds.join('+'), alert.events.map(positionOf))} x${alert.revision}`;
}

/** 1, 2, 3 and so on, each once. */
function brokenRevisions(alerts: readonly Located<Alert>[]): readonly string[] {
  const byId = Map.groupBy(alerts, ({ value }) => value.id);
  return [...byId].flatMap(([id, revisions]) => {
    const numbers = revisions.map(({ value }) => value.revision);
    return numbers.every((number, index) => number === index + 1) ? [] : [`alerts: revisions of ${id} are ${numbers.join(', ')}`];
  });
}

/** One document for each finding, each revision of an alert, each event that is an alert of its sensor. */
function sinkProblems(
  sink: readonly { readonly raw: RawRecord }[],
  inputs: readonly RawInput[],
  events: readonly Located<Event>[],
  findings: readonly Located<Finding>[],
  alerts: readonly Located<Alert>[],
): readonly string[] {
  const published = new Set(inputs.filter(({ expectation }) => expectation.isPublished).map(positionOf));
  const expected = [
    ...events.filter(({ value }) => published.has(positionOf(value.provenance))).map(({ value }) => `${value.time}-${value.id}`),
    ...findings.map(({ value }) => value.id),
    ...alerts.map(({ value }) => value.id),
  ];
  const counted = new Map<string, number>();
  for (const key of expected) counted.set(key, (counted.get(key) ?? 0) + 1);
  for (const { raw } of sink) counted.set(raw.key?.toString() ?? '', (counted.get(raw.key?.toString() ?? '') ?? 0) - 1);
  return [...counted].filter(([, count]) => count !== 0).map(([key, count]) => `sink: ${key} ${count > 0 ? 'missing' : 'too often by'} ${Math.abs(count)}`);
}

async function deadLetters(broker: Broker, codec: Codec): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { raw } of await everything(broker, topics.deadLetters.name)) {
    const header = (name: string) => raw.headers.find(([key]) => key === name)?.[1].toString() ?? '';
    const topic = header('__streams.errors.topic');
    let position = `${topic}/${header('__streams.errors.partition')}/${header('__streams.errors.offset')}`;
    if (!topic.startsWith('raw.') && raw.value !== null) {
      const missing = codec.missingWriter(raw.value);
      if (missing !== undefined) await codec.load(missing);
      position = positionOf(codec.decode<Event>(schemas.event, raw.value).provenance);
    }
    found.push(`${header('__goshawk.errors.stage')} ${header('__goshawk.errors.code')} ${position}`);
  }
  return found;
}

interface Ledger {
  readonly balanced: boolean;
  readonly hops: readonly {
    readonly stage: string;
    readonly topic: string;
    readonly in: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly rejected: Readonly<Record<string, number>>;
  }[];
  readonly breaks: readonly { readonly stage: string; readonly topic: string; readonly partition: number; readonly kind: string; readonly detail: string }[];
}
const COUNTED = ['ingest', 'validate', 'enrich', 'detect', 'persist'];

/** Of the product's own ledger: that it balances, and that its sums are the model's. */
async function counts(goshawk: ObserveDeps['goshawk']): Promise<readonly string[]> {
  const { hops, breaks } = JSON.parse(await goshawk('ledger', '--json')) as Ledger;
  const total = (stage: string) => {
    const of = hops.filter((hop) => hop.stage === stage && (stage !== 'persist' || hop.topic === topics.enriched.name));
    const sum = (what: 'dropped' | 'rejected') => {
      const sums = new Map<string, number>();
      for (const hop of of) for (const [reason, count] of Object.entries(hop[what])) sums.set(reason, (sums.get(reason) ?? 0) + count);
      return [...sums].map(([reason, count]) => ` ${what} ${reason} ${count}`).join('');
    };
    return `${stage} in ${of.reduce((all, hop) => all + hop.in, 0)}${sum('dropped')}${sum('rejected')}`;
  };
  return [
    ...COUNTED.map(total),
    ...breaks.map(({ stage, topic, partition, kind, detail }) => `the ledger does not balance: ${stage} ${topic}/${partition} ${kind}: ${detail}`),
  ];
}

async function rows(pool: Pool): Promise<Pick<Outcomes, 'eventRows' | 'findingRows' | 'alertRows'>> {
  const events = await pool.query<{ raw_topic: string; raw_partition: number; raw_offset: number }>(
    'SELECT raw_topic, raw_partition, raw_offset FROM goshawk.event',
  );
  const findings = await pool.query<{ rule_id: string; events: EventRef[] }>('SELECT rule_id, events FROM goshawk.finding');
  const alerts = await pool.query<{ rule_ids: string[]; events: EventRef[]; revision: number }>('SELECT rule_ids, events, revision FROM goshawk.alert');
  const minutes = await pool.query<{ events: number }>('SELECT coalesce(sum(events), 0)::bigint AS events FROM goshawk.event_count');
  const counted = minutes.rows[0]!.events;
  return {
    eventRows: [
      ...events.rows.map((row) => positionOf({ topic: row.raw_topic, partition: row.raw_partition, offset: row.raw_offset })),
      ...(counted === events.rows.length ? [] : [`event_count counts ${counted} of ${events.rows.length} rows`]),
    ],
    findingRows: findings.rows.map((row) => findingText(row.rule_id, row.events.map(positionOf))),
    alertRows: alerts.rows.map((row) => alertText({ ruleIds: row.rule_ids, events: row.events, revision: row.revision })),
  };
}

/** Runs a program to its end; its output also when it says no by exit code 1. */
export function outputOf(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, maxBuffer: 1 << 28, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error !== null && error.code !== 1) reject(new Error(`${args.join(' ')} failed: ${stderr.slice(-2000)}`));
      else resolve(stdout);
    });
  });
}
