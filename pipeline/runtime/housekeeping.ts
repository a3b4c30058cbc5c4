// What the wall clock asks of a stage: entries of the ledger that are due though nothing comes, and the silence of a source.
import type { Micros } from '../core/index.ts';
import type { Committer } from './commit.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import type { Intake } from './intake.ts';
import type { Settling } from './settling.ts';
import type { Input, Slot } from './slot.ts';

const EVERY_MS = 250;
const APPEND_MARGIN: Micros = 1_000_000; // the broker's clock may be behind ours

export interface HousekeepingOptions extends StageInstanceOptions {
  readonly state: InstanceState;
  readonly committer: Committer<Input>;
  readonly settling: Settling;
  readonly intake: Intake;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #cancel: (() => void) | null = null;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, log } = this.#options;
    this.#cancel = clock.after(EVERY_MS, () => {
      this.start();
      this.#look().catch((error: unknown) => log.debug({ err: error }, 'Silence could not be told.'));
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    const { state, committer, settling, intake, plan, clock } = this.#options;
    if (state.group === null || committer.isBusy || state.isFailed) return;
    for (const input of settling.due(state.inputs.values())) state.workFor(input);
    if (state.work !== null) committer.wanted(false);
    if (plan.upstream.length > 0 || plan.told.length === 0 || intake.isPaused) return;
    const silent = [...state.slots.values()].filter((slot) => slot.isReady && slot.isSilenceDue(clock.nowMs()));
    if (silent.length > 0) await this.#noteSilence(silent);
  }

  /** Only a task that has read all there is can say that nothing came. */
  async #noteSilence(slots: readonly Slot[]): Promise<void> {
    const { state, admin, clock, limits, settling, committer, until } = this.#options;
    const { epoch } = state;
    const askedMs = clock.nowMs();
    const ends = await admin.offsets(
      slots.flatMap((slot) => state.inputsOf(slot)).map(({ tp }) => tp),
      'stable',
    );
    if (state.epoch !== epoch || state.group === null) return;
    for (const slot of slots) {
      const inputs = state.inputsOf(slot).filter(({ isReady }) => isReady);
      if (inputs.length === 0) continue;
      const source = slot.task.source!;
      if (until !== undefined) {
        if (inputs.some(({ key, position }) => position < (until.get(key) ?? 0))) continue; // nobody is idle in a lane
        source.end();
      }
      for (const input of inputs) {
        if (until !== undefined || input.position < (ends.get(input.key) ?? Infinity)) continue;
        source.observeAppend(input.key, askedMs * 1000 - APPEND_MARGIN, input.lastRecordWallMs);
        source.forgetSilent(input.key, askedMs - limits.idleAfterMs);
      }
      if (source.told() === undefined) continue; // there are records that it has not come to: a word now would say that it holds nobody back
      slot.task.refresh();
      settling.tell(slot);
      state.workFor(inputs[0]!);
    }
    committer.wanted(false);
  }
}
