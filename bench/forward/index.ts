import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { FatalError } from '../../pipeline/core/errors.ts';
import { defineStage, forward, pass } from '../../pipeline/core/index.ts';
import type { Topic } from '../../pipeline/core/index.ts';
import { stage } from '../../pipeline/core/topology.ts';
import { config as ingestConfig, openIngestor } from '../../pipeline/ingest/index.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { config as validateConfig, validate } from '../../pipeline/validate/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { filledTopic, measuredStage, PARTITIONS } from '../through-broker.ts';
import type { Pace, Speed } from '../through-broker.ts';
import { atLeastOnce } from './at-least-once.ts';

const COUNTS = { records: 200_000, warm: 50_000 };
const RECORD_BYTES = 500;
const ROUNDS = 3; // of each kind in turn, since other work on the machine comes and goes; the best counts
const LEAST_OF_AT_LEAST_ONCE = 0.8;

export default {
  name: 'forward',
  description: 'Exactly once from topic to topic through the runtime, beside the same loop on stock kafkajs',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers } = await bench.services();
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench', log: bench.log });
    const codec = new Codec(fixedIds());
    await broker.admin().createTopics(
      [topics.deadLetters, topics.ledger, topics.findings, topics.parsed, topics.valid].map((topic) => settingsOf(topic, PARTITIONS)),
      1,
    );
    try {
      const stock = await stockForward(kafkaBrokers, await filledTopic(broker, 'bench.stock.in', plainRecords(), COUNTS), bench);

      const plain = bytesTopics('bench.bytes');
      await filledTopic(broker, plain.from.name, plainRecords(), COUNTS);
      await broker.admin().createTopics([settingsOf({ ...topics.deadLetters, name: plain.to.name }, PARTITIONS)], 1);
      const forwarding = (name: string) =>
        stage(defineStage<Uint8Array>()({ name, reads: 'bytes', process: () => pass(forward(plain.to)) }), { from: plain.from, to: [plain.to] });
      const bytes = await measuredStage(broker, codec, forwarding('bench-forward'), bench, COUNTS, SMALL_COMMITS);
      const exactly: Speed[] = [];
      const atLeast: Speed[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        exactly.push(await measuredStage(broker, codec, forwarding(`bench-exactly-once-${round}`), bench, COUNTS));
        atLeast.push(await measuredStage(atLeastOnce(broker), codec, forwarding(`bench-at-least-once-${round}`), bench, COUNTS));
      }
      const [strict, loose] = [bestOfSpeeds(exactly), bestOfSpeeds(atLeast)];

      const events = await realEvents(bench, codec);
      await filledTopic(broker, topics.parsed.name, events, COUNTS);
      const decoding = await measuredStage(
        broker,
        codec,
        stage(validate(validateConfig.parse({ maxPastDays: 3650 })), { from: topics.parsed, to: [topics.valid, topics.findings] }),
        bench,
        COUNTS,
        SMALL_COMMITS,
      );

      const size = Math.round(events.reduce((sum, { length }) => sum + length, 0) / events.length);
      return [
        {
          measure: 'forward bytes: client CPU',
          value: bytes.microsPerRecord,
          unit: 'us/record',
          baseline: { what: 'stock kafkajs, same loop', value: stock.microsPerRecord },
          goal: { value: 7, isAtMost: true },
          note: `${RECORD_BYTES} bytes, zstd 1, ${bytes.perCommit} records a commit (stock: ${stock.perCommit}), ${bytes.perSecond} records/s (stock: ${stock.perSecond})`,
        },
        {
          measure: 'forward bytes, exactly once',
          value: strict.perSecond,
          unit: 'records/s',
          baseline: { what: 'at least once: no transaction', value: loose.perSecond },
          goal: { value: Math.round(LEAST_OF_AT_LEAST_ONCE * loose.perSecond), isAtMost: false },
          note: `best of ${ROUNDS} each in turn; client CPU ${strict.microsPerRecord.toFixed(1)} and ${loose.microsPerRecord.toFixed(1)} us/record, ${strict.perCommit} and ${loose.perCommit} records a commit`,
        },
        {
          measure: 'decode and forward (validate): per core',
          value: Math.round(1e6 / decoding.microsPerRecord),
          unit: 'events/s',
          baseline: { what: 'forward bytes', value: Math.round(1e6 / bytes.microsPerRecord) },
          goal: { value: 40_000, isAtMost: false },
          note: `real events of ${size} bytes, ${decoding.perCommit} records a commit, ${decoding.perSecond} events/s on the clock`,
        },
      ];
    } finally {
      await broker.close();
    }
  },
} satisfies Benchmark;

const bytesTopics = (name: string): { readonly from: Topic<Uint8Array>; readonly to: Topic<Uint8Array> } => ({
  from: { name: `${name}.in`, schema: 'bytes' },
  to: { name: `${name}.out`, schema: 'bytes' },
});

/** As the baseline has them. */
const SMALL_COMMITS: Pace = { limits: { commitRecords: 2000, maxBytesPerPartition: 131_072 }, commitEveryMs: 0 };

/** Each figure's best: they need not be of the same round. */
const bestOfSpeeds = (speeds: readonly Speed[]): Speed => ({
  microsPerRecord: Math.min(...speeds.map(({ microsPerRecord }) => microsPerRecord)),
  perSecond: Math.max(...speeds.map(({ perSecond }) => perSecond)),
  perCommit: Math.max(...speeds.map(({ perCommit }) => perCommit)),
});

/** The same loop on kafkajs as it comes, in a process of its own: ours replaces parts of it when it loads. */
async function stockForward(brokers: string, topic: string, bench: Bench): Promise<Speed> {
  bench.say('forward: stock kafkajs');
  const child = spawn(process.execPath, [new URL('stock.ts', import.meta.url).pathname, brokers, topic, String(COUNTS.records), String(COUNTS.warm)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new FatalError('PART_DIED', `The baseline ended with ${code} before it was done.`);
  return JSON.parse(output) as Speed;
}

function* plainRecords(): Iterable<Buffer> {
  const body = Buffer.alloc(RECORD_BYTES, 'abcdefghij0123456789');
  for (let i = 0; i < 1000; i++) {
    body.writeUInt32BE((i * 2_654_435_761) >>> 0, 0);
    body.write(String(i * 7919), 8);
    yield Buffer.from(body);
  }
}

/** Events of the real records, as ingest would have written them; ids made new so that none counts as a repetition. */
async function realEvents(bench: Bench, codec: Codec): Promise<readonly Buffer[]> {
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'bench' });
  const memory = { get: () => undefined, put: () => undefined };
  const samples = await bench.samples();
  const events: Event[] = samples.flatMap(({ source, text }, offset) =>
    ingestor.events(
      { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: Date.now() * 1000 },
      { organization: 'default', name: source, sensor: source, format: undefined },
      memory,
    ),
  );
  return events.map((event) => codec.encode(schemas.event, { ...event, idSource: 'position' }));
}
