// For tests of one sink that move its clock and read its log.
import pino from 'pino';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import type { SinkDeps, SinkRecord } from '../_sink/index.ts';
import { plainRecord, sinkDeps } from './one-sink.ts';

export interface TestDeps {
  readonly deps: SinkDeps;
  /** Wall clock, milliseconds; moved by hand. */
  nowMs: number;
  /** Lines that were logged, whole. */
  readonly logged: readonly string[];
  /** What `slowDown` was called with. */
  readonly slowedMs: readonly number[];
  readonly close: () => void;
}

/** @param outboundAllow As of a stand-in. Every name leads to 127.0.0.1. */
export function testDeps(outboundAllow: readonly string[]): TestDeps {
  const outbound = openOutbound(outboundConfig.parse({ allow: outboundAllow }), { resolve: async () => ['127.0.0.1'] });
  const stopped = new AbortController();
  const logged: string[] = [];
  const slowedMs: number[] = [];
  const test: TestDeps = {
    nowMs: Date.now(),
    logged,
    slowedMs,
    deps: sinkDeps(outboundAllow, {
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      outbound,
      signal: stopped.signal,
      now: () => test.nowMs,
      slowDown: (ms) => void slowedMs.push(ms),
    }),
    close: () => {
      stopped.abort();
      outbound.close();
    },
  };
  return test;
}

/** An event of no sense, with its id for a key. */
export const sinkRecord = (
  id: string,
  { offset = 0, value = Buffer.from(JSON.stringify({ event: { id } })), ...given }: Partial<SinkRecord> & { readonly offset?: number } = {},
): SinkRecord =>
  plainRecord({
    id,
    kind: 'event',
    key: Buffer.from(id),
    value,
    position: { topic: 'sink.alpha.ecs.v1', partition: 0, offset },
    timestampMs: Date.UTC(2026, 10, 21, 23),
    ...given,
  });
