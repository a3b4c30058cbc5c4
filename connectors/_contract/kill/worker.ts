// A process with a task of every sink, until it is killed: `worker.ts HOST:PORT`, and on standard input a line of JSON that says which.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { openClusters } from '../../../local/other-clusters.ts';
import { openOutbound } from '../../../outbound/client.ts';
import { config as outboundConfig } from '../../../outbound/config.ts';
import { kafkaBroker } from '../../../pipeline/runtime/kafka/index.ts';
import { systemClock } from '../../../pipeline/core/wall-clock.ts';
import { Codec } from '../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../schemas/avro/registry.ts';
import { schemas } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../../topologies/topics.ts';
import { isSink, plugins } from '../../_worker/settings/plugins.ts';
import { SinkTask } from '../../_worker/delivery/sink-task.ts';
import { readSettings } from '../settings.ts';
import type { Told } from './tell.ts';

const [, , brokers = ''] = process.argv;
const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }, pino.destination(2));
const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const { sinks } = JSON.parse(line) as Told;
const all = (await plugins()).filter(isSink);
const broker = kafkaBroker({ brokers: [brokers], clientId: 'killed', log });
const codec = new Codec(fixedIds());

for (const { name, topic, settings, outboundAllow, fileFolders } of sinks) {
  const connector = all.find((each) => each.name === name)!;
  const outbound = openOutbound(outboundConfig.parse({ allow: outboundAllow }), { resolve: async () => ['127.0.0.1'] });
  const task = new SinkTask({
    connector: name,
    task: 0,
    className: name,
    topics: async () => [topic],
    broker,
    openSink: async (given) => {
      const sink = await connector.sink(readSettings(connector, settings), {
        ...given,
        log,
        outbound,
        allow: { opens: () => false },
        connector: name,
        task: 0,
        organization: 'alpha',
        now: systemClock.nowMs,
        openCluster: openClusters(outbound, log),
        fileFolders,
      });
      // Small and slow, so that it is killed in the middle.
      const limits = {
        ...sink.limits,
        maxRecords: Math.min(sink.limits.maxRecords, 10),
        lingerMs: Math.min(sink.limits.lingerMs, 50),
        maxInFlight: Math.min(sink.limits.maxInFlight, 2),
      };
      return { limits, isTakenBack: sink.isTakenBack === true, send: sink.send.bind(sink), close: sink.close.bind(sink) };
    },
    transform: (record) => record,
    tolerance: 'all',
    deadLetters: { topic: topics.connectDeadLetters.name, replication: 1, hasHeaders: true },
    encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
    maxOwedBytes: 1_000_000,
    commitEveryMs: 100,
    drainMs: 2_000,
    retry: { initialMs: 100, maxMs: 1_000 },
    logs: { refusals: false, positions: false },
    mask: (text) => text,
    isPaused: false,
    clock: systemClock,
    random: Math.random,
    log,
  });
  void task.failed.then((error) => process.stderr.write(`${name}: ${error.stack ?? error.message}\n`));
  task.start();
}
