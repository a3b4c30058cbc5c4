// Findings that belong together become one alert: one writer, a deterministic id, a revision for each change.
import { z } from 'zod';
import { hashId } from '../core/id.ts';
import type { Micros, Outcome } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { Alert, Finding } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { joined, opened } from './merge.ts';

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

/** The alert as last changed, and how many of its revisions went out in the current minute. */
interface Open {
  readonly alert: Alert;
  readonly minute: number;
  readonly inMinute: number;
  readonly isPending: boolean;
}
const MINUTE: Micros = 60_000_000;
const FLUSH = 'flush|';
const EXPIRE = 'expire|';
const COUNT = 'open';

export const alert = ({ windowSeconds, maxOpen, revisionsPerMinute }: AlertConfig) => {
  const window = windowSeconds * 1_000_000;

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
    },
    stores: { open: keyValue<Open>(), count: keyValue<number>() },

    process({ value: finding }, ctx): Outcome<Finding> {
      if (finding.status === 'draft') return pass(); // a shadow: kept as a finding, never an alert
      const key = `${finding.organization}|${finding.groupKey}`;
      const before = ctx.stores.open.get(key);
      const isJoining = before !== undefined && finding.time <= before.alert.lastTime + window && finding.lastTime >= before.alert.time - window;
      const next = isJoining ? joined(before.alert, finding) : opened(hashId(finding.organization, finding.groupKey, finding.id), finding);
      if (isJoining && next === before.alert) return pass(); // the very finding again
      const isUrgent = !isJoining || next.severity !== before.alert.severity || next.ruleIds.length !== before.alert.ruleIds.length;
      const minute = Math.floor(next.lastTime / MINUTE);
      const inMinute = isJoining && before.minute === minute ? before.inMinute : 0;
      const isDue = isUrgent || inMinute < revisionsPerMinute;
      const unsent = isJoining && before.isPending;

      // A gathered revision has no number of its own until it goes out, so that numbers on the topic have no holes.
      const current: Alert = unsent ? { ...next, revision: before.alert.revision } : next;
      if (before === undefined) {
        const count = ctx.stores.count.get(COUNT) ?? 0;
        if (count >= maxOpen) return drop('over-limit', send(topics.alerts, current.id, current));
        ctx.stores.count.put(COUNT, count + 1);
      }
      ctx.stores.open.put(key, { alert: current, minute, inMinute: inMinute + (isDue ? 1 : 0), isPending: !isDue });
      ctx.schedule(`${EXPIRE}${key}`, next.lastTime + window);
      ctx.schedule(`${FLUSH}${key}`, isDue ? Number.POSITIVE_INFINITY : (minute + 1) * MINUTE);
      return isDue ? pass(send(topics.alerts, current.id, current)) : pass();
    },

    onTimer(timer, ctx) {
      const key = timer.slice(timer.indexOf('|') + 1);
      const before = ctx.stores.open.get(key);
      if (before === undefined) return [];
      if (timer.startsWith(EXPIRE)) {
        ctx.stores.open.delete(key);
        ctx.stores.count.put(COUNT, Math.max(0, (ctx.stores.count.get(COUNT) ?? 0) - 1)); // those from before they were counted
      } else ctx.stores.open.put(key, { ...before, isPending: false });
      return before.isPending ? [send(topics.alerts, before.alert.id, before.alert)] : [];
    },
  });
};
