// Hands blocks to threads, and notices a record that never ends.
import { Worker } from 'node:worker_threads';
import type { Answer, Start, Task } from './worker.ts';
import type { Tally } from './trial.ts';
import { addTally, BLOCK, emptyTally } from './trial.ts';

export interface Campaign {
  readonly seed: number;
  /** Number of the first block: a campaign goes on where another one ended. */
  readonly from: number;
  readonly records: number;
  readonly threads: number;
  readonly say: (text: string) => void;
  /** Aborted: no further block is begun, and what was done is told. */
  readonly signal: AbortSignal;
}
export interface Outcome {
  readonly tally: Tally;
  /** Records of blocks that were given up because one of them did not end. */
  readonly untried: number;
  /** Of each thread that did ten blocks or more: how much more memory it used at its end than after its first quarter. */
  readonly heapGrowth: readonly number[];
}

const CHECK_MS = 5_000;
/** By the wall clock, since a busy machine must not look like an endless loop. */
const PATIENCE_CHECKS = 36;

/** Each block once, however many threads there are. */
export async function runCampaign({ seed, from, records, threads, say, signal }: Campaign): Promise<Outcome> {
  const tally = emptyTally();
  const heapGrowth: number[] = [];
  const blocks = Math.ceil(records / BLOCK);
  let next = 0;
  let done = 0;
  let untried = 0;

  const runThread = () =>
    new Promise<boolean>((resolve, reject) => {
      const progress = new SharedArrayBuffer(4);
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: { seed, progress } satisfies Start });
      const heaps: number[] = [];
      let current: Task | undefined;
      let unchanged = 0;
      let last = -1;
      const end = (isGivenUp: boolean) => {
        clearInterval(watch);
        if (heaps.length >= 10) heapGrowth.push((heaps.at(-1) as number) - (heaps[heaps.length >> 2] as number));
        void worker.terminate().then(() => resolve(isGivenUp), reject);
      };
      const watch = setInterval(() => {
        const record = Atomics.load(new Int32Array(progress), 0);
        unchanged = current !== undefined && record === last ? unchanged + 1 : 0;
        last = record;
        if (current === undefined || unchanged < PATIENCE_CHECKS) return;
        untried += current.records;
        tally.wrongs += 1;
        tally.wrong.push({ block: current.block, record, file: '', kind: '', what: 'does not end', start: '' });
        end(true);
      }, CHECK_MS);
      worker.once('error', (error) => {
        clearInterval(watch);
        reject(error);
      });
      worker.on('message', ({ tally: one, heapBytes }: Answer) => {
        if (one !== null) {
          heaps.push(heapBytes);
          addTally(tally, one);
          done += 1;
          if (done % Math.max(1, Math.floor(blocks / 20)) === 0)
            say(`${(done * BLOCK).toLocaleString('en')} records, ${tally.wrongs} wrong, next is block ${from + next}.`);
        }
        if (next >= blocks || signal.aborted) return end(false);
        current = { block: from + next, records: Math.min(BLOCK, records - next * BLOCK) };
        next += 1;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage(current);
      });
    });

  await Promise.all(
    Array.from({ length: Math.min(threads, blocks) }, async () => {
      while (await runThread());
    }),
  );
  return { tally, untried, heapGrowth };
}
