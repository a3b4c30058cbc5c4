// Every topic: name, schema, key, partitions, cleanup policy, retention. `./goshawk topics` prints and creates them.
import { schemas } from '../schemas/avro/types.gen.ts';
import type {
  Alert,
  AuditHead,
  Context,
  Event,
  EventChange,
  Feature,
  FeaturePartial,
  Finding,
  LedgerEntry,
  Match,
  RefAsset,
  RefDecision,
  RefRule,
  RefSensor,
  RefSubscription,
  RefSuppression,
  RefZone,
} from '../schemas/avro/types.gen.ts';
import type { RefTable, Topic } from '../pipeline/core/index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MiB = 1_048_576;

export interface TopicDeclaration<V, N extends string = string> extends Topic<V, N> {
  /** What the partition follows from, for people. */
  readonly key: string;
  readonly cleanup: 'delete' | 'compact';
  readonly retentionMs: number; // ignored when compacted
  readonly retentionBytes: number; // per partition; -1 = no limit
  readonly maxMessageBytes: number;
  /** Partitions; `undefined` = the installation's count. */
  readonly partitions?: number;
  readonly note?: string;
}
type Settings = Omit<TopicDeclaration<unknown>, 'name' | 'schema'>;
const declare = <V, N extends string>(name: N, schema: Topic<V>['schema'], settings: Settings): TopicDeclaration<V, N> => ({ name, schema, ...settings });

const work = (key: string, mebibytes: number, retentionMs: number, maxMessageMiB: number): Settings => ({
  key,
  cleanup: 'delete',
  retentionMs,
  retentionBytes: mebibytes * MiB,
  maxMessageBytes: maxMessageMiB * MiB,
});
const reference: Settings = {
  key: 'entity + valid-from',
  cleanup: 'compact',
  retentionMs: -1,
  retentionBytes: -1,
  maxMessageBytes: MiB,
  partitions: 1,
  note: 'Written by the relay only.',
};

const EVENT_KEY = 'organization + host, else organization + sensor + 4 bits of the event id';
export const topics = {
  /** All of `raw.<org>.<source>`: ingest subscribes to every topic whose name begins so. */
  raw: declare<Uint8Array, 'raw.*'>('raw.*', 'bytes', {
    ...work("sensor's own", 8192, 7 * DAY_MS, 1),
    note: "One per organization and source; the sensor's own bytes.",
  }),
  parsed: declare<Event, 'events.parsed.v1'>('events.parsed.v1', schemas.event, work(EVENT_KEY, 2048, 2 * HOUR_MS, 2)),
  valid: declare<Event, 'events.valid.v1'>('events.valid.v1', schemas.event, work(EVENT_KEY, 2048, 2 * HOUR_MS, 2)),
  enriched: declare<{ readonly event: Event; readonly context: Context }, 'events.enriched.v1'>(
    'events.enriched.v1',
    schemas.enriched,
    work(EVENT_KEY, 8192, 7 * DAY_MS, 3),
  ),
  matches: declare<Match, 'matches.v1'>('matches.v1', schemas.match, work('organization + correlation + group values', 1024, 2 * HOUR_MS, 1)),
  findings: declare<Finding, 'findings.v1'>('findings.v1', schemas.finding, work('organization + alert group key', 2048, 30 * DAY_MS, 1)),
  alerts: declare<Alert, 'alerts.v1'>('alerts.v1', schemas.alert, work('alert id', 2048, 30 * DAY_MS, 1)),
  partials: declare<FeaturePartial, 'features.partials.v1'>(
    'features.partials.v1',
    schemas.featurePartial,
    work('organization + entity', 1024, 2 * HOUR_MS, 1),
  ),
  features: declare<Feature, 'features.v1'>('features.v1', schemas.feature, work('organization + entity', 2048, 7 * DAY_MS, 1)),
  deadLetters: declare<Uint8Array, 'dead-letters.v1'>('dead-letters.v1', 'bytes', {
    ...work('key of the record', 4096, 30 * DAY_MS, 4),
    note: 'Original bytes; everything else in headers.',
  }),
  redrives: declare<Uint8Array, 'redrives.v1'>('redrives.v1', 'bytes', {
    ...work('redrive', -1 / MiB, 31 * DAY_MS, 1),
    partitions: 1,
    note: 'Which dead letters were sent again; kept longer than they are.',
  }),
  late: declare<Match, 'late.v1'>('late.v1', schemas.match, work('source position', 1024, 30 * DAY_MS, 1)),
  ledger: declare<LedgerEntry, 'ledger.v1'>('ledger.v1', schemas.ledgerEntry, { ...work('stage + partition', 1024, 30 * DAY_MS, 1), partitions: 1 }),
  auditHeads: declare<AuditHead, 'audit.heads.v1'>('audit.heads.v1', schemas.auditHead, {
    ...reference,
    key: 'organization + number of the row',
    note: 'Written by the relay only; every key once, so nothing is ever compacted away.',
  }),
  eventChanges: declare<EventChange, 'events.changes.v1'>('events.changes.v1', schemas.eventChange, {
    ...reference,
    key: 'organization + event id + revision',
    note: 'What people say of events; written by the relay only. Every key once, so the history stays.',
  }),
  connectConfigs: declare<Uint8Array, 'connect.configs.v1'>('connect.configs.v1', 'bytes', {
    ...reference,
    key: 'connector-NAME, target-state-NAME, restart-connector-NAME',
    note: 'Connectors, JSON as Kafka Connect keeps them. Written by whichever worker was asked.',
  }),
  connectStatus: declare<Uint8Array, 'connect.status.v1'>('connect.status.v1', 'bytes', {
    ...reference,
    key: 'status-connector-NAME, status-task-NAME-N, worker-ID',
    note: 'What connectors and tasks are doing, and where; JSON.',
  }),
  connectOffsets: declare<Uint8Array, 'connect.offsets.v1'>('connect.offsets.v1', 'bytes', {
    ...reference,
    key: '["NAME",{source partition}]',
    note: 'How far source connectors have come; written in the transaction of their records.',
  }),
  connectSlots: declare<Uint8Array, 'connect.slots.v1'>('connect.slots.v1', 'bytes', {
    ...reference,
    key: 'none',
    partitions: 32,
    note: 'Never a record: workers divide its partitions among them, and with them the tasks.',
  }),
  connectDeadLetters: declare<Uint8Array, 'connect.dead-letters.v1'>('connect.dead-letters.v1', 'bytes', {
    ...work('key of the record', 4096, 30 * DAY_MS, 4),
    note: 'What sinks refused: original bytes, the reason in headers `__connect.errors.*`.',
  }),
  refAssets: declare<RefAsset, 'ref.assets.v1'>('ref.assets.v1', schemas.refAsset, reference),
  refDecisions: declare<RefDecision, 'ref.decisions.v1'>('ref.decisions.v1', schemas.refDecision, { ...reference, key: 'alert + when it was decided' }),
  refRules: declare<RefRule, 'ref.rules.v1'>('ref.rules.v1', schemas.refRule, { ...reference, key: 'organization + rule + set' }),
  refSensors: declare<RefSensor, 'ref.sensors.v1'>('ref.sensors.v1', schemas.refSensor, reference),
  refSubscriptions: declare<RefSubscription, 'ref.subscriptions.v1'>('ref.subscriptions.v1', schemas.refSubscription, reference),
  refSuppressions: declare<RefSuppression, 'ref.suppressions.v1'>('ref.suppressions.v1', schemas.refSuppression, reference),
  refZones: declare<RefZone, 'ref.zones.v1'>('ref.zones.v1', schemas.refZone, reference),
} as const;

export const refTables = {
  assets: { name: 'assets', topic: topics.refAssets } as RefTable<RefAsset>,
  decisions: { name: 'decisions', topic: topics.refDecisions } as RefTable<RefDecision>,
  rules: { name: 'rules', topic: topics.refRules } as RefTable<RefRule>,
  sensors: { name: 'sensors', topic: topics.refSensors } as RefTable<RefSensor>,
  subscriptions: { name: 'subscriptions', topic: topics.refSubscriptions } as RefTable<RefSubscription>,
  suppressions: { name: 'suppressions', topic: topics.refSuppressions } as RefTable<RefSuppression>,
  zones: { name: 'zones', topic: topics.refZones } as RefTable<RefZone>,
} as const;

/** What of `flow` a dead letter may be sent back into, besides raw topics. */
export const redrivable: readonly TopicDeclaration<unknown>[] = [
  topics.parsed,
  topics.valid,
  topics.enriched,
  topics.matches,
  topics.findings,
  topics.alerts,
  topics.partials,
  topics.features,
];
/** Where raw records of an organization are sent again. Nobody else writes there, so what its headers say of place and time is believed. */
export const redrivenTopic = (organization: string) =>
  declare<Uint8Array, string>(rawTopic(organization, 'redriven'), 'bytes', {
    ...work("sensor's own", 2048, 7 * DAY_MS, 2), // larger than a raw topic's, for the headers
    note: 'Raw records that were set aside and sent again.',
  });
export const rawTopic = (organization: string, source: string) => `raw.${organization}.${source}`;
/** All of `sink.<org>.<format>.v1`: what publish may write to. */
export const sinks = declare<Uint8Array, 'sink.*'>('sink.*', 'bytes', sinkSettings());
/** A sink of one organization, JSON documents. */
export const sinkTopic = (organization: string, format: 'ecs' | 'ocsf') =>
  declare<Uint8Array, string>(`sink.${organization}.${format}.v1`, 'bytes', sinkSettings());
function sinkSettings(): Settings {
  return { ...work('event, finding or alert id', 4096, 3 * DAY_MS, 3), note: 'Read with isolation.level=read_committed.' };
}
