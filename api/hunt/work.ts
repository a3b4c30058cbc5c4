// What the ticker does of hunts each time: slices, until its time is over or nothing waits.
import type { Logger } from 'pino';
import type { Micros } from '../../pipeline/core/index.ts';
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import type { Pool } from '../../store/connect.ts';
import type { Preference } from '../../store/hunt-reading.ts';
import { doSlice } from '../../store/hunt-slices.ts';
import { rawTopic } from '../../topologies/topics.ts';
import { findingsOf } from './findings.ts';

/** Findings that one hunt makes at most. */
export const MOST_FINDINGS = 10_000;
/** Other duties wait meanwhile. */
const TURN_MS = 1_000;
const SLICE_EVENTS = 500;
const SLICE_TIMEOUT_MS = 10_000;

export interface HuntWork {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly wallMicros: () => Micros;
  /** These for tests; the first instead of `SLICE_EVENTS`. */
  readonly sliceEvents?: number;
  readonly mostFindings?: number;
  readonly prefers?: Preference | undefined;
}

/** @throws RetryableError when the database is away; nothing is lost, and nothing is done twice. */
export async function doHunts(
  pool: Pool,
  { log, signal, wallMicros, sliceEvents = SLICE_EVENTS, mostFindings = MOST_FINDINGS, prefers }: HuntWork,
): Promise<void> {
  const nowMs = () => performance.now();
  const until = nowMs() + TURN_MS;
  while (!signal.aborted && nowMs() < until) {
    const slice = await doSlice(pool, {
      events: sliceEvents,
      findings: mostFindings,
      timeoutMs: SLICE_TIMEOUT_MS,
      topicOf: (organization) => rawTopic(organization, OWN_SOURCE),
      nowMs,
      prefers,
      judge: (hunt, events) => findingsOf(hunt, events, wallMicros()),
    });
    if (slice === undefined) return;
    if (slice.outcome === 'done') log.info({ hunt: slice.hunt }, 'A hunt has come to its end.');
    if (slice.outcome === 'stopped' || slice.outcome === 'failed')
      log.warn({ hunt: slice.hunt, outcome: slice.outcome }, 'A hunt ended before it came to its end.');
  }
}
