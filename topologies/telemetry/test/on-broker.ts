// The topology for the tests of event time on a real broker: topics of its own, and what is read back from them.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Topic } from '../../../pipeline/core/index.ts';
import type { DeclaredTopic } from '../../../pipeline/core/topic-settings.ts';
import { settingsOf } from '../../../pipeline/core/topic-settings.ts';
import { frameId } from '../../../pipeline/runtime/input.ts';
import { kafkaBroker } from '../../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { RunOptions, Running } from '../../../pipeline/runtime/run.ts';
import { runTopology } from '../../../pipeline/runtime/run.ts';
import { Codec } from '../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../schemas/avro/registry.ts';
import { schemas } from '../../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../../topics.ts';
import type { Told } from './history.ts';
import { platform, rawOf, topologyOf } from './history.ts';

const PARTITIONS = 2;
const tables = Object.values(refTables);
const { parsed, valid, enriched, matches, findings, alerts, late, partials, features, deadLetters, ledger } = topics;
const declared = [parsed, valid, enriched, matches, findings, alerts, late, partials, features, deadLetters, ledger, ...tables.map(({ topic }) => topic)];
const log = pino({ level: process.env['LOG_LEVEL'] ?? 'error' }, pino.destination(2));

const rawTopic = (app: string) => `raw.${app}.ecs`;
const nameOf = (app: string) => (topic: string) => (topic === topics.raw.name ? `raw.${app}.*` : topic.startsWith('raw.') ? topic : `${app}.${topic}`);
export const brokerAt = (address: string, clientId: string): Broker => kafkaBroker({ brokers: [address], clientId, log });

/** A process of the topology, or some of its stages. */
export async function runOnBroker(broker: Broker, app: string, instanceId: string, options: Partial<RunOptions> = {}): Promise<Running> {
  return runTopology({
    topology: await topologyOf(false),
    broker,
    codec: new Codec(fixedIds()),
    app,
    instanceId,
    platform,
    referenceTables: tables,
    topicName: nameOf(app),
    log,
    registry: new Registry(),
    ...options,
  });
}

export class OnBroker implements AsyncDisposable {
  readonly app = `t${randomUUID().slice(0, 8)}`;
  readonly broker: Broker;
  readonly admin: ReturnType<Broker['admin']>;
  readonly #producer: ReturnType<Broker['producer']>;
  readonly #reader: ReturnType<Broker['reader']>;
  readonly #codec = new Codec(fixedIds());

  private constructor(address: string) {
    this.broker = brokerAt(address, this.app);
    this.admin = this.broker.admin();
    this.#producer = this.broker.producer();
    this.#reader = this.broker.reader();
  }

  /** Makes the topics. */
  static async open(address: string): Promise<OnBroker> {
    const made = new OnBroker(address);
    const settings = declared.map((topic) => settingsOf(topic as Topic<unknown> & DeclaredTopic, PARTITIONS, nameOf(made.app)(topic.name)));
    await made.admin.createTopics(
      [{ name: rawTopic(made.app), partitions: PARTITIONS, config: { 'message.timestamp.type': 'LogAppendTime' } }, ...settings],
      1,
    );
    return made;
  }

  async say(told: readonly Told[]): Promise<void> {
    await this.#producer.send(told.map((one) => ({ topic: rawTopic(this.app), headers: [], ...rawOf(one) })));
  }

  /** All committed records, watermarks left out. */
  async read<V>(topic: Topic<V>): Promise<V[]> {
    const tps = Array.from({ length: PARTITIONS }, (_unused, partition) => ({ topic: nameOf(this.app)(topic.name), partition }));
    const ends = await this.admin.offsets(tps, 'stable');
    const found: V[] = [];
    for (const tp of tps) {
      const end = ends.get(tpKey(tp))!;
      if (end === 0) continue;
      for await (const { records } of this.#reader.read(tp, 0, end, new AbortController().signal))
        for (const { value } of records) {
          if (value === null || (topic.schema !== 'bytes' && frameId(value) === this.#codec.idOf(schemas.watermark))) continue;
          found.push((topic.schema === 'bytes' ? value : this.#codec.decode(topic.schema, value)) as V);
        }
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close();
    await this.#reader.close();
    await this.admin.deleteTopics([...(await this.admin.topics()).keys()].filter((name) => name.startsWith(this.app) || name === rawTopic(this.app)));
    await this.broker.close();
  }
}

const TRIES = 500;
const EVERY_MS = 200;
/** @throws the error of a stage that failed; Error when it does not come to that */
export async function until(running: Running, isDone: () => boolean | Promise<boolean>, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  let failed: Error | undefined;
  void running.failed.then((error) => {
    failed = error;
  });
  for (let tries = 0; !(await isDone()); tries++) {
    if (failed !== undefined) throw failed;
    if (tries > TRIES) throw new Error(`It does not come to that: ${JSON.stringify(running.status())}`);
    await meanwhile();
    await sleep(EVERY_MS);
  }
}
