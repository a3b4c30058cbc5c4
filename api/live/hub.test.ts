// Who shares what: one room, and one copy of each message, for all who ask for the same.
import { describe, expect, it } from 'vitest';
import type { Principal } from '../auth/tokens.ts';
import { eventually } from '../test/eventually.ts';
import { RoomHub } from './hub.ts';
import type { HubOptions } from './hub.ts';
import { parseRoom } from './protocol.ts';
import { BoundedQueue } from './queue.ts';
import type { TailBatch } from './tail.ts';

const ann: Principal = { user: 'ann', organization: 'default', roles: [], permissions: new Set(), expiresAt: 0 };

function open() {
  const tails: { readonly organization: string; readonly queue: BoundedQueue<TailBatch> }[] = [];
  const tail = {
    watch: (organization: string) => {
      const queue = new BoundedQueue<TailBatch>(10);
      tails.push({ organization, queue });
      return queue;
    },
  };
  const hub = new RoomHub({ tail, news: {}, presence: {} } as unknown as HubOptions);
  const join = async (filter?: object, principal = ann) => {
    const said: Buffer[] = [];
    const failures: unknown[] = [];
    const joined = await hub.join(principal, parseRoom('events')!, filter, { send: (data) => said.push(data), fail: (error) => failures.push(error) });
    return { said, failures, leave: joined.leave };
  };
  return { hub, tails, join };
}

describe('rooms', () => {
  it('are one for all who ask for the same, in whatever order they write it, and each message is written once', async () => {
    const { hub, tails, join } = open();
    const [one, two] = [await join({ host: ['a'], search: 'x' }), await join({ search: 'x', host: ['a'] })];
    expect([hub.size, tails.length]).toEqual([1, 1]);
    tails[0]!.queue.push({ events: [], leftOut: 3 });
    await eventually(() => expect(one.said).toHaveLength(1));
    expect(JSON.parse(String(one.said[0]))).toEqual({ room: 'events', events: [], leftOut: 3 });
    expect(two.said[0]).toBe(one.said[0]);
  });

  it('are apart for another filter and for another organization', async () => {
    const { hub, tails, join } = open();
    await join();
    await join({ search: 'x' });
    await join(undefined, { ...ann, organization: 'other' });
    expect(hub.size).toBe(3);
    expect(tails.map(({ organization }) => organization)).toEqual(['default', 'default', 'other']);
  });

  it('close when the last has left', async () => {
    const { hub, tails, join } = open();
    const [one, two] = [await join(), await join()];
    one.leave();
    expect([hub.size, tails[0]!.queue.isClosed]).toEqual([1, false]);
    two.leave();
    expect([hub.size, tails[0]!.queue.isClosed]).toEqual([0, true]);
  });

  it('end for all who are in them when what they show fails', async () => {
    const { tails, join } = open();
    const [one, two] = [await join(), await join()];
    tails[0]!.queue.fail(new Error('away'));
    await eventually(() => expect([one.failures.length, two.failures.length]).toEqual([1, 1]));
  });

  it.each([
    ['alert:0123456789abcdef0123456789abcdef', 'alert', '0123456789abcdef0123456789abcdef'],
    ['asset:00000000-0000-4000-8000-000000000001', 'asset', '00000000-0000-4000-8000-000000000001'],
    ['dead-letters', 'dead-letters', null],
  ])('are named: %s', (text, kind, id) => {
    expect(parseRoom(text)).toEqual({ kind, id, text });
  });

  it.each(['', 'alert', 'alert:', 'alert:1', 'alert:0123456789abcdef0123456789abcdef:x', 'asset:x', 'alerts:x', 'organization:other', '__proto__', 'toString'])(
    'are not named "%s"',
    (text) => {
      expect(parseRoom(text)).toBeNull();
    },
  );
});
