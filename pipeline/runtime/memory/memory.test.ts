import { portContract } from '../_contract/port.ts';
import { restoringContract } from '../_contract/restoring.ts';
import { memoryBroker } from './index.ts';

const cluster = memoryBroker();
const SESSION_MS = 6_000;

portContract('memory', {
  connect: (switches) => cluster.connect(switches),
  connectFaulty: async () => {
    const broker = cluster.connect();
    return {
      broker,
      faults: {
        loseAnswer: (operation) => {
          broker.faults.inject(operation, 'answer-lost');
        },
        loseRequest: (operation) => {
          broker.faults.inject(operation, 'request-lost');
        },
        delay: (operation) => {
          const arrive = broker.faults.delay(operation);
          return async () => arrive();
        },
        refuse: (operation) => {
          broker.faults.inject(operation, 'coordinator-moved');
        },
      },
    };
  },
  shortSession: { sessionTimeoutMs: SESSION_MS },
  passTime: () => {
    cluster.clock.advance(SESSION_MS + 1);
  },
  compact: async (topic) => {
    cluster.compact(topic);
  },
});

restoringContract('memory', () => cluster.connect());
