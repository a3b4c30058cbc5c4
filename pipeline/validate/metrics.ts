import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

export interface ValidateMetrics {
  /** An id of a sensor that was not remembered, because a task remembers as many as it may. */
  readonly forgotten: () => void;
}
export const NO_METRICS: ValidateMetrics = { forgotten: () => undefined };

/** Counters of the validate stage on `registry`. A transaction that is aborted is counted twice. */
export function validateMetrics(registry: Registry): ValidateMetrics {
  const forgotten = new Counter({
    name: 'validate_forgotten_ids_total',
    help: 'Ids of sensors that were not remembered because a task had maxRememberedIds; their repeats pass as new events.',
    registers: [registry],
  });
  return { forgotten: () => forgotten.inc() };
}
