// A broker whose producers commit positions in a transaction of their own, before the outputs: the order of a consumer that commits first and works
// then. For the test that shows what one transaction for both is for.
import type { MemoryBroker } from '../memory/index.ts';
import type { Appended, OutRecord } from '../port.ts';
import { tpKey } from '../port.ts';

/** As a broker would answer that holds nothing yet. */
function asIfAppended(records: readonly OutRecord[]): readonly Appended[] {
  return [...Map.groupBy(records, tpKey).values()].map((all) => ({ tp: { topic: all[0]!.topic, partition: all[0]!.partition }, first: 0, count: all.length }));
}

/** Takes the client over. */
export function positionsFirst(client: MemoryBroker): MemoryBroker {
  const open = client.txnProducer.bind(client);
  return Object.assign(client, {
    txnProducer: (options: Parameters<MemoryBroker['txnProducer']>[0]) => {
      const producer = open(options);
      const transact = producer.transact.bind(producer);
      return Object.assign(producer, {
        transact: async (work: Parameters<typeof transact>[0]) => {
          const outputs: OutRecord[] = [];
          await transact((txn) =>
            work({
              send: (records) => {
                outputs.push(...records);
                return Promise.resolve(asIfAppended(records));
              },
              offsets: (...args) => txn.offsets(...args),
            }),
          );
          if (outputs.length > 0)
            await transact(async (txn) => {
              await txn.send(outputs);
            });
        },
      });
    },
  });
}
