// Tries records for the API in a thread of its own: it compiles all rules, and must neither hold up requests nor outlive a record that takes too long.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ApiProblem } from '../api/gate/problem.ts';
import type { RecordTrials, TrialResult } from '../api/sensors/trials.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { formats } from '../pipeline/ingest/index.ts';

const MOST_MS = 60_000;

/** What the thread answers with. */
export type TrialAnswer = TrialResult | { readonly unknownFormat: string };

export function openRecordTrials({ timeoutMs = MOST_MS }: { readonly timeoutMs?: number } = {}): RecordTrials {
  return {
    formats,
    async attempt(request) {
      const worker = new Worker(new URL('record-trial-thread.ts', import.meta.url), { workerData: request, resourceLimits: { maxOldGenerationSizeMb: 512 } });
      try {
        const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(timeoutMs) })) as [TrialAnswer];
        if ('unknownFormat' in answer) throw new ConfigError('INVALID_USAGE', `There is no format ${answer.unknownFormat}; there are ${formats().join(', ')}.`);
        return answer;
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
        throw new ApiProblem('QUERY_TIMEOUT', `Trying these records takes longer than ${timeoutMs / 1_000} s. Try fewer of them.`, { cause: error });
      } finally {
        await worker.terminate();
      }
    },
  };
}
