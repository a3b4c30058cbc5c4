import type { Broker, GroupConsumer, GroupMetadata, Offsets } from '../../pipeline/runtime/port.ts';

/**
 * The broker for a loop without transactions: an idempotent producer sends, then the offsets are committed by themselves, so that a crash
 * between the two repeats records. The runtime above it does the same as ever, which makes the difference the price of exactly once.
 * For one stage: it commits through the consumer that was made last.
 */
export function atLeastOnce(broker: Broker): Broker {
  let consumer: GroupConsumer | undefined;
  return {
    ...broker,
    consumer: (options) => (consumer = broker.consumer(options)),
    txnProducer: () => {
      const producer = broker.producer();
      return {
        init: async () => {},
        isUsable: () => true,
        close: () => producer.close(),
        async transact(work) {
          let positions: readonly [Offsets, GroupMetadata] | undefined;
          await work({
            send: (records) => producer.send(records),
            offsets: async (offsets, group) => {
              positions = [offsets, group];
            },
          });
          if (positions !== undefined) await consumer!.commit(...positions);
        },
      };
    },
  };
}
