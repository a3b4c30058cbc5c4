// The group of workers: who has which slots. It goes on for as long as one of them lives.
import type { Logger } from 'pino';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Assignor, Broker, GroupMetadata, TopicPartition } from '../../pipeline/runtime/port.ts';

export interface CrewOptions {
  readonly broker: Broker;
  readonly groupId: string;
  /** The topic of slots. */
  readonly topic: string;
  readonly assignor: Assignor;
  readonly sessionTimeoutMs: number;
  /** The slots that this worker has from now on. Those that it had and has no more are another's already: stop what runs in them. */
  readonly assigned: (slots: ReadonlySet<number>, generation: number) => void;
  /** This worker is no member any more, and others may have its slots: everything is to stop, and nothing is to be said of it. */
  readonly lost: () => void;
  readonly log: Logger;
}
export interface Crew {
  /** Resolves with what ended it by itself. */
  readonly failed: Promise<Error>;
  /** Has the members divide slots anew. */
  readonly divide: () => Promise<void>;
  /** Leaves: others take over at once. */
  readonly leave: () => Promise<void>;
}

/** Resolves when this worker has its share. @throws FatalError when the broker refuses it. */
export async function joinCrew({ broker, groupId, topic, assignor, sessionTimeoutMs, assigned, lost, log }: CrewOptions): Promise<Crew> {
  const consumer = broker.consumer({ groupId, sessionTimeoutMs });
  /** Committed offsets keep the broker from forgetting an empty group, whose generations would count from 1 again. */
  const keep = (owned: readonly TopicPartition[], group: GroupMetadata) => consumer.commit(new Map(owned.map((tp) => [tpKey(tp), 0])), group);
  await consumer.run(
    { topics: [topic], isolation: 'committed', start: 'earliest', assignor },
    {
      async assigned(owned, group) {
        if (owned.length > 0) await keep(owned, group);
        log.info({ slots: owned.length, generation: group.generationId }, 'The workers have divided the tasks.');
        assigned(new Set(owned.map(({ partition }) => partition)), group.generationId);
        return new Map(owned.map((tp) => [tpKey(tp), 0]));
      },
      // Tasks go on while the workers divide them anew: most come back, and whose do not is fenced where it writes or commits.
      revoked: async () => {},
      lost: () => lost(),
      batch: async () => {},
    },
  );
  return { failed: consumer.failed, divide: () => consumer.resubscribe([topic]), leave: () => consumer.stop() };
}
