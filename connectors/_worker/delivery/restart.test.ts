// Whatever happens and whenever: what is committed was delivered or set aside, and in the end everything is.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { FencedError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { Broker, Offsets } from '../../../pipeline/runtime/port.ts';
import { topics } from '../../../topologies/topics.ts';
import { DELIVERED, rejected } from '../../_sink/index.ts';
import { FarSide, ids, sorted, TOPIC, world } from './test/world.ts';

const DEAD = topics.connectDeadLetters.name;
const numberOf = (id: string) => Number(id.slice(1));
/** Records of partition p have the numbers p, p + 3, p + 6 ... at offsets 0, 1, 2 ... */
const positionOf = (id: string) => ({ partition: numberOf(id) % 3, offset: Math.floor(numberOf(id) / 3) });
const COUNT = 90;

it('two tasks of one connector share its partitions; one that joins or leaves costs no record and sends none twice', async () => {
  const at = await world();
  const far = new FarSide();
  await at.write(60);
  const first = at.start(far);
  await vi.waitFor(() => expect(far.taken.length).toBeGreaterThan(5));
  const second = at.start(far, { task: 1, broker: at.broker.connect() });
  await at.write(60);
  await vi.waitFor(() => expect(far.taken.length).toBeGreaterThan(80), { timeout: 10_000 });
  await first.stop();
  await at.write(60);
  await vi.waitFor(async () => expect([...(await at.committed()).values()].reduce((a, b) => a + b, 0)).toBe(180), { timeout: 10_000 });
  await second.stop();
  expect(sorted(far.taken)).toEqual(ids(180));
});

/** As `broker`, but the first commits find that the group has moved on; before that `meanwhile` is committed by another. */
function fencing(broker: Broker, times: number, meanwhile: Offsets | null = null): Broker {
  let left = times;
  return {
    consumer: broker.consumer.bind(broker),
    reader: broker.reader.bind(broker),
    producer: broker.producer.bind(broker),
    admin: broker.admin.bind(broker),
    close: broker.close.bind(broker),
    txnProducer(options) {
      const own = broker.txnProducer(options);
      return {
        init: own.init.bind(own),
        isUsable: own.isUsable.bind(own),
        close: own.close.bind(own),
        async transact(work) {
          if (left-- <= 0) return own.transact(work);
          if (meanwhile !== null)
            await work({
              send: async () => [],
              offsets: async (_offsets, group) =>
                own.transact((txn) => txn.offsets(meanwhile, group, new Map([...meanwhile.keys()].map((key) => [key, 'delivery'])))),
            });
          throw new FencedError('GENERATION_FENCED', 'The group moved on');
        },
      };
    },
  };
}

it.each([
  ['sends nothing again that was delivered', false],
  ['believes nothing where a later owner takes it back', true],
])('a task that loses its partitions before it could commit, and has them again, %s', async (_name, isTakenBack) => {
  const at = await world();
  const far = new FarSide();
  far.isTakenBack = isTakenBack;
  far.act = ({ id }) => (id === 'd40' ? rejected('no', 'No.') : DELIVERED);
  await at.write(60);
  const task = at.start(far, { broker: fencing(at.broker, 1), commitEveryMs: 150 });
  await vi.waitFor(async () => expect([...(await at.committed()).values()].reduce((a, b) => a + b, 0)).toBe(60), { timeout: 10_000 });
  await task.stop();
  expect(new Set(far.taken).size).toBe(59);
  if (isTakenBack) expect(far.taken.length).toBeGreaterThan(59);
  else expect(far.taken).toHaveLength(59);
  expect((await at.records(DEAD)).map(({ key }) => String(key))).toEqual(['k40']);
  expect((await at.ledger()).reduce((sum, entry) => sum + entry.in, 0)).toBe(60);
});

it('a task that has its partitions again goes on behind what another has committed meanwhile', async () => {
  const at = await world();
  const far = new FarSide();
  far.act = ({ id }) => (id === 'd5' && far.calls.length < 20 ? { kind: 'retry', message: 'Later.', isAmbiguous: false } : DELIVERED);
  await at.write(30, { partition: 0 });
  const task = at.start(far, { broker: fencing(at.broker, 1, new Map([[`${TOPIC}/0`, 12]])), commitEveryMs: 20 });
  await vi.waitFor(async () => expect([...(await at.committed()).values()].reduce((a, b) => a + b, 0)).toBe(30), { timeout: 10_000 });
  await task.stop();
  expect(sorted(far.taken.filter((id) => numberOf(id) >= 12))).toEqual(ids(18, 12)); // each once
  const entries = await at.ledger();
  expect(entries[0]!.from).toBe(12);
  expect(entries.reduce((sum, entry) => sum + entry.in, 0)).toBe(18);
});

it.each(['answer-lost', 'request-lost'] as const)('a commit whose %s is made once', async (fault) => {
  const at = await world();
  const far = new FarSide();
  far.act = ({ id }) => (numberOf(id) % 10 === 7 ? rejected('no', 'No.') : DELIVERED);
  await at.write(30);
  at.broker.faults.inject('commit', fault);
  const task = at.start(far);
  await vi.waitFor(async () => expect([...(await at.committed()).values()].reduce((a, b) => a + b, 0)).toBe(30), { timeout: 10_000 });
  await task.stop();
  expect((await at.records(DEAD)).map(({ key }) => String(key)).sort()).toEqual(['k17', 'k27', 'k7']);
  expect((await at.ledger()).reduce((sum, entry) => sum + entry.in, 0)).toBe(30);
});

it('survives kills at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 2, max: 11 }),
      fc.constantFrom({}, { perPartition: true }, { orderedByKey: true }),
      async (kills, period, mode) => {
        const at = await world({ maxBatchRecords: 7 });
        const taken: string[] = [];
        await at.write(COUNT);
        let turn = 0;
        const start = (broker = at.broker) => {
          const far = new FarSide();
          far.limits = { ...far.limits, ...mode, maxRecords: 5 };
          far.act = ({ id }) => {
            turn++;
            if (numberOf(id) % 13 === 5) return rejected('no', 'No.');
            if (turn % period === 0) return { kind: 'retry', message: 'Later.', isAmbiguous: false };
            if (turn % (period * 5) === 1) throw new RetryableError('SINK_UNAVAILABLE', 'No connection.');
            taken.push(id);
            return DELIVERED;
          };
          return at.start(far, { broker, commitEveryMs: 1 });
        };
        let broker = at.broker;
        let task = start();
        const isKept = async () => {
          const committed = await at.committed();
          const dead = (await at.records(DEAD)).map(({ key }) => `d${String(key).slice(1)}`);
          const safe = new Set([...taken, ...dead]);
          expect(new Set(dead).size).toBe(dead.length); // never two letters of one record
          for (const id of ids(COUNT)) {
            const { partition, offset } = positionOf(id);
            if (offset < (committed.get(`${TOPIC}/${partition}`) ?? 0)) expect(safe.has(id), id).toBe(true);
          }
          return dead;
        };
        for (const ms of kills) {
          await new Promise((done) => {
            setTimeout(done, ms);
          });
          const next = broker.connect();
          broker.crash();
          await isKept();
          void task.stop();
          at.broker.clock.advance(60_000);
          broker = next;
          task = start(broker);
        }
        await vi.waitFor(async () => expect([...(await at.committed()).values()].reduce((a, b) => a + b, 0)).toBe(COUNT), { timeout: 10_000, interval: 5 });
        const dead = await isKept();
        await task.stop();
        expect(sorted([...new Set([...taken, ...dead])])).toEqual(ids(COUNT));
        const entries = await at.ledger();
        expect(entries.reduce((sum, { in: read }) => sum + read, 0)).toBe(COUNT);
        for (const [, of] of Map.groupBy(entries, ({ partition }) => partition)) of.reduce((end, { from, to }) => (expect(from).toBe(end), to), 0);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
