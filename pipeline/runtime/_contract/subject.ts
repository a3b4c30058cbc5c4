// What a broker must offer to be put through the contract of the port.
import type { Broker, ConsumerOptions } from '../port.ts';

/** Promises that are taken back, to see that their tests fail then. */
export interface Switches {
  readonly withoutStableReads?: boolean;
}
export type FaultyOperation = 'send' | 'offsets' | 'commit';
/** Trouble for the next requests of one process. */
export interface Faults {
  /** The broker does it, but the answer does not come through. */
  readonly loseAnswer: (operation: FaultyOperation) => void;
  /** The broker never gets it. */
  readonly loseRequest: (operation: FaultyOperation) => void;
  /** The caller gives up, and the broker gets it only when the returned function is called; resolves when that has dealt with it. */
  readonly delay: (operation: FaultyOperation) => () => Promise<void>;
  /** Refused as by a coordinator that loads (14), is away (15), or has moved (16); 51 CONCURRENT_TRANSACTIONS is for the first step of `offsets`. */
  readonly refuse: (operation: 'offsets' | 'commit', code: 14 | 15 | 16 | 51) => void;
}
export interface Subject {
  /** A process of its own, on the same cluster. */
  readonly connect: (switches?: Switches) => Broker;
  readonly connectFaulty: () => Promise<{ readonly broker: Broker; readonly faults: Faults }>;
  /** Times for members that are expelled in tests: as short as the broker permits. */
  readonly shortSession: Omit<ConsumerOptions, 'groupId'>;
  /** Lets a silent member's session, and a transaction of `transactionTimeoutMs` 1,000, run out. */
  readonly passTime: () => void;
  /** Returns when superseded records before the last one of the partition are gone. */
  readonly compact: (topic: string) => Promise<void>;
  /** Lets go of one test's processes. */
  readonly cleanUp?: () => Promise<void>;
}
