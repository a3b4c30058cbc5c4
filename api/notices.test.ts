import { EventEmitter } from 'node:events';
import pino from 'pino';
import { expect, it } from 'vitest';
import type { DatabaseClient } from '../store/queries/sql.ts';
import { followNotices } from './notices.ts';

/** A connection that does what it is told. */
class Connection extends EventEmitter {
  readonly said: string[] = [];
  isEnded = false;
  readonly #refuses: boolean;

  constructor(refuses: boolean) {
    super();
    this.#refuses = refuses;
  }
  async connect(): Promise<void> {
    if (this.#refuses) throw new Error('connect ECONNREFUSED');
  }
  async query(text: string): Promise<void> {
    this.said.push(text);
  }
  async end(): Promise<void> {
    this.isEnded = true;
    this.emit('end');
  }
}

/** @param refusals How many connections come to nothing, first. */
function open(refusals = 0) {
  const connections: Connection[] = [];
  const heard: string[] = [];
  const reads: PromiseWithResolvers<void>[] = [];
  const opened = Promise.withResolvers<void>();
  const notices = followNotices({
    openListener: () => {
      const connection = new Connection(connections.length < refusals);
      connections.push(connection);
      return connection as unknown as DatabaseClient;
    },
    channel: 'news',
    onListening: () => {
      const read = Promise.withResolvers<void>();
      reads.push(read);
      if (reads.length === 2) opened.resolve();
      return read.promise;
    },
    onNotice: (payload) => heard.push(payload),
    log: pino({ level: 'silent' }),
    retryMs: 1,
  });
  return { notices, connections, heard, reads, again: opened.promise };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('listens before it reads, and tells what came meanwhile after what was read', async () => {
  const { notices, connections, heard, reads } = open();
  const started = notices.start();
  await turn();
  expect(connections[0]!.said).toEqual(['LISTEN news']);
  connections[0]!.emit('notification', { payload: 'meanwhile' });
  expect(heard).toEqual([]);
  reads[0]!.resolve();
  await started;
  connections[0]!.emit('notification', { payload: 'afterwards' });
  expect(heard).toEqual(['meanwhile', 'afterwards']);
  await notices.stop();
  expect(connections[0]!.isEnded).toBe(true);
});

it('connects and reads again when the connection breaks', async () => {
  const { notices, connections, reads, heard, again } = open();
  const started = notices.start();
  await turn();
  reads[0]!.resolve();
  await started;
  connections[0]!.emit('error', new Error('terminated'));
  await again;
  reads[1]!.resolve();
  await turn();
  connections[1]!.emit('notification', { payload: 'x' });
  expect([connections[0]!.isEnded, heard]).toEqual([true, ['x']]);
  await notices.stop();
});

it('has started when the first attempt came to nothing, and goes on trying', async () => {
  const { notices, connections, reads, again } = open(1);
  await notices.start();
  expect(connections[0]!.isEnded).toBe(true);
  while (reads.length === 0) await turn();
  reads[0]!.reject(new Error('statement timeout')); // what cannot be read is read anew
  await again;
  await notices.stop();
});
