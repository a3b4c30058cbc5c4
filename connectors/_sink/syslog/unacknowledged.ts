// What the system of the far side has not acknowledged yet. A machine that falls silent ends no connection: without this, what lies in our own buffers would look safe.
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** Bytes, by `localPort remotePort`. */
type Table = ReadonlyMap<string, number>;

/** The table of all connections of this system is read this often at most, for all that ask. */
const EVERY_MS = 200;
/** `sl local remote state tx_queue:rx_queue ...`, in hexadecimal. */
const ROW = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):/;

let readMs = -Infinity;
let next: Promise<Table> | null = null;

/** @returns Bytes that the system has taken for the connection and that were not acknowledged after this was called; null where it cannot be known: not on Linux. */
export async function unacknowledgedBytes({ localPort, remotePort }: Socket): Promise<number | null> {
  const table = await (next ??= readNext());
  return table.get(`${localPort} ${remotePort}`) ?? null;
}

async function readNext(): Promise<Table> {
  await after(Math.max(0, readMs + EVERY_MS - performance.now()));
  next = null; // who asks from now on wants a later one
  readMs = performance.now();
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')));
  return tableOf(texts.join('\n'));
}

/** Where two connections have the same ports, the larger number counts. */
export function tableOf(text: string): Table {
  const table = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, local, remote, queued] = ROW.exec(line) ?? [];
    if (queued === undefined) continue;
    const key = `${Number.parseInt(local!, 16)} ${Number.parseInt(remote!, 16)}`;
    table.set(key, Math.max(table.get(key) ?? 0, Number.parseInt(queued, 16)));
  }
  return table;
}
