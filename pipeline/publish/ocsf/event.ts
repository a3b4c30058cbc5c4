// One OCSF document per event: its class, what the class and every document hold, and the rest as it is.
import { isoMicros } from '../../../schemas/avro/ecs.ts';
import type { Context, Event } from '../../../schemas/avro/types.gen.ts';
import { BASE_FIELDS, CLOUD, DECISIONS, EVENT_FIELDS, FIREWALL_RULE, METADATA, OCSF_VERSION, severityOf } from './base-attributes.ts';
import { FINDINGS } from './classes/findings.ts';
import { enrichments } from './enrichments.ts';
import type { EventClass } from './event-class.ts';
import { compileCondition } from './event-class.ts';
import type { Facts } from './facts.ts';
import { nativeText, rest } from './facts.ts';
import { observablesOf } from './observables.ts';
import { CLASSES, selector } from './select.ts';
import { compile, object } from './shape.ts';

type Document = Record<string, unknown>;
/** Of the sensor's document: as text in JSON it may take twice as much, and a sink topic takes 3 MiB. */
export const MAX_RAW_CHARS = 524_288;
/** `Date` goes no further. */
const LAST_MICROS = 8.64e18;

const classOf = selector();
const plans = CLASSES.map((eventClass) => planOf(eventClass));
const metadata = compile(METADATA);
const cloud = compile(CLOUD);
const firewallRule = compile(FIREWALL_RULE);
/** Placed by `metadata.uid`, `time` and others that no table names. */
const PLACED = ['@timestamp', 'related.ip', 'related.user', 'related.hosts', 'related.hash'] as const;

function planOf(eventClass: EventClass) {
  const isFinding = eventClass.category === FINDINGS;
  return {
    ...eventClass,
    isFinding,
    activities: eventClass.activities.map(({ id, name, when }) => ({ id, name, holds: compileCondition(when) })),
    build: compile(object({ ...BASE_FIELDS, ...(isFinding ? {} : EVENT_FIELDS), ...eventClass.fields }, { unknown: {} })),
  };
}
type Plan = (typeof plans)[number];

/**
 * The document of an event, keys always in the same order; never throws.
 * @param context What enrichment found; its values join `observables`, `enrichments` and the endpoints.
 */
export function eventDocument(event: Event, context: Context): Document {
  const facts: Facts = { event, context };
  const { plan, attributes, placed } = classified(facts);
  const [activity_id, activity_name] = activityOf(plan, facts, placed);
  const [severity_id, severity] = severityOf(event.severity);
  const profiles: string[] = [];
  const document: Document = { ...identity(plan, activity_id, activity_name), severity_id, severity, time: Math.floor(event.time / 1000), ...attributes };
  if (plan.isFinding) document.is_alert = true;
  put(document, profiles, 'cloud', 'cloud', cloud(facts, placed));
  const decision = DECISIONS[event.type.find((type) => Object.hasOwn(DECISIONS, type)) ?? ''];
  if (decision !== undefined) {
    profiles.push('security_control');
    Object.assign(document, decision);
    const rule = plan.isFinding ? null : firewallRule(facts, placed);
    if (rule !== null) document.firewall_rule = rule;
  }
  if (plan.byHostProfile?.some((name) => name in document) === true) profiles.push('host');
  const observables = observablesOf(document, context);
  if (observables.length > 0) document.observables = observables;
  const enriched = enrichments(context);
  if (enriched.length > 0) document.enrichments = enriched;
  document.metadata = { ...metadata(facts, placed), ...about(event, plan, profiles) };
  document.unmapped = unmapped(facts, placed);
  const raw = nativeText(event);
  document.raw_data = raw.length > MAX_RAW_CHARS ? raw.slice(0, MAX_RAW_CHARS) : raw;
  document.raw_data_size = event.native.byteLength;
  return document;
}

/** The first class that the event is of and has enough for. */
function classified(facts: Facts): { readonly plan: Plan; readonly attributes: Document; readonly placed: string[] } {
  for (let index = classOf(facts, 0); ; index = classOf(facts, index + 1)) {
    const plan = plans[index]!;
    const placed: string[] = [...PLACED];
    const attributes = plan.build(facts, placed) ?? {};
    if (plan.needs?.every((names) => names.some((name) => name in attributes)) ?? true) return { plan, attributes, placed };
  }
}

/** Numbers and captions of class and activity. */
export const identity = ({ uid, name, category }: Pick<EventClass, 'uid' | 'name' | 'category'>, activity_id: number, activity_name: string): Document => ({
  class_uid: uid,
  class_name: name,
  category_uid: category[0],
  category_name: category[1],
  activity_id,
  activity_name,
  type_uid: uid * 100 + activity_id,
  type_name: `${name}: ${activity_id === 99 ? 'Other' : activity_name}`,
});
export const timeOf = (micros: number): { readonly original_time?: string } => (Math.abs(micros) <= LAST_MICROS ? { original_time: isoMicros(micros) } : {});

function activityOf({ activities }: Plan, facts: Facts, placed: string[]): readonly [id: number, name: string] {
  const found = activities.find(({ holds }) => holds(facts));
  if (found !== undefined) return [found.id, found.name];
  const { action } = facts.event;
  if (action === null || action === '') return [0, 'Unknown'];
  placed.push('event.action');
  return [99, action];
}

function put(document: Document, profiles: string[], name: string, profile: string, value: unknown): void {
  if (value === null) return;
  document[name] = value;
  profiles.push(profile);
}

function about(event: Event, { extension }: Pick<EventClass, 'extension'>, profiles: readonly string[]): Document {
  const tags = Object.keys(event.labels).sort();
  return {
    ...timeOf(event.time),
    processed_time: Math.floor(event.provenance.appendedAt / 1000),
    ...(event.native.byteLength > MAX_RAW_CHARS ? { is_truncated: true, untruncated_size: event.native.byteLength } : {}),
    ...(profiles.length > 0 ? { profiles } : {}),
    ...(extension === undefined ? {} : { extensions: [{ ...extension, version: OCSF_VERSION }] }),
    ...(tags.length > 0 ? { tags: tags.map((name) => ({ name, value: event.labels[name]! })) } : {}),
  };
}

function unmapped(facts: Facts, placed: readonly string[]): Document {
  const { provenance, timeSource, idSource, contentHash } = facts.event;
  return {
    ...rest(facts, new Set(placed)),
    'goshawk.time_source': timeSource,
    'goshawk.id_source': idSource,
    'goshawk.content_hash': contentHash,
    'goshawk.provenance': {
      topic: provenance.topic,
      partition: provenance.partition,
      offset: provenance.offset,
      index: provenance.index,
      parser: provenance.parser,
      parser_version: provenance.parserVersion,
    },
  };
}
