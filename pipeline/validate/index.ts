// Times within reason, and each event once. Form itself was checked by the decoder.
import { z } from 'zod';
import { RecordError } from '../core/errors.ts';
import type { Outcome } from '../core/index.ts';
import { defineStage, drop, forward, pass, send } from '../core/index.ts';
import { seenIds } from '../core/seen-ids.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { idReused } from './id-reused.ts';
import type { ValidateMetrics } from './metrics.ts';
import { NO_METRICS } from './metrics.ts';

export { validateMetrics } from './metrics.ts';

const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;

export const config = z.strictObject({
  maxFutureMinutes: z
    .int()
    .min(1)
    .max(525_600)
    .default(5)
    .meta({ description: "Events stamped further ahead of the broker's clock than this are quarantined as dead letters." }),
  maxPastDays: z
    .int()
    .min(1)
    .max(36_525)
    .default(36_525)
    .meta({ description: 'Events older than this when the broker takes them are quarantined as dead letters.' }),
  duplicateWindowMinutes: z
    .int()
    .min(1)
    .max(60)
    .default(10)
    .meta({ description: 'How long ids that sensors gave are remembered, in append time: a repeat within it is dropped.' }),
  maxRememberedIds: z
    .int()
    .min(1_000)
    .default(2_000_000)
    .meta({ description: 'Ids that a task remembers at most; those beyond it are counted, and their repeats pass.' }),
});
export type ValidateConfig = z.infer<typeof config>;

/**
 * Passes on what is new and stamped within reason. A repeat of a sensor's own id with the same content is dropped; with other content it
 * passes, and a finding says so: somebody sends ids before their owner does.
 */
export const validate = (
  { maxFutureMinutes, maxPastDays, duplicateWindowMinutes, maxRememberedIds }: ValidateConfig,
  { forgotten }: ValidateMetrics = NO_METRICS,
) =>
  defineStage<Event>()({
    name: 'validate',
    reads: {
      id: true,
      time: true,
      idSource: true,
      contentHash: true,
      organization: true,
      dataset: true,
      sensor: true,
      provenance: { topic: true, partition: true, offset: true },
    },
    stores: { seen: seenIds({ minutes: duplicateWindowMinutes, maxIds: maxRememberedIds }) },

    process({ value: event, appendedAt }, { stores: { seen } }): Outcome<Event> {
      const aheadBy = event.time - appendedAt;
      if (aheadBy > maxFutureMinutes * MINUTE) throw new RecordError('FUTURE_TIMESTAMP', "Event is stamped ahead of the broker's clock", { aheadBy });
      if (aheadBy < -maxPastDays * DAY) throw new RecordError('PAST_TIMESTAMP', 'Event is older than what is taken', { aheadBy });
      if (event.idSource === 'position') return pass(forward(topics.valid)); // exactly-once input cannot repeat these
      const before = seen.get(event.id, appendedAt);
      if (before === event.contentHash) return drop('duplicate');
      if (!seen.put(event.id, appendedAt, event.contentHash)) forgotten();
      if (before === undefined) return pass(forward(topics.valid));
      const finding = idReused(event);
      return pass(forward(topics.valid), send(topics.findings, `${finding.organization}|${finding.groupKey}`, finding));
    },
  });
