import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { TellSkipped } from './subscriptions.ts';

/** Keeps, by kind, how many subscriptions in force cannot be read, and says which. */
export function publishMetrics(registry: Registry, log: Logger): TellSkipped {
  const unreadable = new Gauge({
    name: 'publish_unreadable_subscriptions',
    help: 'Subscriptions in force that take nothing because their search or format cannot be read. The log and the list of subscriptions say why.',
    labelNames: ['kind'], // event | finding | alert
    registers: [registry],
  });
  return (kind, skipped) => {
    unreadable.set({ kind }, skipped.length);
    for (const { organization, name, problem } of skipped)
      log.warn(
        { code: 'INVALID_SEARCH', kind, organization, subscription: name, problem },
        'A subscription cannot be read; it takes nothing until it is changed.',
      );
  };
}
