import { describe, expect, it } from 'vitest';
import { openAcks } from './acks.ts';
import type { Acknowledged, Place } from './acks.ts';

const PLACE: Place = { url: 'https://hec', channel: 'c1', cookie: '' };
const AT_LEAST = 300_000;

/** A ledger with a clock that is moved by hand, and what became of each request that was awaited. */
function opened() {
  const clock = { ms: 0 };
  const acks = openAcks(AT_LEAST, () => clock.ms);
  const became: Record<string, Acknowledged['kind']> = {};
  const owe = (name: string, ackId: number, place: Place = PLACE) => {
    const { acknowledged, isAnew } = acks.await(place, ackId);
    void acknowledged.then(({ kind }) => (became[name] = kind));
    return isAnew;
  };
  const ids = () => acks.pending().flatMap(({ ackIds }) => ackIds);
  return { clock, acks, became, owe, ids, settled: () => new Promise(setImmediate) };
}

describe('acknowledgements', () => {
  it('settle what they name, and nothing else', async () => {
    const { acks, owe, became, ids, settled } = opened();
    owe('a', 0);
    owe('b', 1);
    acks.told(PLACE, [1, 7]);
    await settled();
    expect([became, ids()]).toEqual([{ b: 'delivered' }, [0]]);
  });

  it('count at the place where they were given', async () => {
    const { acks, owe, became, settled } = opened();
    const other = { ...PLACE, cookie: 'indexer=2' };
    owe('here', 0);
    owe('there', 0, other);
    acks.told(other, [0]);
    await settled();
    expect(became).toEqual({ there: 'delivered' });
  });

  it('are waited for five minutes at least, and given up then as possibly there', async () => {
    const { acks, owe, clock, ids } = opened();
    const { acknowledged } = acks.await(PLACE, 0);
    clock.ms = 1;
    owe('b', 1);
    clock.ms = AT_LEAST - 1;
    expect(acks.expire()).toBe(0);
    clock.ms = AT_LEAST;
    expect(acks.expire()).toBe(1);
    expect(await acknowledged).toMatchObject({ kind: 'retry', isAmbiguous: true, message: 'Not acknowledged within 300 s.' });
    expect(ids()).toEqual([1]);
  });

  it('are waited for longer where the indexers are slow, up to an hour', () => {
    const { acks, owe, clock } = opened();
    const patience: number[] = [];
    for (const [n, tookMs] of [10_000, 200_000, 4_000_000].entries()) {
      owe(`r${n}`, n);
      clock.ms += tookMs;
      acks.told(PLACE, [n]);
      patience.push(acks.patienceMs());
    }
    expect(patience).toEqual([300_000, 800_000, 3_600_000]);
  });

  it.each<[name: string, ids: readonly number[], next: number]>([
    ['an id that is waited for comes again', [0, 1, 2], 0],
    ['an id that was acknowledged comes again', [0, 1, 2], 1],
    ['an id far below comes', [100_000, 100_001], 0],
  ])('are lost when the server was started again: %s', async (_name, given, next) => {
    const { acks, owe, became, ids, settled } = opened();
    for (const id of given) expect(owe(`r${id}`, id)).toBe(false);
    acks.told(PLACE, [1]);
    expect(owe('new', next)).toBe(true);
    await settled();
    expect(ids()).toEqual([next]);
    expect(Object.entries(became).filter(([, kind]) => kind === 'retry')).toHaveLength(given.filter((id) => id !== 1).length);
    acks.told(PLACE, [next]);
    await settled();
    expect(became.new).toBe('delivered');
  });

  it('may come in another order than they were asked for', () => {
    const { owe } = opened();
    expect([3, 1, 2, 0].map((id) => owe(`r${id}`, id))).toEqual([false, false, false, false]);
  });

  it('are all given up at the end', async () => {
    const { acks, owe, became, ids, settled } = opened();
    owe('a', 0);
    owe('b', 0, { ...PLACE, url: 'https://other' });
    acks.abandon('The end.');
    await settled();
    expect([became, ids()]).toEqual([{ a: 'retry', b: 'retry' }, []]);
  });
});
