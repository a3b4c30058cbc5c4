// Findings that belong together become one alert: one writer, a deterministic id, a revision for each change.
import { z } from 'zod';
import type { Context, Micros, Outcome, Output, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { ReorderBuffer } from '../core/reorder.ts';
import type { Waiting } from '../core/reorder.ts';
import { keyValue } from '../core/stores.ts';
import type { Finding } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { AlertingFinding } from './merge.ts';
import type { OpenAlert } from './open-alert.ts';
import { isAbout, joined, opened } from './open-alert.ts';
import { closingOf } from './decisions.ts';

export const config = z.strictObject({
  windowSeconds: z
    .int()
    .min(60)
    .default(3600)
    .meta({ description: 'A finding joins the open alert of its group when it lies within this many seconds of event time of it.' }),
  maxOpen: z
    .int()
    .min(100)
    .default(10_000)
    .meta({
      description:
        'Groups whose alert a task keeps open, of 2 to 40 kB each. Beyond it each finding of another group makes an alert of its own, counted as dropped, over-limit.',
    }),
  revisionsPerMinute: z
    .int()
    .min(1)
    .default(20)
    .meta({ description: 'Revisions of one alert that go out at once per minute of event time; further changes are gathered and go out together.' }),
});
export type AlertConfig = z.infer<typeof config>;

/** An open alert, and how many of its revisions went out in the current minute. */
interface Paced {
  readonly open: OpenAlert;
  readonly minute: number;
  readonly inMinute: number;
  readonly isPending: boolean;
  /** What a hunt finds lies in the past: its alert is kept open by append time. Absent where there is nothing of a hunt. */
  readonly heldUntil?: Micros;
}
/** With the append time of its record. */
interface Dated {
  readonly finding: AlertingFinding;
  readonly appendedAt: Micros;
}
interface Stores {
  /** By group; more than one where a late event may still change an older alert. Newest last. */
  readonly open: Store<readonly Paced[]>;
  readonly waiting: Store<Waiting<Dated>>;
  /** How many groups `open` has. */
  readonly count: Store<number>;
}
type Ctx = Context<Stores>;
const MINUTE: Micros = 60_000_000;
const FLUSH = 'flush|';
const EXPIRE = 'expire|';
const MOST_OPEN = 8; // of one group
const COUNT = 'open';

/** @param isLane Findings are taken in the order of event time, however long they wait: then alerts depend on nothing else. */
export const alert = ({ windowSeconds, maxOpen, revisionsPerMinute }: AlertConfig, { isLane = false }: { readonly isLane?: boolean } = {}) => {
  const window = windowSeconds * 1_000_000;
  const outputs: Output<unknown>[] = []; // of the record or timer at hand
  const emitted = (): readonly Output<unknown>[] => outputs.splice(0);

  /** Nothing joins it, and nothing changes it, from then on. */
  const expiryOf = ({ open, heldUntil = 0 }: Paced): Micros => Math.max(open.alert.lastTime + window, open.settlesAt, heldUntil);
  const flushOf = ({ isPending, minute }: Paced): Micros => (isPending ? (minute + 1) * MINUTE : Infinity);
  const keep = (key: string, all: readonly Paced[], ctx: Ctx): void => {
    const wasOpen = ctx.stores.open.get(key) !== undefined;
    if (all.length === 0) ctx.stores.open.delete(key);
    else ctx.stores.open.put(key, all);
    if (wasOpen !== all.length > 0) ctx.stores.count.put(COUNT, Math.max(0, countOf(ctx) + (wasOpen ? -1 : 1))); // there may be some from before they were counted
    ctx.schedule(EXPIRE + key, Math.min(...all.map(expiryOf)));
    ctx.schedule(FLUSH + key, Math.min(...all.map(flushOf)));
  };
  const tell = ({ open }: Paced): void => void outputs.push(send(topics.alerts, open.alert.id, open.alert));

  /** @returns Whether the alert that it opens could not be kept open. */
  const take = ({ finding, appendedAt }: Dated, ctx: Ctx): boolean => {
    const key = `${finding.organization}|${finding.groupKey}`;
    const all = ctx.stores.open.get(key) ?? [];
    const isHunt = finding.kind === 'hunt';
    const held = isHunt ? { heldUntil: appendedAt + window } : {};
    const isNear = ({ open: { alert: near } }: Paced) => isHunt || (finding.time <= near.lastTime + window && finding.lastTime >= near.time - window);
    const closings = new Map(all.map((one) => [one, closingOf(one.open.alert.id, appendedAt, ctx.reference)]));
    const isTaking = (one: Paced) => isNear(one) && closings.get(one) === undefined; // nobody looks at a closed one any more
    const before = all.find(({ open }) => isAbout(open, finding)) ?? all.findLast(isTaking);
    if (before === undefined) {
      if (finding.revisable?.isWithdrawn === true) return false;
      const last = all.findLast(isNear);
      const open = opened(finding, last === undefined ? undefined : closings.get(last));
      const fresh: Paced = { open, minute: isHunt ? minuteOf(appendedAt) : minuteOf(open.alert.lastTime), inMinute: 1, isPending: false, ...held };
      tell(fresh);
      if (all.length === 0 && countOf(ctx) >= maxOpen) return true;
      keep(key, [...all, fresh].slice(-MOST_OPEN), ctx);
      return false;
    }
    const open = joined(before.open, finding, before.isPending);
    if (open === undefined) return false; // the very finding again
    const minute = isHunt ? minuteOf(appendedAt) : minuteOf(open.alert.lastTime);
    const inMinute = before.minute === minute ? before.inMinute : 0;
    const isUrgent = open.alert.severity !== before.open.alert.severity || open.alert.ruleIds.length !== before.open.alert.ruleIds.length;
    const isDue = isUrgent || inMinute < revisionsPerMinute;
    const next: Paced = { ...before, open, minute, inMinute: inMinute + (isDue ? 1 : 0), isPending: !isDue, ...held };
    if (isDue) tell(next);
    keep(
      key,
      all.map((one) => (one === before ? next : one)),
      ctx,
    );
    return false;
  };
  const buffer = new ReorderBuffer<Dated, Ctx>(Infinity, (dated, _turn, ctx) => void take(dated, ctx));

  return defineStage<Finding>()({
    name: 'alert',
    reads: {
      id: true,
      organization: true,
      time: true,
      lastTime: true,
      kind: true,
      ruleId: true,
      title: true,
      severity: true,
      status: true,
      tags: true,
      groupKey: true,
      entities: true,
      events: true,
      eventCount: true,
      supersedes: true,
      reason: true,
      revisable: true,
      suppressedBy: true,
    },
    stores: { open: keyValue<readonly Paced[]>(), waiting: keyValue<Waiting<Dated>>(), count: keyValue<number>() },

    process({ value: finding, appendedAt, behind = -Infinity }, ctx): Outcome<Finding> {
      outputs.length = 0; // of one that failed
      if (finding.status !== 'production' || finding.suppressedBy !== null) return pass(); // kept as a finding, never an alert
      if (!isLane) {
        const isOverLimit = take({ finding, appendedAt }, ctx);
        return isOverLimit ? drop('over-limit', ...(emitted() as Output<Finding>[])) : pass(...(emitted() as Output<Finding>[]));
      }
      const order = `${finding.id}|${finding.revisable?.revision ?? 1}`;
      buffer.put({ finding, appendedAt }, { clock: '*', turn: Math.max(finding.lastTime, behind), order, appendedAt }, ctx);
      return pass();
    },

    onTimer(timer, ctx) {
      outputs.length = 0;
      if (buffer.onTimer(timer, ctx)) return emitted();
      const key = timer.slice(timer.indexOf('|') + 1);
      const all = ctx.stores.open.get(key) ?? [];
      const dueOf = timer.startsWith(EXPIRE) ? expiryOf : flushOf;
      const first = Math.min(...all.map(dueOf));
      for (const one of all) if (dueOf(one) === first && one.isPending) tell(one);
      const left = timer.startsWith(EXPIRE)
        ? all.filter((one) => expiryOf(one) !== first)
        : all.map((one) => (flushOf(one) === first ? { ...one, isPending: false } : one));
      keep(key, left, ctx);
      return emitted();
    },
  });
};

const countOf = ({ stores }: Ctx): number => stores.count.get(COUNT) ?? 0;
const minuteOf = (time: Micros): number => Math.floor(time / MINUTE);
