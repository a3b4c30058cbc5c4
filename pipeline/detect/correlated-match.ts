// What correlations are told of a match.
import { canonicalValue, fieldFor } from '../../domains/sigma/index.ts';
import type { LinkedCorrelation } from '../../domains/sigma/index.ts';
import type { Entity, Match } from '../../schemas/avro/types.gen.ts';
import { eventRef } from './finding.ts';
import type { MatchedEvent } from './finding.ts';
import type { RuleMatch } from './match/engine.ts';

/** What the event says under an ECS name, so that correlations may group by these whatever the sensor calls them. The first of several. */
function canonicalText(event: MatchedEvent, name: string): string | undefined {
  const [value] = [canonicalValue(event, name)].flat() as readonly (string | number | boolean | undefined)[];
  return value === undefined ? undefined : String(value);
}

/**
 * A name is a field of the native document, else one of ECS.
 * @returns Undefined when the event lacks a field that the correlation groups by or counts: it then has no place in any group.
 */
export function matchFor(
  correlation: LinkedCorrelation,
  match: RuleMatch,
  event: MatchedEvent,
  entities: readonly Entity[],
  terms: Pick<Match, 'ruleSet' | 'suppressedBy'>,
): Match | undefined {
  const { rule } = match;
  const read = (name: string) => {
    const field = fieldFor(correlation, name, rule.key);
    if (field === undefined) return undefined;
    return match.text(field) ?? canonicalText(event, field);
  };
  const groupValues = correlation.groupBy.map(read);
  const values = correlation.valueFields.map(read);
  if (groupValues.includes(undefined) || values.includes(undefined)) return undefined;
  return {
    organization: event.organization,
    ruleId: rule.key,
    ruleVersion: rule.version,
    correlationId: correlation.key,
    groupFields: correlation.groupBy,
    groupValues: groupValues as string[],
    values: values as string[],
    event: eventRef(event),
    entities,
    isRetracted: false,
    ...terms,
  };
}

/** Key of the record: matches of one group of one correlation meet in one partition. */
export const matchKey = (match: Match): string =>
  [match.organization, match.correlationId, ...match.groupValues].map((part) => part.replaceAll('|', '%7C')).join('|');
