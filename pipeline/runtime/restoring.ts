// Brings the tasks of newly assigned partitions back, in the background: positions, counts, stores.
import { FatalError, RetryableError } from '../core/errors.ts';
import { restoreTask } from './changelog.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import { emptyTally, fromMetadata } from './ledger.ts';
import type { Beside } from './ledger.ts';
import type { Orphans } from './orphans.ts';
import type { RawRecord } from './port.ts';
import type { Input, Slot } from './slot.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';

const TELL_EVERY_MS = 5000;
/** A new leader of a changelog may for a moment tell an end from before the last commit, until its followers have told it how far they are. */
const BEHIND_MS = 15_000;
const isBehind = (error: unknown): boolean =>
  error instanceof FatalError && error.code === 'CHANGELOG_GAP' && Number(error.details.end) < Number(error.details.expected);

/**
 * Sets position, tally and, for a slot that is not ready, the stores of its task. While the broker is away it tries again, and for a while also
 * when a changelog ends before what was committed.
 * @returns False when the signal ended it, or when it failed half way through the stores: the task then holds half a state.
 * @throws FatalError CHANGELOG_GAP
 */
export async function restoreSlot(
  slot: Slot,
  inputs: readonly Input[],
  options: StageInstanceOptions,
  orphans: Orphans,
  isWatermark: (record: RawRecord) => boolean,
  signal: AbortSignal,
): Promise<'restored' | 'ended' | 'half'> {
  const { app, admin, plan, clock, log } = options;
  const tps = inputs.map(({ tp }) => tp);
  let behindSinceMs = Infinity;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await orphans.end(tps, signal);
      const found = await admin.positions(`${app}.${plan.wire.name}`, tps);
      const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
      const beside = inputs.map(({ key }) => fromMetadata(found.get(key)?.metadata ?? ''));
      for (const input of inputs) {
        const committed = found.get(input.key)?.offset ?? -1;
        input.position = input.committed = committed >= 0 ? committed : (earliest.get(input.key) ?? 0);
        input.end = stable.get(input.key) ?? input.position; // the lag is told while the state comes back
      }
      if (!slot.isReady) await restoreStores(slot, beside, options, isWatermark, signal);
      if (signal.aborted) return 'ended';
      inputs.forEach((input, i) => {
        input.tally = beside[i]?.tally ?? emptyTally(input.committed);
        input.commits = beside[i]?.n ?? 0;
        input.lastRecordWallMs = clock.nowMs();
        input.isReady = true;
        if (input.lag! > 0 && !input.isRedriven) slot.task.source?.await(input.key);
      });
      slot.isReady = true;
      return 'restored';
    } catch (error) {
      if (signal.aborted) return 'ended';
      if (isBehind(error)) behindSinceMs = Math.min(behindSinceMs, clock.nowMs());
      else if (!(error instanceof RetryableError)) throw error;
      if (clock.nowMs() - behindSinceMs >= BEHIND_MS) throw error;
      log.warn({ err: error, task: `${plan.wire.name}_${slot.number}` }, 'The state of a task cannot be read for now.');
      await sleep(clock, backoffMs(attempt), signal);
      if ((slot.restoring?.done ?? 0) > 0 && !slot.isReady) return 'half';
    }
  }
  return 'ended';
}

async function restoreStores(
  slot: Slot,
  beside: readonly (Beside | undefined)[],
  options: StageInstanceOptions,
  isWatermark: (record: RawRecord) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { app, admin, reader, codec, plan, clock, log, metrics } = options;
  const stage = plan.wire.name;
  const task = `${stage}_${slot.number}`;
  const beganMs = clock.nowMs();
  const marks = beside.find((each) => each !== undefined && Object.keys(each.marks).length > 0)?.marks ?? {};
  const changelogs: Record<string, number> = {};
  for (const each of beside) for (const [store, end] of Object.entries(each?.changelogs ?? {})) changelogs[store] = Math.max(changelogs[store] ?? 0, end);
  let restored = 0;
  let left = 0;
  const setLeft = (next: number) => {
    metrics.restoreLeft.inc({ stage }, next - left);
    left = next;
  };
  let toldMs = beganMs;
  metrics.restores.inc({ stage });
  const ends = await restoreTask(
    slot.task,
    slot.number,
    { changelogs, marks },
    {
      app,
      admin,
      reader,
      codec,
      output: plan.output,
      signal,
      wallMs: beganMs,
      isWatermark,
      onProgress: ({ records, done, of }) => {
        restored += records;
        slot.restoring = { done, of };
        setLeft(of - done);
        metrics.restored.inc({ stage }, records);
        const nowMs = clock.nowMs();
        if (nowMs - toldMs < TELL_EVERY_MS) return;
        toldMs = nowMs;
        log.info({ task, done, of, records: restored, ms: nowMs - beganMs }, 'The state of a task is coming back.');
      },
    },
  ).finally(() => setLeft(0));
  slot.changelogs = ends.changelogs;
  slot.outputEnd = ends.outputEnd;
  metrics.restoreSeconds.set({ stage }, (clock.nowMs() - beganMs) / 1000);
  log.info({ task, records: restored, ms: clock.nowMs() - beganMs }, 'The task has its state.');
}
