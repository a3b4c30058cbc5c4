// What a finding or an alert says, read back from its ECS or OCSF document: for far sides that have a form of their own for it.
import { z } from 'zod';
import { RecordError } from '../../pipeline/core/errors.ts';
import { parseDocument } from '../_formats/document.ts';
import type { SinkRecord } from './index.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';
export interface FindingFacts {
  readonly kind: 'finding' | 'alert';
  /** Of all its revisions. */
  readonly id: string;
  readonly revision: number;
  /** What it said does not hold any more: a finding that was taken back, an alert all of whose findings were. */
  readonly isWithdrawn: boolean;
  readonly organization: string;
  readonly title: string;
  /** Of the rule, or why the alert was changed. */
  readonly description: string | null;
  readonly level: Level;
  /** 0 to 100, of alerts. */
  readonly score: number | null;
  /** Milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly ruleIds: readonly string[];
  readonly reference: string | null;
  /** As ATT&CK's tags have them: `credential-access`. */
  readonly tactics: readonly string[];
  /** `T1003`, `T1003.001`. */
  readonly techniques: readonly string[];
  readonly tags: readonly string[];
  readonly entities: readonly { readonly type: 'host' | 'user' | 'address' | 'hash' | 'other'; readonly value: string }[];
  readonly eventCount: number;
}

const words = z.array(z.string()).catch([]);
const text = z.string().nullable().catch(null);
const count = z.number().int().nonnegative().catch(1);

/**
 * @throws RecordError FORMAT_REFUSED for what is no JSON object, and for events: those are none of its far sides'.
 */
export function findingFacts(record: SinkRecord): FindingFacts {
  const document = parseDocument(record.value);
  const found = fromEcs(document, record) ?? fromOcsf(document);
  if (found === null)
    throw new RecordError(
      'FORMAT_REFUSED',
      'Neither a finding nor an alert, as ECS or OCSF document. Have the connector read those only: kinds=finding,alert of its subscription.',
    );
  return found;
}

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const level = z.enum(LEVELS as [Level, ...Level[]]).catch('medium');
const own = z.object({
  id: z.string().min(1).optional(),
  revision: count,
  severity: level,
  withdrawn: z.boolean().catch(false),
  rules: words,
  event_count: count,
  finding_count: z.number().nullable().catch(null),
});
const ecs = z.object({
  '@timestamp': text,
  message: text,
  event: z.object({ id: z.string().min(1), start: text, end: text, reason: text, risk_score: z.number().nullable().catch(null) }),
  organization: z.object({ id: z.string() }).catch({ id: '' }),
  rule: z.object({ id: text, description: text, reference: text }).catch({ id: null, description: null, reference: null }),
  threat: z
    .object({ tactic: z.object({ name: words }), technique: z.object({ id: words, subtechnique: z.object({ id: words }) }) })
    .catch({ tactic: { name: [] }, technique: { id: [], subtechnique: { id: [] } } }),
  tags: words,
  related: z.object({ hosts: words, user: words, ip: words, hash: words }).catch({ hosts: [], user: [], ip: [], hash: [] }),
  goshawk: z.union([z.object({ finding: own }), z.object({ alert: own })]),
});

function fromEcs(document: object, { timestampMs }: SinkRecord): FindingFacts | null {
  const { data } = ecs.safeParse(document);
  if (data === undefined) return null;
  const { event, rule, threat, related, goshawk } = data;
  const kind = 'alert' in goshawk ? 'alert' : 'finding';
  const about = 'alert' in goshawk ? goshawk.alert : goshawk.finding;
  const lastMs = millis(event.end) ?? millis(data['@timestamp']) ?? timestampMs;
  return {
    kind,
    id: about.id ?? event.id,
    revision: about.revision,
    isWithdrawn: about.withdrawn || about.finding_count === 0,
    organization: data.organization.id,
    title: data.message ?? `Goshawk ${kind}`,
    description: rule.description ?? event.reason,
    level: about.severity,
    score: event.risk_score,
    firstMs: millis(event.start) ?? millis(data['@timestamp']) ?? timestampMs,
    lastMs,
    ruleIds: kind === 'alert' ? about.rules : rule.id === null ? [] : [rule.id],
    reference: rule.reference,
    tactics: threat.tactic.name,
    techniques: [...threat.technique.id, ...threat.technique.subtechnique.id].map((id) => id.toUpperCase()),
    tags: data.tags,
    entities: [
      ...related.hosts.map((value) => ({ type: 'host' as const, value })),
      ...related.user.map((value) => ({ type: 'user' as const, value })),
      ...related.ip.map((value) => ({ type: 'address' as const, value })),
      ...related.hash.map((value) => ({ type: 'hash' as const, value })),
    ],
    eventCount: about.event_count,
  };
}

const analytic = z.object({ uid: z.string() });
const attack = z.object({ tactic: z.object({ name: z.string() }).optional(), technique: analytic.optional(), sub_technique: analytic.optional() });
const ocsf = z.object({
  class_uid: z.literal(2_004),
  activity_id: z.number().catch(1),
  severity_id: z.number().catch(3),
  risk_score: z.number().nullable().catch(null),
  comment: text,
  time: z.number(),
  start_time: z.number().nullable().catch(null),
  end_time: z.number().nullable().catch(null),
  finding_info: z.object({
    uid: z.string().min(1),
    title: text,
    desc: text,
    src_url: text,
    analytic: analytic.nullable().catch(null),
    related_analytics: z.array(analytic).catch([]),
    attacks: z.array(attack).catch([]),
    related_events_count: count,
  }),
  observables: z.array(z.object({ type_id: z.number(), value: z.string() })).catch([]),
  metadata: z.object({ tenant_uid: z.string().catch(''), log_name: z.string().catch('') }),
  unmapped: z.record(z.string(), z.unknown()).catch({}),
});
/** Of observables, as OCSF numbers them. */
const ENTITY_TYPES: Readonly<Record<number, FindingFacts['entities'][number]['type']>> = { 1: 'host', 2: 'address', 4: 'user', 8: 'hash' };
const CLOSED = 3;

function fromOcsf(document: object): FindingFacts | null {
  const { data } = ocsf.safeParse(document);
  if (data === undefined) return null;
  const { finding_info: info, metadata, unmapped } = data;
  const kind = metadata.log_name === 'goshawk.alert' ? 'alert' : 'finding';
  return {
    kind,
    id: info.uid,
    revision: count.parse(unmapped[`goshawk.${kind}.revision`]),
    isWithdrawn: data.activity_id === CLOSED || unmapped['goshawk.alert.finding_count'] === 0,
    organization: metadata.tenant_uid,
    title: info.title ?? `Goshawk ${kind}`,
    description: info.desc ?? data.comment,
    level: LEVELS[data.severity_id - 1] ?? 'medium',
    score: data.risk_score,
    firstMs: data.start_time ?? data.time,
    lastMs: data.end_time ?? data.time,
    ruleIds: [...(info.analytic === null ? [] : [info.analytic]), ...info.related_analytics].map(({ uid }) => uid),
    reference: info.src_url,
    tactics: info.attacks.flatMap(({ tactic }) => (tactic === undefined ? [] : [tactic.name])),
    techniques: info.attacks.flatMap(({ technique, sub_technique: sub = technique }) => (sub === undefined ? [] : [sub.uid])),
    tags: words.parse(unmapped.tags),
    entities: data.observables.map(({ type_id: id, value }) => ({ type: ENTITY_TYPES[id] ?? 'other', value })),
    eventCount: info.related_events_count,
  };
}

function millis(iso: string | null): number | undefined {
  const found = Date.parse(iso ?? '');
  return Number.isNaN(found) ? undefined : found;
}
