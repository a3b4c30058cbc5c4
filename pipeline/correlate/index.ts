// Correlations over matches, sharded by group. Matches wait in a reorder buffer until the watermark, or until two seconds of append time
// have passed, and are processed by (event time, id): arrival order within the buffer does not matter.
import { z } from 'zod';
import { timeKey } from '../core/id.ts';
import type { Context, Micros, Outcome, Output, Store } from '../core/index.ts';
import { APPEND_CLOCK, defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { LinkedCorrelation } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { findingOf } from './finding.ts';
import type { Entry, Group } from './window.ts';
import { capacityOf, EMPTY_GROUP, holds, inserted, isJudgedAtClose, windowAt, withoutOldest } from './window.ts';

export const config = z.strictObject({
  reorderMs: z.int().min(0).max(60_000).default(2000).meta({ description: 'Longest wait of a match in the reorder buffer, in milliseconds of append time.' }),
  latenessSeconds: z
    .int()
    .min(0)
    .default(1200)
    .meta({ description: 'Largest lateness of any dataset in seconds; groups keep their timespan plus this, and what is older goes to the late topic.' }),
  entriesPerGroup: z
    .int()
    .min(10)
    .default(500)
    .meta({
      description:
        'Matches kept per group, or twice what a condition counts up to where that is more; beyond it the oldest are given up and counted in the finding.',
    }),
});
export type CorrelateConfig = z.infer<typeof config>;

interface Waiting {
  readonly match: Match;
  readonly appendedAt: Micros;
}
interface Stores {
  readonly waiting: Store<Waiting>;
  readonly groups: Store<Group>;
}
type Ctx = Context<Stores>;
const RELEASE = 'release';
const RELEASE_AT_LATEST = 'release-at-latest';
const CLOSE = 'close|';
const FORGET = 'forget|';

/** @param rules Correlation rules by key, of the rule set that detect runs. */
export const correlate = ({ reorderMs, latenessSeconds, entriesPerGroup }: CorrelateConfig, rules: ReadonlyMap<string, LinkedCorrelation>) => {
  const reorder = reorderMs * 1000;
  const lateness = latenessSeconds * 1_000_000;
  const groupKey = (match: Match) => [match.organization, match.correlationId, ...match.groupValues].map((part) => part.replaceAll('|', '%7C')).join('|');

  /** Takes every match whose turn has come out of the buffer, in order. */
  const release = (ctx: Ctx): Output<unknown>[] => {
    const outputs: Output<unknown>[] = [];
    const appended = ctx.watermark(APPEND_CLOCK);
    const watermark = ctx.watermark();
    let next = Number.POSITIVE_INFINITY;
    let atLatest = Number.POSITIVE_INFINITY;
    const waiting = [...ctx.stores.waiting.scan('', '~')]; // a copy: the loop deletes
    for (const [key, { match, appendedAt }] of waiting) {
      if (match.event.time > watermark && appendedAt + reorder > appended) {
        next = Math.min(next, match.event.time);
        atLatest = Math.min(atLatest, appendedAt + reorder);
        continue;
      }
      ctx.stores.waiting.delete(key);
      outputs.push(...apply(match, ctx));
    }
    ctx.schedule(RELEASE, next);
    ctx.schedule(RELEASE_AT_LATEST, atLatest, APPEND_CLOCK);
    return outputs;
  };

  const apply = (match: Match, ctx: Ctx): Output<unknown>[] => {
    const rule = rules.get(match.correlationId);
    if (rule === undefined) return []; // the rule left the set between detect and here
    const key = groupKey(match);
    const entry: Entry = { time: match.event.time, ruleId: match.ruleId, value: match.values.join('\u001f'), event: match.event, entities: match.entities };
    const old = ctx.stores.groups.get(key) ?? EMPTY_GROUP;
    const entries = inserted(old.entries, entry);
    if (entries === old.entries) return [];
    const group = trimmed({ ...old, entries }, rule);
    ctx.schedule(`${FORGET}${key}`, group.entries.at(-1)!.time + rule.timespanMicros + lateness);
    if (isJudgedAtClose(rule)) {
      ctx.stores.groups.put(key, group);
      ctx.schedule(`${CLOSE}${key}`, group.entries[0]!.time + rule.timespanMicros);
      return [];
    }
    const [next, outputs] = judged(group, entry, rule, match);
    ctx.stores.groups.put(key, next);
    return outputs;
  };

  /** Fires once when the condition turns true; a straggler judges every window that it falls into. */
  const judged = (group: Group, entry: Entry, rule: LinkedCorrelation, match: Match): [Group, Output<unknown>[]] => {
    const at = group.entries.indexOf(entry);
    const isStraggler = at < group.entries.length - 1;
    const outputs: Output<unknown>[] = [];
    let next = group;
    for (let end = Math.max(at, 0); end < group.entries.length && group.entries[end]!.time <= entry.time + rule.timespanMicros; end++) {
      const inside = windowAt(rule, group.entries, end);
      const isTrue = holds(rule, inside);
      const isFirst =
        isTrue && (isStraggler ? !next.fired.some(({ first, last }) => first <= inside.at(-1)!.time && last >= inside[0]!.time) : next.firingSince === null);
      const earlier = isTrue && isStraggler ? next.fired.find(({ first, last }) => inside[0]!.time < first && last <= inside.at(-1)!.time) : undefined;
      if (isFirst || earlier !== undefined) {
        const finding = findingOf(rule, match, inside, { supersedes: earlier?.id ?? null, isLate: isStraggler, evictedCount: group.evictedCount });
        outputs.push(...outputsOf(finding, rule, match, inside));
        const fired = { id: finding.id, first: inside[0]!.time, last: inside.at(-1)!.time };
        next = { ...next, fired: [...next.fired.filter(({ id }) => id !== earlier?.id), fired].slice(-20) };
      }
      if (end === group.entries.length - 1) next = { ...next, firingSince: isTrue ? (next.firingSince ?? entry.time) : null };
    }
    return [next, outputs];
  };

  /** The finding, and a match for each correlation that builds on this one. */
  const outputsOf = (finding: Finding, rule: LinkedCorrelation, match: Match, inside: readonly Entry[]): Output<unknown>[] => {
    const matches = rule.correlations.flatMap((key): Output<unknown>[] => {
      const wanting = rules.get(key);
      if (wanting === undefined) return [];
      const groupValues = wanting.groupBy.map((field) => match.groupValues[match.groupFields.indexOf(field)]);
      if (groupValues.some((value) => value === undefined)) return []; // the chained one groups by a field that this one does not know
      const chained: Match = {
        organization: match.organization,
        ruleId: rule.key,
        ruleVersion: rule.version,
        correlationId: wanting.key,
        groupFields: wanting.groupBy,
        groupValues: groupValues as string[],
        values: [],
        event: inside.at(-1)!.event,
        entities: match.entities,
      };
      return [send(topics.matches, groupKey(chained), chained)];
    });
    return rule.isAlerting ? [send(topics.findings, `${finding.organization}|${finding.groupKey}`, finding), ...matches] : matches;
  };

  const trimmed = (group: Group, rule: LinkedCorrelation): Group => {
    const oldest = group.entries.at(-1)!.time - rule.timespanMicros - lateness;
    const kept = group.entries.filter(({ time }) => time >= oldest);
    const excess = Math.max(0, kept.length - capacityOf(rule, entriesPerGroup));
    const fired = group.fired.filter(({ last }) => last >= oldest);
    return { ...group, entries: excess > 0 ? withoutOldest(rule, kept, excess) : kept, fired, evictedCount: group.evictedCount + excess };
  };

  /** For conditions that are judged when a window closes: the window that begins with the oldest entry. */
  const close = (key: string, ctx: Ctx): Output<unknown>[] => {
    const group = ctx.stores.groups.get(key);
    const first = group?.entries[0];
    const [organization = '', correlationId = '', ...groupValues] = key.split('|').map((part) => part.replaceAll('%7C', '|'));
    const rule = rules.get(correlationId);
    if (group === undefined || first === undefined || rule === undefined) return [];
    const inside = group.entries.filter(({ time }) => time <= first.time + rule.timespanMicros);
    const rest = group.entries.slice(inside.length);
    if (rest.length === 0) ctx.stores.groups.delete(key);
    else {
      ctx.stores.groups.put(key, { ...group, entries: rest });
      ctx.schedule(`${CLOSE}${key}`, rest[0]!.time + rule.timespanMicros);
    }
    if (!holds(rule, inside)) return [];
    const match: Match = {
      organization,
      ruleId: first.ruleId,
      ruleVersion: '',
      correlationId,
      groupFields: rule.groupBy,
      groupValues,
      values: [],
      event: first.event,
      entities: first.entities,
    };
    return outputsOf(findingOf(rule, match, inside, { supersedes: null, isLate: false, evictedCount: group.evictedCount }), rule, match, inside);
  };

  return defineStage<Match>()({
    name: 'correlate',
    reads: {
      organization: true,
      ruleId: true,
      ruleVersion: true,
      correlationId: true,
      groupFields: true,
      groupValues: true,
      values: true,
      event: true,
      entities: true,
    },
    stores: { waiting: keyValue<Waiting>(), groups: keyValue<Group>() },

    process({ value: match, appendedAt }, ctx): Outcome<Match> {
      const rule = rules.get(match.correlationId);
      if (rule !== undefined && match.event.time < ctx.watermark() - rule.timespanMicros - lateness) {
        return drop('late', send(topics.late, `${match.event.topic}/${match.event.partition}/${match.event.offset}`, match));
      }
      ctx.stores.waiting.put(`${timeKey(match.event.time, match.event.id)}|${match.ruleId}|${groupKey(match)}`, { match, appendedAt });
      return pass(...(release(ctx) as Output<Match>[]));
    },

    onTimer(timer, ctx) {
      if (timer === RELEASE || timer === RELEASE_AT_LATEST) return release(ctx);
      if (timer.startsWith(CLOSE)) return close(timer.slice(CLOSE.length), ctx);
      ctx.stores.groups.delete(timer.slice(FORGET.length));
      return [];
    },
  });
};
