// What a process looks at regularly: how far its stages are behind each other, and where their inputs end.
import type { Logger } from 'pino';
import type { Backlog } from './backlog.ts';
import type { LoaderGroup } from './loader.ts';
import type { Admin } from './port.ts';
import { tpKey } from './port.ts';
import { ACTIVATION_DELAY } from './reference.ts';
import type { StageInstance } from './stage-instance.ts';
import type { StageWire } from './stage-plan.ts';
import { sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

/** Again and again until the signal. A duty that fails is done again the next time. */
export async function repeat(
  everyMs: number,
  duty: () => Promise<void> | void,
  { clock, log, signal }: { readonly clock: WallClock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    await sleep(clock, everyMs, signal);
    if (signal.aborted) return;
    try {
      await duty();
    } catch (error) {
      log.debug({ err: error }, 'A regular duty failed and is tried again.');
    }
  }
}

/** A stage waits while the one behind it in this process, or the reference data, has fallen back. It goes on at half of that. */
export function brake(
  instances: readonly StageInstance[],
  downstreamOf: (wire: StageWire) => ReadonlyMap<string, readonly Backlog[]>,
  referenceLagMs: number,
  maxBehindMs: number,
  clock: WallClock,
): void {
  const nowMs = clock.nowMs();
  for (const instance of instances) {
    const behindMs = Math.max(0, ...[...downstreamOf(instance.plan.wire).values()].flat().map((backlog) => backlog.behindMs(nowMs)));
    const isPaused = instance.pausedFor.includes('behind');
    instance.setPaused('behind', behindMs > (isPaused ? maxBehindMs / 2 : maxBehindMs));
    instance.setPaused('reference', referenceLagMs * 1000 > ACTIVATION_DELAY);
  }
}

/** Lag also of what is paused or silent. */
export async function lookAtEnds(admin: Admin, members: readonly (StageInstance | LoaderGroup)[]): Promise<void> {
  for (const member of members) {
    const all = [...member.inputs.values()];
    if (all.length === 0) continue;
    const ends = await admin.offsets(
      all.map(({ tp }) => tp),
      'stable',
    );
    for (const input of all) input.end = Math.max(input.end, ends.get(tpKey(input.tp)) ?? 0);
    member.gauge();
  }
}
