// Whatever happens and whenever: what is committed was delivered or set aside, and in the end everything is.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { RetryableError } from '../../../pipeline/core/errors.ts';
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
