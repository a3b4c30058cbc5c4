// What a sink is given in tests of its own: the real outbound client, a clock that is moved by hand, a log that is kept.
import pino from 'pino';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import type { SinkDeps, SinkRecord } from '../_sink/index.ts';

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
    deps: {
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      outbound,
      allow: allowListOf([], 'outboundHosts'),
      connector: 'test',
      task: 0,
      organization: 'alpha',
      signal: stopped.signal,
      now: () => test.nowMs,
      slowDown: (ms) => void slowedMs.push(ms),
    },
    close: () => {
      stopped.abort();
      outbound.close();
    },
  };
  return test;
}

/** A record as the worker hands it over: what is not given is plain. */
export function sinkRecord(
  id: string,
  { offset = 0, value = Buffer.from(JSON.stringify({ event: { id } })), ...given }: Partial<SinkRecord> & { readonly offset?: number } = {},
): SinkRecord {
  const topic = 'sink.alpha.ecs.v1';
  return {
    topic,
    position: { topic, partition: 0, offset },
    id,
    kind: 'event',
    key: Buffer.from(id),
    value,
    headers: [],
    timestampMs: Date.UTC(2026, 10, 21, 23),
    ...given,
  };
}
