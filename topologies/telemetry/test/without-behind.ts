// A broker that loses the header `behind`, for the test that shows what it is for.
import { BEHIND_HEADER } from '../../../pipeline/runtime/input.ts';
import type { MemoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import type { OutRecord } from '../../../pipeline/runtime/port.ts';

const stripped = (record: OutRecord): OutRecord => ({ ...record, headers: (record.headers ?? []).filter(([name]) => name !== BEHIND_HEADER) });

/** Takes the client over: what its stages write lacks the header. */
export function withoutBehind(client: MemoryBroker): MemoryBroker {
  const open = client.txnProducer.bind(client);
  return Object.assign(client, {
    txnProducer: (options: Parameters<MemoryBroker['txnProducer']>[0]) => {
      const producer = open(options);
      const transact = producer.transact.bind(producer);
      return Object.assign(producer, {
        transact: (work: Parameters<typeof transact>[0]) =>
          transact((txn) => work({ send: (records) => txn.send(records.map(stripped)), offsets: (...args) => txn.offsets(...args) })),
      });
    },
  });
}
