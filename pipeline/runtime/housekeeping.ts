// What the wall clock asks of a stage: entries of the ledger that are due though nothing comes, and the silence of a source.
import type { Micros } from '../core/index.ts';
import type { Committer } from './commit.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import type { Intake } from './intake.ts';
import type { Settling } from './settling.ts';
import type { Input, Slot } from './slot.ts';
import { END_OF_TIME } from './watermark.ts';

const EVERY_MS = 250;
const APPEND_MARGIN: Micros = 1_000_000; // the broker's clock may be behind ours
/** An input that timers wait for and that is silent for so long is looked at. */
const QUIET_MS = 1000;

export interface HousekeepingOptions extends StageInstanceOptions {
  readonly state: InstanceState;
  readonly committer: Committer<Input>;
  readonly settling: Settling;
  readonly intake: Intake;
  /** Runs the timers of a task that are due. */
  readonly fireDue: (slot: Slot) => void;
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
    if (plan.upstream.length > 0 || intake.isPaused) return;
    const quiet = [...state.inputs.values()].filter((input) => this.#isQuiet(input));
    if (quiet.length > 0) await this.#noteQuiet(quiet);
    if (plan.told.length === 0) return;
    const silent = [...state.slots.values()].filter((slot) => slot.isReady && slot.isSilenceDue(clock.nowMs()));
    if (silent.length > 0) await this.#noteSilence(silent);
  }

  #isQuiet({ isReady, lastRecordWallMs, clock, slot }: Input): boolean {
    return this.#options.until === undefined && isReady && this.#options.clock.nowMs() - lastRecordWallMs >= QUIET_MS && slot.task.waitsFor(clock);
  }

  /** What waits for the append time of an input need not wait for its next record. In a lane it waits for the end. */
  async #noteQuiet(inputs: readonly Input[]): Promise<void> {
    const { state, admin, clock, fireDue } = this.#options;
    const { epoch } = state;
    const askedMs = clock.nowMs();
    const ends = await admin.offsets(
      inputs.map(({ tp }) => tp),
      'stable',
    );
    if (state.epoch !== epoch || state.group === null) return;
    for (const input of inputs) {
      if (input.position < (ends.get(input.key) ?? Infinity)) continue;
      input.slot.task.noteAppended(input.clock, askedMs * 1000 - APPEND_MARGIN);
      fireDue(input.slot);
    }
  }

  /** Only a task that has read all there is can say that nothing came. */
  async #noteSilence(slots: readonly Slot[]): Promise<void> {
    const { state, admin, clock, limits, settling, committer, until, fireDue } = this.#options;
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
        for (const { clock: own } of inputs) slot.task.noteAppended(own, END_OF_TIME);
      }
      for (const input of inputs) {
        if (until !== undefined || input.position < (ends.get(input.key) ?? Infinity)) continue;
        source.observeAppend(input.key, askedMs * 1000 - APPEND_MARGIN, input.lastRecordWallMs);
        source.forgetSilent(input.key, askedMs - limits.idleAfterMs);
      }
      if (source.told() === undefined) continue; // there are records that it has not come to: a word now would say that it holds nobody back
      slot.task.refresh();
      fireDue(slot);
      settling.tell(slot);
      state.workFor(inputs[0]!);
    }
    committer.wanted(false);
  }
}
