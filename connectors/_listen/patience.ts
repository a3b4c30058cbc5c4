import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectorDeps, Delivery } from '../../pipeline/core/connector.ts';
import { RetryableError } from '../../pipeline/core/errors.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * For senders that get no answer: waits and sends again until the broker has the records. The caller reads nothing meanwhile; that is its brake.
 * @returns False when they were given up: the source stops (`signal`), or they can never be taken, which is counted and logged.
 */
export async function deliverPatiently(
  { deliver, countDropped, log }: Pick<ConnectorDeps, 'deliver' | 'countDropped' | 'log'>,
  values: readonly Buffer[],
  delivery: Delivery,
  signal: AbortSignal,
): Promise<boolean> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      await deliver(values, delivery);
      return true;
    } catch (error) {
      if (!(error instanceof RetryableError)) {
        countDropped('refused', values.length);
        log.error({ err: error, source: delivery.source, records: values.length }, 'Records cannot be taken and were left out.');
        return false;
      }
      if (waitMs === LONGEST_WAIT_MS) log.warn({ code: error.code, source: delivery.source }, 'The broker does not take records; the input waits.');
      await delay(waitMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) continue;
      countDropped('stopped', values.length);
      return false;
    }
  }
}
