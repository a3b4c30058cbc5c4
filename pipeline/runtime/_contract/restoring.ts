// What a task gets back from its changelogs on any broker, and when it must refuse to go on.
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { Codec } from '../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../schemas/avro/registry.ts';
import { changelogTopic, restoreTask } from '../changelog.ts';
import type { RestoreProgress, RestoreTo } from '../changelog.ts';
import type { Broker, OutRecord } from '../port.ts';
import { tpKey } from '../port.ts';
import { ReferenceData } from '../reference.ts';
import { Task } from '../task.ts';
import { counting } from '../test/counting.ts';

const { stage: count } = counting('restored').topology.wires[0] as Extract<ReturnType<typeof counting>['topology']['wires'][number], { kind: 'stage' }>;

export function restoringContract(name: string, connect: () => Broker): void {
  describe(`restoring: ${name}`, () => {
    const brokers: Broker[] = [];
    afterEach(async () => {
      await Promise.all(brokers.splice(0).map((broker) => broker.close()));
    });

    /** A stage of its own with changelogs for it. */
    const place = async (config: Readonly<Record<string, string>> = {}) => {
      const broker = connect();
      brokers.push(broker);
      const app = `t-${randomUUID()}`;
      const admin = broker.admin();
      const topic = changelogTopic(app, count.name, 'counts');
      await admin.createTopics(
        [topic, changelogTopic(app, count.name, 'task')].map((each) => ({ name: each, partitions: 2, config: { 'cleanup.policy': 'compact', ...config } })),
        1,
      );
      const written = (key: string, value: number | null): OutRecord => ({
        topic,
        partition: 1,
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(String(value)),
      });
      const progress: RestoreProgress[] = [];
      const restore = async (to: Partial<RestoreTo> = {}) => {
        const task = new Task({ stage: count, reference: new ReferenceData([]), upstream: [] });
        const ends = await restoreTask(
          task,
          1,
          { changelogs: {}, marks: {}, ...to },
          {
            app,
            admin,
            reader: broker.reader(),
            codec: new Codec(fixedIds()),
            output: null,
            isWatermark: () => false,
            wallMs: 0,
            signal: new AbortController().signal,
            onProgress: (each) => progress.push(each),
          },
        );
        return { counts: Object.fromEntries(task.entries()['counts']!), ends: ends.changelogs };
      };
      return { app, admin, broker, topic, tp: { topic, partition: 1 }, written, restore, progress };
    };

    it('gives the last value of each key, without those that were deleted or never committed, and says how far it is', async () => {
      const { broker, topic, tp, written, restore, progress } = await place();
      await broker
        .producer()
        .send([written('a', 1), written('b', 1), written('a', 2), written('c', 3), written('b', null), { ...written('d', 9), partition: 0 }]);
      const producer = broker.txnProducer({ transactionalId: `x-${randomUUID()}` });
      await producer.init({ outputs: [], groupId: null });
      await producer.transact((txn) => txn.send([written('ü', 4)]).then(() => undefined));
      const aborted = producer.transact(async (txn) => {
        await txn.send([written('a', 8)]);
        throw new Error('as a test');
      });
      await expect(aborted).rejects.toThrow('as a test');
      const end = (await broker.admin().offsets([tp], 'latest')).get(tpKey(tp))!;
      await expect.poll(async () => (await broker.admin().offsets([tp], 'stable')).get(tpKey(tp))).toBe(end); // markers come a moment after the answer
      const { counts, ends } = await restore({ changelogs: { counts: 8 } });
      expect(counts).toEqual({ a: 2, c: 3, ü: 4 });
      expect(ends).toEqual({ counts: end, task: 0 });
      expect(progress[0]).toEqual({ records: 0, done: 0, of: end });
      expect(progress.at(-1)).toMatchObject({ done: end, of: end });
      expect(progress.reduce((sum, { records }) => sum + records, 0)).toBe(6);
      expect(topic).toMatch(/\.changelog$/);
    });

    it('gives nothing from an empty changelog', async () => {
      expect(await (await place()).restore()).toEqual({ counts: {}, ends: { counts: 0, task: 0 } });
    });

    it('refuses a changelog that ends before what was committed with the position, and says what to do', async () => {
      const { app, broker, topic, written, restore } = await place();
      await broker.producer().send([written('a', 1)]);
      await expect(restore({ changelogs: { counts: 2 } })).rejects.toMatchObject({
        code: 'CHANGELOG_GAP',
        details: { topic, partition: 1, end: 1, expected: 2 },
        message: expect.stringContaining(`--group ${app}.count --all-topics --reset-offsets --to-current`) as string,
      });
      expect((await restore()).counts).toEqual({ a: 1 }); // after that reset: positions without what was committed beside them
    });

    it('refuses a changelog that was cut off at its beginning', async () => {
      const { admin, broker, topic, tp, written, restore } = await place({ 'cleanup.policy': 'compact,delete' });
      await broker.producer().send([written('a', 1), written('b', 2)]);
      await admin.deleteRecords(new Map([[tpKey(tp), 1]]));
      await expect(restore({ changelogs: { counts: 2 } })).rejects.toMatchObject({
        code: 'CHANGELOG_GAP',
        details: { topic, partition: 1, from: 1, end: 2, expected: 2 },
        message: expect.stringContaining('begins at 1 instead of 0') as string,
      });
    });
  });
}
