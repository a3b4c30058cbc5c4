// What a hunt makes of events: findings with ids that a repeated hunt gives again, and the records that tell the stream of them.
import { HUNT_KIND, IndicatorSet, recordOf } from '../../domains/hunt/index.ts';
import type { Hit, Indicator, ToldMatch } from '../../domains/hunt/index.ts';
import { hashId } from '../../pipeline/core/id.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { HuntMatch, RunningHunt } from '../../store/hunt-slices.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { isoOf } from '../time.ts';
import { whyMet } from './why.ts';
import type { MetField } from './why.ts';

const MAX_VALUE = 256;
const MAX_FIELDS = 32;

/** A finding per event and indicator, or per event where a search was hunted for. @param wallMicros When it was found; says nothing about ids. */
export function findingsOf(hunt: RunningHunt, events: readonly EventRow[], wallMicros: Micros): readonly HuntMatch[] {
  if (hunt.query !== null) {
    const search = parseSearch(hunt.query);
    const what = `query ${hunt.query.trim()}`;
    return events.map((event) => matchOf(hunt, event, { what, rule: 'goshawk.hunt.query', fields: whyMet(search, event) }, wallMicros));
  }
  const set = new IndicatorSet(hunt.indicators ?? []);
  return events.flatMap((event) => set.hitsOf(event).map((hit) => matchOf(hunt, event, aboutHit(hit), wallMicros)));
}

interface About {
  /** What was hunted for: with the event it makes the id. */
  readonly what: string;
  readonly rule: string;
  readonly fields: readonly MetField[];
  readonly indicator?: Indicator;
}
const aboutHit = ({ indicator, field, value }: Hit): About => ({
  what: `${indicator.type} ${indicator.value}`,
  rule: 'goshawk.hunt.indicator',
  indicator,
  fields: [
    { name: field, value },
    { name: 'indicator', value: indicator.value },
  ],
});

function matchOf(hunt: RunningHunt, event: EventRow, { what, rule, fields, indicator }: About, wallMicros: Micros): HuntMatch {
  // A hunt that asks for alerts makes findings of its own: those of one that did not ask make none.
  const status = hunt.makesAlerts ? 'production' : 'test';
  const findingId = hashId('hunt', hunt.organization, what, event.time, event.id, status);
  const told: ToldMatch = {
    kind: HUNT_KIND,
    id: findingId,
    at: isoOf(wallMicros),
    hunt: hunt.id,
    message: `The hunt "${hunt.name}" found ${indicator === undefined ? 'an event' : `${cut(indicator.value)} in ${fields[0]?.name ?? ''}`}.`,
    finding: {
      ruleId: rule,
      title: indicator === undefined ? cut(hunt.name) : `${cut(indicator.value)} seen in the past`,
      description: `Found by the hunt "${hunt.name}" for ${indicator === undefined ? `\`${hunt.query}\`` : `the ${indicator.type} ${indicator.value}`}.`,
      severity: SEVERITIES[hunt.severity] ?? 'medium',
      status,
      groupKey: `${rule}|${hashId(what)}`,
      entities: entitiesOf(event, indicator),
      fields: fields.slice(0, MAX_FIELDS).map(({ name, value }) => ({ name, value: cut(value) })),
      event: { id: event.id, time: event.time, dataset: event.dataset, topic: event.rawTopic, partition: event.rawPartition, offset: event.rawOffset },
    },
  };
  return { findingId, event, record: recordOf(told) };
}

const cut = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text);

/** As detect names them, the one that was hunted for last. */
function entitiesOf(
  { hostName, userName, targetUserName, sourceIp, destinationIp }: EventRow,
  indicator: Indicator | undefined,
): ToldMatch['finding']['entities'] {
  const hunted = indicator === undefined || indicator.value.includes('/') ? null : indicator;
  const named: readonly (readonly [type: string, value: string | null])[] = [
    ['host', hostName],
    ['user', userName],
    ['user', targetUserName],
    ['address', sourceIp],
    ['address', destinationIp],
    ...(hunted === null ? [] : [[hunted.type, hunted.value] as const]),
  ];
  const once = new Map(named.flatMap(([type, value]) => (value === null || value === '' ? [] : [[`${type} ${value}`, { type, value }] as const])));
  return [...once.values()];
}
