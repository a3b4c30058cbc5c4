import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import elasticsearch from '../../connectors/elasticsearch/index.ts';
import splunkHec from '../../connectors/splunk-hec/index.ts';
import syslogSink from '../../connectors/syslog-sink/index.ts';
import type { SinkConnector } from '../../connectors/_sink/index.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { barePosts, bareTls } from './bare.ts';
import { measuredDelivery, startDelivery } from './delivery.ts';
import { filledSinkTopic } from './documents.ts';
import type { Filled } from './documents.ts';
import { openReceiver } from './receiver.ts';
import type { Receiver } from './receiver.ts';

const COUNT = 120_000;
const WARM = 30_000;

export default {
  name: 'sinks',
  description: 'Documents from a sink topic to a far side, beside sending the same bytes alone; a slow far side, and one that is away',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers } = await bench.services();
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench', log: bench.log });
    await broker.admin().createTopics([settingsOf(topics.ledger, 1), settingsOf(topics.connectDeadLetters, 1)], 1);
    try {
      bench.say('Writing documents.');
      const filled = await filledSinkTopic(broker, bench, COUNT);
      const figures: Figure[] = [];
      const speed = async (
        name: string,
        sink: SinkConnector,
        goal: number,
        receiver: Receiver,
        options: object,
        allow: string,
        bare: () => Promise<number>,
      ) => {
        bench.say(`${name}.`);
        const { micros, perSecond } = await measuredDelivery(startDelivery(broker, bench, `bench-${name}`, sink, options, [allow]), COUNT, WARM);
        figures.push({
          measure: `${name}: per core`,
          value: Math.round(1e6 / micros),
          unit: 'documents/s',
          baseline: { what: 'the same bytes sent alone', value: Math.round(1e6 / (await bare())) },
          goal: { value: goal, isAtMost: false },
          note: `${filled.meanBytes} bytes a document, from Kafka, offsets and ledger included; ${perSecond} documents/s on the clock`,
        });
        await receiver.close();
      };

      const bulk = await openReceiver('bulk');
      const bulkUrl = `http://127.0.0.1:${bulk.port}`;
      await speed('elasticsearch', elasticsearch as SinkConnector, 30_000, bulk, { urls: [bulkUrl] }, bulkUrl, () => barePosts(`${bulkUrl}/_bulk`, filled));
      const hec = await openReceiver('hec');
      const hecUrl = `http://127.0.0.1:${hec.port}`;
      await speed('splunk-hec', splunkHec as SinkConnector, 30_000, hec, { urls: [hecUrl], token: 'token' }, hecUrl, () => barePosts(hecUrl, filled));
      if (hasOpenssl()) {
        mkdirSync(bench.folder, { recursive: true });
        makeCertificates(bench.folder, ['localhost']);
        const [ca, key, cert] = ['ca.pem', 'localhost.key', 'localhost.pem'].map((file) => join(bench.folder, file)) as [string, string, string];
        const tls = await openReceiver('tls', key, cert);
        const url = `tls://localhost:${tls.port}`;
        await speed('syslog over TLS', syslogSink as SinkConnector, 50_000, tls, { urls: [url], caFile: ca }, url, () => bareTls(tls.port, ca, filled));
      } else bench.say('There is no openssl: syslog over TLS is left out.');
      figures.push(...(await slowFarSide(broker, bench, filled)), ...(await outage(broker, bench, filled)));
      return figures;
    } finally {
      await broker.close();
    }
  },
} satisfies Benchmark;

const BUDGET = 33_554_432;

/** A far side that takes a tenth of what it could: what is held stays within the budget. */
async function slowFarSide(broker: Parameters<typeof startDelivery>[0], bench: Bench, { meanBytes }: Filled): Promise<readonly Figure[]> {
  bench.say('A slow far side.');
  const receiver = await openReceiver('bulk');
  const url = `http://127.0.0.1:${receiver.port}`;
  receiver.delay(2_000);
  global.gc?.();
  const before = process.memoryUsage().rss;
  const started = startDelivery(broker, bench, 'bench-slow', elasticsearch as SinkConnector, { urls: [url] }, [url], BUDGET);
  let [held, rss] = [0, before];
  for (const endMs = performance.now() + bench.seconds * 1_000; performance.now() < endMs && !bench.signal.aborted; await delay(50)) {
    held = Math.max(held, started.task.progress().owedBytes);
    rss = Math.max(rss, process.memoryUsage().rss);
  }
  await started.stop();
  await receiver.close();
  return [
    {
      measure: 'slow far side: bytes held',
      value: Math.round(held / 1e4) / 100,
      unit: 'MB',
      baseline: { what: 'the budget', value: BUDGET / 1e6 },
      goal: { value: (BUDGET * 1.25) / 1e6, isAtMost: true },
      note: `${meanBytes} bytes a document; the process grew by ${Math.round((rss - before) / 1e6)} MB; a batch of each partition may be under way when the budget is reached`,
    },
  ];
}

const PER_SECOND = 500;

/** A far side that is away for a while, as documents go on coming. */
async function outage(broker: Parameters<typeof startDelivery>[0], bench: Bench, filled: Filled): Promise<readonly Figure[]> {
  bench.say(`A far side that is away for ${bench.seconds} s.`);
  const receiver = await openReceiver('bulk-ids');
  const url = `http://127.0.0.1:${receiver.port}`;
  const started = startDelivery(broker, bench, 'bench-outage', elasticsearch as SinkConnector, { urls: [url] }, [url]);
  await started.settled(COUNT);
  receiver.down();
  let written = 0;
  for (let second = 0; second < bench.seconds && !bench.signal.aborted; second++) {
    await filled.write(PER_SECOND);
    written += PER_SECOND;
    await delay(1_000);
  }
  const owed = COUNT + written - started.task.progress().delivered;
  receiver.up();
  const beganMs = performance.now();
  await started.settled(COUNT + written);
  const recoveredMs = Math.round(performance.now() - beganMs);
  const [distinct, all] = await receiver.seen();
  const { duplicates } = started.task.progress();
  await started.stop();
  await receiver.close();
  return [
    {
      measure: `back after ${bench.seconds} s away: delivered all`,
      value: recoveredMs,
      unit: 'ms',
      baseline: null,
      goal: null,
      note: `${owed} documents were owed; ${COUNT + written - distinct} lost, ${all - distinct} came twice (${duplicates} said to be possible)`,
    },
  ];
}
