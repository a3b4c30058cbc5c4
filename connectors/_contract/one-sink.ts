// A sink that is opened on a stand-in, as the worker opens one, and records for it.
import pino from 'pino';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import type { SinkDeps, SinkRecord } from '../_sink/index.ts';

/** @param allow Entries of `outbound.allow`. */
export function sinkDeps(allow: readonly string[], more: Partial<SinkDeps> = {}): SinkDeps {
  return {
    log: pino({ level: 'silent' }),
    outbound: openOutbound(outboundConfig.parse({ allow })),
    allow: allowListOf([], 'outboundHosts'),
    connector: 'siem',
    task: 0,
    organization: 'alpha',
    signal: new AbortController().signal,
    now: Date.now,
    slowDown: () => {},
    ...more,
  };
}

/** A finding of one host, unless told otherwise. */
export function plainRecord(more: Partial<Omit<SinkRecord, 'value'>> & { readonly id: string; readonly value?: Buffer | object | string }): SinkRecord {
  const { value = { '@timestamp': '2026-03-01T12:00:00.123456Z', event: { id: more.id }, host: { name: 'web-01' } }, ...rest } = more;
  return {
    topic: 'sink.alpha.ecs.v1',
    position: { topic: 'sink.alpha.ecs.v1', partition: 0, offset: 0 },
    kind: 'finding',
    key: null,
    headers: [],
    timestampMs: Date.UTC(2026, 2, 1, 12),
    ...rest,
    value: Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  };
}

export const NEVER = new AbortController().signal;
