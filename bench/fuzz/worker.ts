// One thread of the fuzz bench: blocks as they are handed out.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import type { Tally } from './trial.ts';
import { Trial } from './trial.ts';

export interface Task {
  readonly block: number;
  readonly records: number;
}
export interface Start {
  readonly seed: number;
  /** One number: the record of the block that is being decoded. */
  readonly progress: SharedArrayBuffer;
}
/** `null` tally: ready for the first block. */
export interface Answer {
  readonly tally: Tally | null;
  /** In use once garbage was collected. */
  readonly heapBytes: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const { seed, progress } = workerData as Start;
const at = new Int32Array(progress);
const trial = await Trial.open(readCorpus({ withCollection: true }), seed);

const answer = (tally: Tally | null): void => {
  collect();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage({ tally, heapBytes: process.memoryUsage().heapUsed } satisfies Answer);
};
parentPort!.on('message', ({ block, records }: Task) => answer(trial.block(block, records, (record) => Atomics.store(at, 0, record))));
answer(null);
