// What the protocol that brought a record said beside it: the time, the host. It fills in what the record itself leaves open.
import { z } from 'zod';
import type { Told } from '../core/connector.ts';
import { host } from './kit/draft.ts';
import type { Draft } from './kit/draft.ts';

const MAX_BYTES = 65_536;
const text = z.string().transform((value) => value.replaceAll('\0', ' ').slice(0, 1_000));
const told = z.object({ time: z.int().positive().optional(), host: text.optional(), labels: z.record(z.string().max(200), text).optional() });

/** Undefined for what the gateway did not write. Never throws. */
export function readTold(bytes: Uint8Array | undefined): Told | undefined {
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  try {
    const found = told.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return found.success ? (found.data as Told) : undefined;
  } catch {
    return undefined;
  }
}

/** @param isObserver The sender tells of others: it is no host of the event. */
export function fillIn(event: Draft, { time, host: name, labels }: Told, isObserver: boolean): void {
  if (time !== undefined && Number.isNaN(event.time)) event.time = time;
  if (name !== undefined && !isObserver) event.host ??= host(name, null);
  if (labels !== undefined) event.labels = { ...labels, ...event.labels };
}
