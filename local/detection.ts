// Tries rules and exceptions for the API in a thread that keeps what it has compiled. One that takes too long is ended, and begun anew for the next.
import { Worker } from 'node:worker_threads';
import { ApiProblem } from '../api/gate/problem.ts';
import type { Analysis, Detection } from '../api/rules/detection.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { formats } from '../pipeline/ingest/index.ts';
import type { Answered, Asked } from './detection-thread.ts';

const MOST_MS = 30_000;
const KEPT_RULES = 8; // as many as the thread keeps

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>;
  /** Names of rules that the thread has, oldest first. */
  readonly known: Set<string>;
}
export interface RunningDetection extends Detection {
  readonly close: () => Promise<void>;
}

export function openDetection(config: DetectConfig, { timeoutMs = MOST_MS }: { readonly timeoutMs?: number } = {}): RunningDetection {
  let running: Running | undefined;
  let asked = 0;

  const end = (one: Running, error: unknown): void => {
    if (running === one) running = undefined;
    for (const { reject } of one.waiting.values()) reject(error);
    one.waiting.clear();
    void one.worker.terminate();
  };
  const start = (): Running => {
    const worker = new Worker(new URL('detection-thread.ts', import.meta.url), { workerData: config, resourceLimits: { maxOldGenerationSizeMb: 1024 } });
    const one: Running = { worker, waiting: new Map(), known: new Set() };
    worker.unref();
    worker.on('message', (answered: Answered) => {
      const { resolve, reject } = one.waiting.get(answered.id) ?? {};
      one.waiting.delete(answered.id);
      if ('answer' in answered) resolve?.(answered.answer);
      else reject?.(new Error(answered.failure));
    });
    worker.on('error', (error) => end(one, error));
    worker.on('exit', () => end(one, new Error('The thread that tries rules has ended')));
    return one;
  };
  const ask = async <T>(of: (one: Running, id: number) => Asked): Promise<T> => {
    const one = (running ??= start());
    const id = ++asked;
    const waiting = Promise.withResolvers<unknown>();
    one.waiting.set(id, waiting);
    const timer = setTimeout(
      () => end(one, new ApiProblem('QUERY_TIMEOUT', `Trying this takes longer than ${timeoutMs / 1_000} s. Try fewer events.`)),
      timeoutMs,
    );
    try {
      one.worker.postMessage(of(one, id), []);
      return (await waiting.promise) as T;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async analyze({ rules, ...request }) {
      const { format } = request;
      if (format !== undefined && !formats().some((name) => name === format || name.startsWith(`${format}-`)))
        throw new ApiProblem('INVALID_REQUEST', `There is no format ${format}; there are ${formats().join(', ')}.`, {
          errors: [{ pointer: '/body/format', detail: 'Unknown.' }],
        });
      return ask<Analysis>(({ known }, id) => {
        if (known.has(request.name)) return { id, kind: 'analyze', request };
        known.add(request.name);
        if (known.size > KEPT_RULES) known.delete(known.values().next().value!);
        return { id, kind: 'analyze', request: { ...request, rules } };
      });
    },
    meets: (conditions) => ask((_one, id) => ({ id, kind: 'meets', request: conditions })),
    tryRule: (text, documents) => ask((_one, id) => ({ id, kind: 'try', text, documents })),
    explain: (text, document, filters = []) => ask((_one, id) => ({ id, kind: 'explain', text, document, filters })),
    explainCorrelation: (text, others, documents) => ask((_one, id) => ({ id, kind: 'correlation', text, others, documents })),
    fieldWarnings: (text, known) => ask((_one, id) => ({ id, kind: 'fields', text, known })),
    async close() {
      const one = running;
      if (one === undefined) return;
      end(one, new Error('The API ends'));
      await one.worker.terminate();
    },
  };
}
