import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../gate/problem.ts';
import { eventually } from '../test/eventually.ts';
import type { LiveNews, NewsListener } from './news.ts';
import { Room } from './room.ts';
import { stateSource } from './state-room.ts';

function open(read: () => Promise<object>, notice?: string) {
  const listeners = new Set<NewsListener>();
  const state = { tick: () => {}, isTicking: false };
  const news = {
    listen: (_organization: string, listener: NewsListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as LiveNews;
  const room = new Room(
    'counters',
    stateSource({
      news,
      organization: 'default',
      log: pino({ level: 'silent' }),
      read,
      everyMs: 1_000,
      every: (_ms, work) => {
        state.tick = work;
        state.isTicking = true;
        return { stop: () => (state.isTicking = false) };
      },
      ...(notice !== undefined && { notice }),
    }),
  );
  const member = () => {
    const said: unknown[] = [];
    const itself = { said, send: (data: Buffer) => said.push(JSON.parse(String(data))), fail: () => {} };
    room.join(itself);
    return itself;
  };
  const tell = (state_: string) => listeners.forEach(({ onState }) => onState?.({ organization: 'default', state: state_ }));
  return { room, member, tell, state, listeners };
}

describe('a room of a state', () => {
  it('says the state when it is another, to all who are there, and to who comes later at once', async () => {
    let n = 1;
    const { member, state } = open(async () => ({ n }));
    const first = member();
    await eventually(() => expect(first.said).toEqual([{ room: 'counters', n: 1 }]));
    state.tick();
    await Promise.resolve();
    n = 2;
    state.tick();
    await eventually(() => expect(first.said).toHaveLength(2));
    expect(member().said).toEqual([{ room: 'counters', n: 2 }]);
  });

  it('reads once for all, and once more when it was told while it read', async () => {
    const reads: ((state: object) => void)[] = [];
    const { member, tell } = open(() => new Promise((resolve) => reads.push(resolve)), 'sensors');
    const first = member();
    member();
    tell('sensors');
    tell('sensors');
    tell('something else');
    expect(reads).toHaveLength(1);
    reads[0]!({ n: 1 });
    await eventually(() => expect(reads).toHaveLength(2));
    reads[1]!({ n: 2 });
    await eventually(() => expect(first.said).toHaveLength(2));
  });

  it('says why when it cannot be read, and what it is when it can again', async () => {
    let isAway = true;
    const { member, state } = open(async () => {
      if (isAway) throw new ApiProblem('DATABASE_UNAVAILABLE', 'Away.');
      return { n: 1 };
    });
    const { said } = member();
    await eventually(() => expect(said).toEqual([{ room: 'counters', error: { code: 'DATABASE_UNAVAILABLE', detail: 'Away.' } }]));
    isAway = false;
    state.tick();
    await eventually(() => expect(said[1]).toEqual({ room: 'counters', n: 1 }));
  });

  it('asks nobody when the last has gone', async () => {
    const { room, member, state, listeners } = open(async () => ({ n: 1 }), 'sensors');
    const [first, second] = [member(), member()];
    expect(room.leave(first)).toBe(true);
    expect([state.isTicking, listeners.size]).toEqual([true, 1]);
    expect(room.leave(second)).toBe(false);
    expect([state.isTicking, listeners.size]).toEqual([false, 0]);
  });
});
