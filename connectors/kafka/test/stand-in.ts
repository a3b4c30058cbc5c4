// Another cluster, in memory, behind the port of the runtime. What the real client does with a real one: kafka.kafka.test.ts.
import { setTimeout as after } from 'node:timers/promises';
import { RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import { memoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import type { OutRecord, Producer } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { Fault, FaultOptions, OpenStandIn } from '../../_contract/stand-in.ts';
import type { OpenCluster } from '../../_sink/cluster.ts';

const TOPIC = 'from-goshawk';
const PARTITIONS = 3;
const idOf = ({ headers = [] }: Pick<OutRecord, 'headers'>) => String(headers.find(([name]) => name === 'goshawk.id')?.[1]);

export const openStandIn: OpenStandIn = async () => {
  const broker = memoryBroker();
  await broker.admin().createTopics([{ name: TOPIC, partitions: PARTITIONS, config: {} }], 1);
  let current: { readonly fault: Fault; readonly options: FaultOptions; left: number } | null = null;

  const failing = (producer: Producer): Producer => ({
    close: () => producer.close(),
    async send(records) {
      const shown = current !== null && current.left > 0 ? current : null;
      if (shown !== null) shown.left -= 1;
      switch (shown?.fault) {
        case 'down': // as KafkaProducer says it
          throw new RetryableError('BROKER_UNAVAILABLE', 'The broker did not answer: begin to produce', { doing: 'begin to produce', unanswered: true });
        case 'reject-one': {
          const at = records.findIndex((record) => idOf(record) === shown.options.of);
          if (at < 0) break;
          // Those before may be there, and nobody says so: only of a record that goes alone it is known. Whole batches are refused here.
          throw new RecordError('RECORD_TOO_LARGE', 'A record exceeds the limit of its topic');
        }
        case 'cut':
          await producer.send(records.slice(0, records.length / 2));
          throw new RetryableError('BROKER_UNAVAILABLE', 'The broker did not answer: produce', { doing: 'produce', unanswered: true });
        case 'fail-after-accept':
          await producer.send(records);
          throw new RetryableError('BROKER_UNAVAILABLE', 'The broker did not answer: produce', { doing: 'produce', unanswered: true });
        case 'slow':
          await after(shown.options.ms ?? 1_000);
          break;
        case 'throttle':
        case undefined:
      }
      return producer.send(records);
    },
  });
  const openCluster: OpenCluster = () => ({
    broker: { admin: () => broker.admin(), producer: () => failing(broker.producer()), close: async () => {} },
    refused: new Promise<never>(() => {}),
  });

  return {
    settings: { brokers: 'kafka.example.com:9093', topic: TOPIC },
    deps: { openCluster },
    outboundAllow: [],
    faults: ['reject-one', 'fail-after-accept', 'cut', 'down', 'slow'],
    async taken() {
      const ids: string[] = [];
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const tp = { topic: TOPIC, partition };
        const end = (await broker.admin().offsets([tp], 'latest')).get(tpKey(tp))!;
        for await (const { records } of broker.reader().read(tp, 0, end, new AbortController().signal)) ids.push(...records.map(idOf));
      }
      return ids;
    },
    fail(fault, options = {}) {
      current = fault === null ? null : { fault, options, left: options.times ?? Number.POSITIVE_INFINITY };
    },
    close: () => broker.close(),
  };
};
