// The thread of record-trials.ts: tries what it was started with, answers once, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import type { TrialRequest, TriedEvent } from '../api/sensors/trials.ts';
import { openTrial } from '../cli/sensor/trial.ts';
import { config as ingestConfig, formats } from '../pipeline/ingest/index.ts';
import { recordsIn } from './native-files.ts';
import type { TrialAnswer } from './record-trials.ts';

const { text, format, maxRecords, ...options } = workerData as TrialRequest;

async function attempt(): Promise<TrialAnswer> {
  if (format !== null && !formats().some((one) => one === format || one.startsWith(`${format}-`))) return { unknownFormat: format };
  const tried = await openTrial({ ...options, format: format ?? undefined, rules: [] });
  const results: TriedEvent[] = [];
  let records = 0;
  for await (const record of recordsIn(text, ingestConfig.parse({}).maxRecordBytes)) {
    if (records === maxRecords) return { records, isCut: true, results: [...results, ...tried.end()] };
    records += 1;
    results.push(...tried(Buffer.from(record)));
  }
  return { records, isCut: false, results: [...results, ...tried.end()] };
}
const answer = await attempt();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort!.postMessage(answer);
