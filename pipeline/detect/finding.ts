// What people see of a match.
import { hashId } from '../core/id.ts';
import type { CanonicalEvent } from '../../domains/sigma/index.ts';
import type { Entity, EventRef, Finding, FindingStatus } from '../../schemas/avro/types.gen.ts';
import type { RuleMatch } from './match/engine.ts';

/** Of the event, as much as findings and matches tell of it. */
export interface MatchedEvent extends CanonicalEvent {
  readonly id: string;
  readonly time: number;
  readonly organization: string;
  readonly dataset: string;
  readonly provenance: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly host: { readonly name: string | null } | null;
  readonly user: { readonly name: string | null } | null;
  readonly targetUser: { readonly name: string | null } | null;
  readonly source: { readonly ip: string | null } | null;
  readonly destination: { readonly ip: string | null } | null;
}

const MAX_VALUE = 256;
const MAX_FIELDS = 32;

export const eventRef = ({ id, time, dataset, provenance: { topic, partition, offset } }: MatchedEvent): EventRef => ({
  id,
  time,
  dataset,
  topic,
  partition,
  offset,
});

/** Host, accounts and addresses of the event, the one that a finding is mainly about first. */
export function entitiesOf(event: MatchedEvent): readonly Entity[] {
  const entities: Entity[] = [];
  const add = (type: string, value: string | null | undefined) => {
    if (value && !entities.some((entity) => entity.type === type && entity.value === value)) entities.push({ type, value });
  };
  add('host', event.host?.name);
  add('user', event.user?.name);
  add('user', event.targetUser?.name);
  add('address', event.source?.ip);
  add('address', event.destination?.ip);
  return entities;
}

/** Licence and link of a rule that says nothing of them itself. */
export interface Origin {
  readonly license: string | null;
  readonly reference: string | null;
}

/** What does not follow from match and event. */
export interface FindingTerms {
  readonly status: FindingStatus;
  readonly origin: Origin;
  readonly ruleSet: number;
  readonly suppressedBy: string | null;
  /** Why it is a shadow; null when it is none, or the rule is a draft. */
  readonly reason: string | null;
}

/** One match is one finding. Those of one rule on one host (else user, else source address) may join one alert. */
export function findingOf(
  match: RuleMatch,
  event: MatchedEvent,
  entities: readonly Entity[],
  { status, origin, ruleSet, suppressedBy, reason }: FindingTerms,
): Finding {
  const { rule } = match;
  const main = entities[0];
  const groupKey = main === undefined ? rule.key : `${rule.key}|${main.type}|${main.value}`;
  return {
    id: hashId(event.organization, rule.key, groupKey, event.time, event.id),
    organization: event.organization,
    time: event.time,
    lastTime: event.time,
    kind: 'rule',
    ruleId: rule.key,
    ruleVersion: rule.version,
    title: rule.title,
    description: rule.description,
    author: rule.author,
    license: rule.license ?? origin.license,
    reference: origin.reference ?? rule.references[0] ?? null,
    severity: rule.level,
    status,
    tags: rule.tags,
    groupKey,
    entities,
    fields: match
      .why()
      .slice(0, MAX_FIELDS)
      .map(({ name, value }) => ({ name, value: value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE - 1)}…` : value })),
    events: [eventRef(event)],
    eventCount: 1,
    supersedes: null,
    reason,
    revisable: null,
    ruleSet,
    suppressedBy,
  };
}
