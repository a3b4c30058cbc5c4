import type { Break } from './rewrite.ts';

/** As stock kafkajs does it: the broker then takes the offsets of a member that has been expelled. */
const mistake: Break = {
  does: 'commits offsets without generation and member id',
  edits: [{ file: 'pipeline/runtime/kafka/txn-producer.ts', from: '      group,\n', to: "      group: { ...group, generationId: -1, memberId: '' },\n" }],
};
export default mistake;
