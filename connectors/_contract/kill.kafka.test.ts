// Every sink on a real broker, while its worker, its far side and the broker are killed: in the end delivered + rejected = read, and nothing is owed.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { ownBrokerProblem, startOwnBroker } from '../../test/own-broker.ts';
import type { OwnBroker } from '../../test/own-broker.ts';
import { topics } from '../../topologies/topics.ts';
import { groupOf } from '../_worker/group.ts';
import { isSink, plugins } from '../_worker/settings/plugins.ts';
import type { Told } from './kill/tell.ts';
import { readSettings } from './settings.ts';
import { documentOf } from './sink-world.ts';
import type { OpenStandIn, StandIn } from './stand-in.ts';

const PARTITIONS = 3;
const PORTION = 200;
const ENTRIES = { topic: topics.ledger.name, partition: 0 };
const LETTERS = { topic: topics.connectDeadLetters.name, partition: 0 };
const log = pino({ level: 'silent' });
const topicOf = (name: string) => `sink.alpha.${name}.v1`;

/** Another topic of the same broker: it is killed with it. */
const kafkaStandIn = (broker: Broker, address: string): StandIn => ({
  settings: { brokers: address, topic: 'copies', tls: 'false' },
  outboundAllow: [`tcp://${address}`],
  faults: [],
  taken: async () => {
    const found: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++)
      for await (const { headers } of recordsOf(broker, { topic: 'copies', partition }))
        found.push(String(headers.find(([name]) => name === 'goshawk.id')?.[1]));
    return found;
  },
  fail: () => {},
  close: async () => {},
});

async function* recordsOf(broker: Broker, tp: { readonly topic: string; readonly partition: number }) {
  const end = (await broker.admin().offsets([tp], 'stable')).get(tpKey(tp))!;
  const reader = broker.reader();
  for await (const { records } of reader.read(tp, 0, end, new AbortController().signal)) yield* records;
  await reader.close();
}

const problem = await ownBrokerProblem();
describe.skipIf(problem !== null || (process.env['GOSHAWK_TEST_KAFKA'] ?? '') === '')('kills', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  }, 120_000);

  it('of worker, far side and broker cost no sink a document', { timeout: 600_000 }, async () => {
    const own: OwnBroker = await startOwnBroker();
    closing.push(() => own.destroy());
    const broker = kafkaBroker({ brokers: [own.address], clientId: 'kill', log });
    closing.push(() => broker.close());
    const sinks = await Promise.all(
      (await plugins()).filter(isSink).map(async (connector) => {
        const { name } = connector;
        if (name === 'kafka') return { connector, name, standIn: kafkaStandIn(broker, own.address) };
        const { openStandIn } = (await import(new URL(`../${name}/test/stand-in.ts`, import.meta.url).href)) as { readonly openStandIn: OpenStandIn };
        const standIn = await openStandIn();
        closing.push(() => standIn.close());
        return { connector, name, standIn };
      }),
    );
    const names = [...sinks.map(({ name }) => topicOf(name)), 'copies'];
    await broker
      .admin()
      .createTopics(
        [...names.map((name) => ({ name, partitions: PARTITIONS, config: {} })), settingsOf(topics.ledger, 1), settingsOf(topics.connectDeadLetters, 1)],
        1,
      );
    const producer = broker.producer();
    let written = 0;
    const write = async () => {
      const all = Array.from({ length: PORTION }, (_none, n) => ({ n: written + n, ...documentOf(written + n) }));
      written += PORTION;
      for (const { name } of sinks)
        await producer.send(
          all.map(({ n, id, value }) => ({
            topic: topicOf(name),
            partition: n % PARTITIONS,
            key: Buffer.from(id),
            value,
            headers: [
              ['goshawk.id', Buffer.from(id)],
              ['goshawk.kind', Buffer.from('finding')],
            ] as const,
          })),
        );
    };
    const told: Told = {
      sinks: sinks.map(({ name, standIn: { settings, outboundAllow, deps } }) => ({
        name,
        topic: topicOf(name),
        settings,
        outboundAllow,
        fileFolders: deps?.fileFolders ?? [],
      })),
    };
    let child: ChildProcess | undefined;
    const start = () => {
      child = spawn(process.execPath, [fileURLToPath(new URL('kill/worker.ts', import.meta.url)), own.address], { stdio: ['pipe', 'inherit', 'inherit'] });
      child.stdin!.write(`${JSON.stringify(told)}\n`);
    };
    const kill = () => child?.kill('SIGKILL');
    closing.push(async () => kill());
    const committed = async (name: string) =>
      [
        ...(
          await broker.admin().committed(
            groupOf(name),
            Array.from({ length: PARTITIONS }, (_none, partition) => ({ topic: topicOf(name), partition })),
          )
        ).values(),
      ].reduce((sum, offset) => sum + offset, 0);
    const some = (count: number) =>
      expect
        .poll(
          async () =>
            (await Promise.all(sinks.map(async ({ name, standIn }) => ((await standIn.taken()).length < count ? name : null)))).filter((name) => name !== null),
          { timeout: 120_000, interval: 50 },
        )
        .toEqual([]);
    const down = sinks.filter(({ standIn }) => standIn.faults.includes('down'));

    for (const { standIn } of sinks) if (standIn.faults.includes('slow')) await standIn.fail('slow', { ms: 30 });
    await write();
    start();
    await some(10); // the worker, in the middle of its first documents
    kill();
    start();
    await some(PORTION / 2); // the far sides
    for (const { standIn } of down) await standIn.fail('down');
    await write();
    await delay(1_500);
    for (const { standIn } of down) await standIn.fail(null);
    await some(PORTION + 20); // the broker
    await own.kill();
    await delay(500);
    await own.start();
    await write();
    await some(2 * PORTION + 20); // and the worker once more
    kill();
    start();
    await expect
      .poll(async () => (await Promise.all(sinks.map(async ({ name }) => ((await committed(name)) < written ? name : null)))).filter((name) => name !== null), {
        timeout: 180_000,
        interval: 250,
      })
      .toEqual([]);
    kill();

    const codec = new Codec(fixedIds());
    const read = new Map<string, number>();
    for await (const { value } of recordsOf(broker, ENTRIES)) {
      const entry = codec.decode(schemas.ledgerEntry, value!);
      const rejected = entry.rejected.reduce((sum, { count }) => sum + count, 0);
      expect(entry.passed + rejected).toBe(entry.in);
      read.set(entry.stage, (read.get(entry.stage) ?? 0) + entry.in);
    }
    const letters = new Map<string, string[]>();
    for await (const { key, headers } of recordsOf(broker, LETTERS)) {
      const name = String(headers.find(([header]) => header === '__connect.errors.connector.name')?.[1]);
      letters.set(name, [...(letters.get(name) ?? []), String(key)]);
    }
    const ids = Array.from({ length: written }, (_none, n) => documentOf(n).id).toSorted();
    const figures: string[] = [];
    for (const { connector, name, standIn } of sinks) {
      const taken = await standIn.taken();
      const rejected = letters.get(name) ?? [];
      const repeated = taken.length - new Set(taken).size;
      expect([name, read.get(groupOf(name))]).toEqual([name, written]);
      expect([name, [...new Set([...taken, ...rejected])].toSorted()]).toEqual([name, ids]);
      const { duplicates } = connector;
      const kind = typeof duplicates === 'function' ? duplicates(readSettings(connector, standIn.settings)) : duplicates;
      if (kind === 'identified') expect([name, repeated]).toEqual([name, 0]);
      figures.push(`${name}: read ${written}, delivered ${new Set(taken).size}, rejected ${rejected.length}, owed 0, twice ${repeated} (${kind})`);
    }
    process.stdout.write(`${figures.join('\n')}\n`);
  });
});
