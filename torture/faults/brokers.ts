// What happens to brokers, and between them and the stages.
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyOperation } from '../../pipeline/runtime/_contract/subject.ts';
import type { Fault } from '../world.ts';

export const brokerKilled: Fault = {
  kind: 'broker-kill',
  does: 'kill -9 of a broker, which is started again one to four seconds later; counted from when it answers again',
  weight: 10,
  async inflict({ brokers }, random) {
    const node = random.pick(brokers.nodes);
    await node.kill();
    await delay(random.between(1_000, 4_000));
    await node.start();
    return { target: node.name, sinceMs: Date.now(), repair: brokers.inSync };
  },
};

export const brokersRolled: Fault = {
  kind: 'broker-roll',
  does: 'every broker is stopped and started in turn, each when the replicas of the one before are in step again; counted from the end of the last',
  weight: 3,
  async inflict({ brokers }) {
    for (const node of brokers.nodes) {
      await node.stop();
      await node.start();
      await brokers.inSync();
    }
    return { target: 'all brokers', sinceMs: Date.now() };
  },
};

const OPERATIONS: readonly FaultyOperation[] = ['commit', 'commit', 'commit', 'send', 'offsets'];

export const answerLost: Fault = {
  kind: 'cut',
  does: 'the connection of a stage is cut between a request (mostly EndTxn, also Produce and TxnOffsetCommit) and its answer, one to four times',
  weight: 16,
  async inflict({ brokers }, random) {
    const cuts = Array.from({ length: random.between(1, 4) }, () => ({ node: random.pick(brokers.nodes), operation: random.pick(OPERATIONS) }));
    for (const { node, operation } of cuts) {
      node.proxy.faults[random.chance(0.7) ? 'loseAnswer' : 'loseRequest'](operation);
      await delay(random.between(0, 400));
    }
    return { target: cuts.map(({ node, operation }) => `${operation} at ${node.name}`).join(', '), sinceMs: Date.now() };
  },
};

/** INVALID_TXN_STATE and TRANSACTION_ABORTABLE: the transaction must be given up, and done again by the same owner. */
const MUST_ABORT = [48, 120];

export const refused: Fault = {
  kind: 'refuse',
  does: 'a broker refuses to take offsets into a transaction, so that the stage must abort and do its records again, three to eight times',
  weight: 8,
  async inflict({ brokers }, random) {
    const count = random.between(3, 8);
    for (let n = 0; n < count; n++) {
      random.pick(brokers.nodes).proxy.refuseOffsets(random.pick(MUST_ABORT));
      await delay(random.between(0, 300));
    }
    return { target: `${count} commits of offsets`, sinceMs: Date.now() };
  },
};
