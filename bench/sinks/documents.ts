// A sink topic full of real documents.
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import { eventDocument } from '../../pipeline/publish/ecs/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import { sinkTopic } from '../../topologies/topics.ts';
import type { Bench } from '../figure.ts';

export const TOPIC = sinkTopic('bench', 'ecs');
const PARTITIONS = 4;
const AT_ONCE = 1_000;

export interface Filled {
  readonly count: number;
  readonly meanBytes: number;
  /** Some of them, as they lie on the topic. */
  readonly values: readonly Buffer[];
  /** Writes as many more. */
  readonly write: (count: number) => Promise<void>;
}

/** Documents of the real events of the samples, one after the other, again and again. */
export async function filledSinkTopic(broker: Broker, bench: Bench, count: number): Promise<Filled> {
  const ingestor = await openIngestor(config.parse({}), { installation: 'bench' });
  const memory = { get: () => undefined, put: () => undefined };
  const context = plainContext();
  const values = (await bench.samples()).flatMap(({ source, text }, offset) =>
    ingestor
      .events(
        { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: 1_700_000_000_000_000 },
        { organization: 'default', name: source, sensor: source, format: undefined },
        memory,
      )
      .map((event) => Buffer.from(JSON.stringify(eventDocument(event, context)))),
  );
  await broker.admin().createTopics([settingsOf(TOPIC, PARTITIONS)], 1);
  const producer = broker.producer();
  let written = 0;
  const write = async (more: number) => {
    for (let left = more; left > 0; left -= AT_ONCE) {
      const records = Array.from({ length: Math.min(AT_ONCE, left) }, () => {
        const n = written++;
        const id = `1700000000000000-${n.toString(16).padStart(32, '0')}`;
        return {
          topic: TOPIC.name,
          partition: n % PARTITIONS,
          key: Buffer.from(id),
          value: values[n % values.length]!,
          headers: [
            ['goshawk.id', Buffer.from(id)],
            ['goshawk.kind', Buffer.from('event')],
          ] as const,
        };
      });
      await producer.send(records);
    }
  };
  await write(count);
  return { count, values, write, meanBytes: Math.round(values.reduce((sum, { length }) => sum + length, 0) / values.length) };
}
