// The baseline: kafkajs 2.2.4 as it comes, transactional from topic to topic, about 2,000 records a commit. Prints one line of JSON.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { EachBatchPayload } from 'kafkajs';

const [brokers = '', topic = '', wanted = '0', warm = '0'] = process.argv.slice(2);
const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;
// The same codec as ours, by the same library.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder: { buffer: Buffer }) => zstdCompressSync(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: async (bytes: Buffer) => zstdDecompressSync(bytes),
});
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bench-stock', logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: `${topic}.out`, numPartitions: 4, replicationFactor: 1 }], waitForLeaders: false });
await admin.disconnect();

const producer = kafka.producer({
  transactionalId: 'bench-stock',
  maxInFlightRequests: 1,
  idempotent: true,
  createPartitioner: Partitioners.DefaultPartitioner,
  retry: { initialRetryTime: 20, retries: 20 },
});
await producer.connect();
const consumer = kafka.consumer({ groupId: 'bench-stock', maxBytesPerPartition: 131_072 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

let count = 0;
let commits = 0;
let start: { cpu: NodeJS.CpuUsage; at: number; count: number; commits: number } | undefined;
await new Promise<void>((resolve) => {
  void consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 1,
    async eachBatch(payload: EachBatchPayload) {
      const { batch } = payload;
      for (let from = 0; from < batch.messages.length; from += 2000) {
        const messages = batch.messages.slice(from, from + 2000);
        const last = messages.at(-1)!;
        const transaction = await producer.transaction();
        await transaction.send({
          topic: `${topic}.out`,
          compression: CompressionTypes.ZSTD,
          messages: messages.map(({ key, value }) => ({ key, value, partition: batch.partition })),
        });
        // Stock kafkajs gives up on CONCURRENT_TRANSACTIONS here, which a quick commit brings about.
        for (let attempt = 0; ; attempt++) {
          try {
            await transaction.sendOffsets({
              consumerGroupId: 'bench-stock',
              topics: [{ topic, partitions: [{ partition: batch.partition, offset: String(Number(last.offset) + 1) }] }],
            });
            break;
          } catch (error) {
            if (attempt > 20) throw error;
          }
        }
        await transaction.commit();
        payload.resolveOffset(last.offset);
        await payload.heartbeat();
        count += messages.length;
        commits++;
      }
      if (start === undefined && count >= Number(warm)) start = { cpu: process.cpuUsage(), at: performance.now(), count, commits };
      if (count >= Number(wanted)) resolve();
    },
  });
});
const { user, system } = process.cpuUsage(start!.cpu);
const done = count - start!.count;
process.stdout.write(
  JSON.stringify({
    microsPerRecord: (user + system) / done,
    perSecond: Math.round(done / ((performance.now() - start!.at) / 1000)),
    perCommit: Math.round(done / (commits - start!.commits)),
  }),
);
process.exit(0);
