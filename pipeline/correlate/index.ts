// Correlations over matches, sharded by group. What has fired follows from the matches of a group in the order of event time; a match that
// comes late judges anew the windows that it falls into, and what differs goes out as revisions.
import type { Context, Micros, Outcome, Output, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import type { Lateness } from '../core/lateness.ts';
import { openLateness } from '../core/lateness.ts';
import { ReorderBuffer } from '../core/reorder.ts';
import type { Waiting } from '../core/reorder.ts';
import { keyValue } from '../core/stores.ts';
import { ActiveRules, numberedOf } from '../../domains/sigma/index.ts';
import type { OrganizationRules, RuleSet, RuleSetOptions } from '../../domains/sigma/index.ts';
import type { EventRef, Finding, FindingStatus, Match } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import { overBudget } from './budget.ts';
import type { CorrelateConfig } from './config.ts';
import type { Entry, KeptMatch } from './entry.ts';
import { keptMatch, sortKey, suppressedByAll } from './entry.ts';
import type { Told } from './fired.ts';
import { keyOf } from './fired.ts';
import { findingOf } from './finding.ts';
import type { Group } from './group.ts';
import { forgottenAt, OpenGroup } from './group.ts';
import type { GroupName } from './judge.ts';
import { awaitNewest, judgeAround, judgeClosed, judgeNewest } from './judge.ts';
import type { CorrelateMetrics } from './metrics.ts';
import { NO_METRICS } from './metrics.ts';
import type { CorrelationPlan } from './plan.ts';
import { acceptedFor, keptFor, planCorrelations } from './plan.ts';
import { isShadowed, Share } from './share.ts';
import type { Totals } from './share.ts';

export { config } from './config.ts';
export type { CorrelateConfig } from './config.ts';
export { correlateMetrics } from './metrics.ts';
export { planCorrelations } from './plan.ts';
export type { CorrelationPlan } from './plan.ts';

export interface CorrelateOptions {
  /** That of the topology's sources. */
  readonly lateness?: Lateness;
  /** What findings of experimental correlations in files are: what detect makes of experimental rules. */
  readonly experimental?: FindingStatus;
  /** As detect reads rules. */
  readonly ruleOptions?: RuleSetOptions;
  /** A lane: order is all, so matches wait for the watermark of every dataset however long that takes. */
  readonly isLane?: boolean;
  readonly metrics?: CorrelateMetrics;
}
interface Arrived {
  readonly match: Match;
  /** Something later may have been taken already when it came. */
  readonly isLate: boolean;
  readonly appendedAt?: Micros;
}
interface Stores {
  readonly waiting: Store<Waiting<Arrived>>;
  readonly groups: Store<Group>;
  readonly matches: Store<KeptMatch>;
  readonly totals: Store<Totals>;
}
type Ctx = Context<Stores>;
/** What the organization ran when the match was made. */
interface Running {
  readonly plans: ReadonlyMap<string, CorrelationPlan>;
  readonly ruleSet: number;
}
const CLOSE = 'close|';
const FORGET = 'forget|';

const sendFinding = (finding: Finding, behind?: Micros): Output<unknown> =>
  send(topics.findings, `${finding.organization}|${finding.groupKey}`, finding, behind);
const escaped = (part: string): string => (part.includes('|') ? part.replaceAll('|', '%7C') : part);
/** How keys of its groups begin. */
const shareName = ({ rule }: CorrelationPlan, { organization }: { readonly organization: string }): string => `${escaped(rule.key)}|${escaped(organization)}`;
const groupKeyOf = ({ correlationId, organization, groupValues }: Match): string => {
  let key = `${escaped(correlationId)}|${escaped(organization)}`;
  for (const value of groupValues) key += `|${escaped(value)}`;
  return key;
};
function nameOf(key: string): GroupName & { readonly correlationId: string } {
  const [correlationId = '', organization = '', ...groupValues] = key.split('|').map((part) => (part.includes('%7C') ? part.replaceAll('%7C', '|') : part));
  return { correlationId, organization, groupValues };
}

/**
 * Correlations are those of the rule set that detect matched by, which each match names. Groups of a correlation that did not change go on through
 * any change of others; those of one that did begin anew.
 * @param set Rules of files that detect runs until a numbered set is in force.
 */
export const correlate = (
  { reorderMs, matchesPerGroup, matchesPerRule, groupsPerRule }: CorrelateConfig,
  set: RuleSet,
  { lateness = openLateness(), experimental = 'draft', ruleOptions = {}, isLane = false, metrics = NO_METRICS }: CorrelateOptions = {},
) => {
  const active = new ActiveRules(refTables.rules, numberedOf(set, experimental), ruleOptions);
  const planned = new WeakMap<OrganizationRules, ReadonlyMap<string, CorrelationPlan>>();
  const plansOf = (organization: string, ruleSet: number, { reference }: Ctx): ReadonlyMap<string, CorrelationPlan> => {
    const rules = active.ofSet(reference, ruleSet).of(organization);
    let plans = planned.get(rules);
    if (plans === undefined) planned.set(rules, (plans = planCorrelations(rules, { lateness, matchesPerGroup })));
    return plans;
  };
  const planOfGroup = (key: string, group: Group | undefined, ctx: Ctx): CorrelationPlan | undefined => {
    const { organization, correlationId } = nameOf(key);
    return plansOf(organization, group?.ruleSet ?? 0, ctx).get(correlationId);
  };
  const outputs: Output<unknown>[] = []; // of the record or timer at hand
  const limits = { matchesPerRule, groupsPerRule };

  /** The group as it is after a match came or went, and what follows. */
  const apply = ({ match, isLate, appendedAt = 0 }: Arrived, turn: Micros, ctx: Ctx): void => {
    const key = groupKeyOf(match);
    const { groups, matches } = ctx.stores;
    let stored = groups.get(key);
    const ruleSet = Math.max(match.ruleSet, stored?.ruleSet ?? 0);
    const plans = plansOf(match.organization, ruleSet, ctx);
    const plan = plans.get(match.correlationId);
    if (plan === undefined) return; // it was retired while the match waited
    if (stored?.version !== undefined && stored.version !== plan.rule.version) {
      clear(key, stored, ctx);
      share(plan, key, stored.size, 0, { match, appendedAt }, ctx);
      stored = undefined;
    }
    if (stored === undefined && match.isRetracted) return;
    const open = new OpenGroup(key, plan, stored, matches);
    open.isShadow = isShadowed(ctx.stores.totals.get(shareName(plan, match)), appendedAt);
    const kept = keptMatch(match);
    const at = match.isRetracted ? open.take(kept) : open.insert(kept);
    if (at !== undefined) {
      const isNewest = !match.isRetracted && at === open.entries.length - 1;
      const told = judged(open, at, match, isNewest, ctx);
      for (const one of told) tell(open, match, one, isLate || !isNewest ? match.event : null, turn, { plans, ruleSet });
      const evicted = open.trim();
      if (evicted > 0) metrics.evicted('group', plan.rule.key, evicted);
      awaitForget(open, ctx);
    }
    open.group.version = plan.rule.version;
    open.group.ruleSet = ruleSet;
    groups.put(key, open.group);
    share(plan, key, stored?.size ?? 0, open.group.size, { match, appendedAt }, ctx);
  };

  const judged = (open: OpenGroup, at: number, match: Match, isNewest: boolean, ctx: Ctx): readonly Told[] => {
    const { time } = match.event;
    if (open.plan.isJudgedAtClose) {
      const { judgedTo, closesAt } = open.group;
      const told = isNewest && time >= judgedTo ? awaitNewest(open) : judgeClosed(open, match, judgedTo);
      if (open.group.closesAt !== closesAt) awaitClose(open, ctx);
      return told;
    }
    return isNewest ? judgeNewest(open, match) : judgeAround(open, match, at, { time, key: sortKey(match.event, match.ruleId) });
  };

  const awaitForget = (open: OpenGroup, ctx: Ctx): void => {
    if (open.group.forgetsAt !== undefined) return;
    open.group.forgetsAt = open.group.last + keptFor(open.plan);
    ctx.schedule(FORGET + open.key, open.group.forgetsAt, clockOf(open.plan));
  };

  const awaitClose = ({ key, plan, group }: OpenGroup, ctx: Ctx): void => ctx.schedule(CLOSE + key, group.closesAt || Infinity, clockOf(plan));

  /** A finding or a revision of one, and what correlations that build on this one are to know of it. */
  const tell = (open: OpenGroup, name: GroupName, told: Told, late: EventRef | null, turn: Micros, running: Running): void => {
    const { plan } = open;
    if (late !== null) metrics.revised(told.code);
    if (plan.rule.isAlerting) {
      const finding = findingOf(plan, name, told, told.inside ?? covered(open, told), late, open.group.evictedCount, running.ruleSet);
      outputs.push(sendFinding(finding, turn > finding.lastTime ? turn : undefined));
    }
    const { before, fired, inside } = told;
    const isMoved = before !== null && (inside === null || keyOf(before) !== keyOf(fired));
    if (inside !== null && (before === null || isMoved)) chain(plan, name, fired.lastEvent, inside, false, turn, running);
    if (isMoved) chain(plan, name, before.lastEvent, open.entries, true, turn, running); // after the new one, so that the outer one need not break in between
  };

  /** A match for each correlation that builds on this one; or that the one before does not hold any more. */
  const chain = (
    plan: CorrelationPlan,
    { organization, groupValues }: GroupName,
    event: EventRef,
    inside: readonly Entry[],
    isRetracted: boolean,
    turn: Micros,
    { plans, ruleSet }: Running,
  ): void => {
    const { rule } = plan;
    const entities = inside.find((entry) => entry.event.id === event.id)?.entities ?? [];
    for (const wanting of rule.correlations.flatMap((key) => plans.get(key) ?? [])) {
      const values = wanting.rule.groupBy.map((field) => groupValues[rule.groupBy.indexOf(field)]);
      if (values.includes(undefined)) continue; // it groups by a field that this one does not know
      const match: Match = {
        organization,
        ruleId: rule.key,
        ruleVersion: rule.version,
        correlationId: wanting.rule.key,
        groupFields: wanting.rule.groupBy,
        groupValues: values as string[],
        values: [],
        event,
        entities,
        isRetracted,
        ruleSet,
        suppressedBy: suppressedByAll(inside),
      };
      outputs.push(
        send(topics.matches, [organization, match.correlationId, ...match.groupValues].map(escaped).join('|'), match, turn > event.time ? turn : undefined),
      );
    }
  };

  /** Keeps a correlation of an organization within its bounds: groups that were silent longest go. @param cause The match that changed the group; null: time did. */
  const share = (
    plan: CorrelationPlan,
    key: string,
    before: number,
    after: number,
    cause: { readonly match: Match; readonly appendedAt: Micros } | { readonly match: null },
    ctx: Ctx,
  ): void => {
    const { groups, totals } = ctx.stores;
    const name = shareName(plan, cause.match ?? nameOf(key));
    const own = new Share(name, totals.get(name), groups);
    own.touch(key, before, after, cause.match === null ? undefined : cause.appendedAt);
    for (let bound = own.over(limits); bound !== null; bound = own.over(limits)) {
      const oldest = own.oldestBeside(key);
      if (oldest === undefined) break;
      const group = groups.get(oldest);
      if (group !== undefined) clear(oldest, group, ctx);
      own.evicted(oldest, group?.size ?? 0);
      metrics.evicted('rule', plan.rule.key, group?.size ?? 0);
      if (cause.match !== null && own.goOver())
        outputs.push(sendFinding(overBudget(plan, cause.match.organization, limits, bound, { appendedAt: cause.appendedAt, ruleSet: cause.match.ruleSet })));
    }
    totals.put(name, own.close());
  };

  const clear = (key: string, group: Group, ctx: Ctx): void => {
    for (let number = group.oldest; number < group.next; number++) ctx.stores.matches.delete(`${key}|${number}`);
    ctx.stores.groups.delete(key);
    ctx.schedule(FORGET + key, Infinity);
    if (group.closesAt > 0) ctx.schedule(CLOSE + key, Infinity);
  };

  const onClose = (key: string, ctx: Ctx): void => {
    const group = ctx.stores.groups.get(key);
    const plan = planOfGroup(key, group, ctx);
    if (group === undefined || plan === undefined) return;
    const ruleSet = group.ruleSet ?? 0;
    const running = { plans: plansOf(nameOf(key).organization, ruleSet, ctx), ruleSet };
    const open = new OpenGroup(key, plan, group, ctx.stores.matches);
    const name = nameOf(key);
    open.isShadow = isShadowed(ctx.stores.totals.get(shareName(plan, name)));
    for (const told of judgeClosed(open, name, group.closesAt)) tell(open, name, told, null, group.closesAt, running);
    awaitClose(open, ctx);
    ctx.stores.groups.put(key, open.group);
  };

  const onForget = (key: string, ctx: Ctx): void => {
    const group = ctx.stores.groups.get(key);
    if (group === undefined) return;
    const plan = planOfGroup(key, group, ctx);
    const forgetsAt = plan === undefined ? 0 : group.last + keptFor(plan);
    if (forgetsAt > (group.forgetsAt ?? Infinity)) {
      ctx.stores.groups.put(key, forgottenAt(group, forgetsAt));
      ctx.schedule(FORGET + key, forgetsAt, clockOf(plan!));
      return;
    }
    clear(key, group, ctx);
    if (plan !== undefined) share(plan, key, group.size, 0, { match: null }, ctx);
  };

  const clockOf = ({ clock }: CorrelationPlan): string | undefined => (isLane || clock === '*' ? undefined : clock);
  const buffer = new ReorderBuffer<Arrived, Ctx>(isLane ? Infinity : reorderMs * 1000, apply);

  const emitted = (): readonly Output<unknown>[] => outputs.splice(0);

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
      isRetracted: true,
      ruleSet: true,
      suppressedBy: true,
    },
    stores: { waiting: keyValue<Waiting<Arrived>>(), groups: keyValue<Group>(), matches: keyValue<KeptMatch>(), totals: keyValue<Totals>() },

    process({ value: match, appendedAt, behind = -Infinity }, ctx): Outcome<Match> {
      outputs.length = 0; // of one that failed
      const plan = plansOf(match.organization, match.ruleSet, ctx).get(match.correlationId);
      if (plan === undefined) return pass();
      const { time } = match.event;
      const turn = Math.max(time, behind);
      const come: Micros = isLane ? turn : Math.max(turn, ctx.watermark(clockOf(plan)));
      if (time < come - acceptedFor(plan)) return drop('late', send(topics.late, `${match.event.topic}/${match.event.partition}/${match.event.offset}`, match));
      const order = `${sortKey(match.event, match.ruleId)}|${groupKeyOf(match)}`;
      buffer.put({ match, isLate: time < come, appendedAt }, { clock: isLane ? '*' : plan.clock, turn, order, appendedAt }, ctx);
      return pass();
    },

    onTimer(timer, ctx) {
      outputs.length = 0;
      if (buffer.onTimer(timer, ctx)) return emitted();
      if (timer.startsWith(CLOSE)) onClose(timer.slice(CLOSE.length), ctx);
      else onForget(timer.slice(FORGET.length), ctx);
      return emitted();
    },
  });
};

/** Matches of a finding that does not hold any more, as far as they are still kept. */
const covered = ({ entries }: OpenGroup, { fired }: Told): readonly Entry[] => entries.filter(({ time, key }) => time >= fired.first && key <= keyOf(fired));
