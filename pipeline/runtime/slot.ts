// The runtime's side of a task: what it has read, counted and told.
import type { Micros } from '../core/index.ts';
import { APPEND_CLOCK, appendClockOf } from '../core/index.ts';
import { redrivenOrganization } from '../core/redriven.ts';
import { emptyTally } from './ledger.ts';
import type { Tally } from './ledger.ts';
import type { TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import type { Task } from './task.ts';
import type { Told } from './watermark.ts';

const TELL_EVERY: Micros = 1_000_000;
const FIRST_SILENCE_MS = 1000;
const LONGEST_SILENCE_MS = 10_000;

/** A task and what was committed with it. One partition number over all topics that the stage reads. */
export class Slot {
  readonly number: number;
  readonly task: Task;
  isReady = false;
  /** How far a restore has come, in offsets of its changelogs; null before it knows how much there is. */
  restoring: { readonly done: number; readonly of: number } | null = null;
  /** Ends a restore that nobody waits for any more. */
  readonly abandoned = new AbortController();
  /** The watermark is not yet as the state has it. */
  isClockChanged = false;
  /** Ends of its changelogs after the last commit, by store. */
  changelogs: Readonly<Record<string, number>> = {};
  /** Where its output ended, for stores that come back from it. */
  outputEnd = 0;
  #told: Told = {};
  #toldAnything = false;
  #silenceMs = FIRST_SILENCE_MS;
  #toldWallMs: number;

  constructor(number: number, task: Task, wallMs: number) {
    this.number = number;
    this.task = task;
    this.#toldWallMs = wallMs;
  }

  /** Whether the watermark is to be sent downstream: it moved on by a second, or other datasets hold it back now. */
  isTellingDue(): boolean {
    const now = this.task.watermarks.told();
    const names = Object.keys(now);
    if (names.length !== Object.keys(this.#told).length) return true;
    return names.some((dataset) => this.#told[dataset] === undefined || now[dataset]! - this.#told[dataset] >= TELL_EVERY);
  }

  /** A source that nothing comes from says so, more and more seldom, lest others wait for it. */
  isSilenceDue(wallMs: number): boolean {
    return wallMs - this.#toldWallMs >= this.#silenceMs;
  }

  /** @returns What to send. `idle` when the task holds nobody back. */
  tell(wallMs: number, isSilence: boolean): { readonly datasets: Told; readonly idle: boolean } {
    this.#told = this.task.watermarks.told();
    this.#toldAnything = true;
    this.#silenceMs = isSilence ? Math.min(LONGEST_SILENCE_MS, this.#silenceMs * 2) : FIRST_SILENCE_MS;
    this.#toldWallMs = wallMs;
    return { datasets: this.#told, idle: Object.keys(this.#told).every((dataset) => dataset === APPEND_CLOCK) };
  }

  /** After an abort: what was told may not have arrived. */
  forgetTold(): void {
    this.#told = {};
    this.isClockChanged = false;
  }

  get hasTold(): boolean {
    return this.#toldAnything;
  }
}

/** Null when one of them is not known. */
export const sumOfLags = (lags: readonly (number | null)[]): number | null => lags.reduce((sum, lag) => (sum === null || lag === null ? null : sum + lag), 0);

/** An input partition. Positions are the next offset to read. */
export class Input {
  readonly tp: TopicPartition;
  readonly key: string;
  /** Its own append clock, for timers. */
  readonly clock: string;
  readonly slot: Slot;
  /** Holds dead letters that were sent again: they move no watermark, and their headers are believed. */
  readonly isRedriven: boolean;
  isReady = false;
  position = -1;
  committed = -1;
  tally: Tally = emptyTally(0);
  /** Number of the last commit. */
  commits = 0;
  /** End of what could be read when it was last looked, for the lag. */
  end = -1;
  lastRecordWallMs = 0;
  /** Append time of the latest record read. */
  appendedAt: Micros = 0;
  /** How long it was left alone for what it holds, since the last entry in the ledger. */
  throttledMs = 0;
  /** Position that was sought because a batch began behind it. */
  soughtFor = -1;

  constructor(tp: TopicPartition, slot: Slot) {
    this.tp = tp;
    this.key = tpKey(tp);
    this.clock = appendClockOf(tp);
    this.slot = slot;
    this.isRedriven = redrivenOrganization(tp.topic) !== undefined;
  }

  /** As of the last look; null before it is known where to read. */
  get lag(): number | null {
    return this.position < 0 ? null : Math.max(0, this.end - this.position);
  }
}
