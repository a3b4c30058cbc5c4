import type { Break } from './rewrite.ts';

/** The order of a consumer that commits first and works then: what dies in between is lost. */
const mistake: Break = {
  does: 'commits the positions in a transaction of their own, before the outputs are sent',
  edits: [
    {
      file: 'pipeline/runtime/commit.ts',
      from: '      await producer.transact(async (txn) => {\n',
      to: `      await producer.transact((txn) => txn.offsets(new Map([...work.parts.values()].map(({ input, next }) => [input.key, next])), work.group));
      await producer.transact(async (txn) => {\n`,
    },
  ],
};
export default mistake;
