import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export interface LiveMetrics {
  readonly sent: Counter;
  readonly dropped: Counter;
  readonly closed: Counter<'code'>;
}

/** @param sockets Read when the metrics are. */
export function liveMetrics(registry: Registry, sockets: () => number): LiveMetrics {
  registry.registerMetric(
    new Gauge({
      name: 'live_connections',
      help: 'WebSockets that are open, of /live and of GraphQL subscriptions.',
      registers: [],
      collect() {
        this.set(sockets());
      },
    }),
  );
  return {
    sent: new Counter({ name: 'live_sent_messages_total', help: 'Messages handed to sockets of /live, each copy counted.', registers: [registry] }),
    dropped: new Counter({
      name: 'live_dropped_messages_total',
      help: 'Messages of /live that were not sent because too much waited for the client already; it is closed with 4008 then.',
      registers: [registry],
    }),
    closed: new Counter({
      name: 'live_closed_connections_total',
      help: 'WebSockets that this side closed, by close code; docs/reference/live.md says what each means.',
      labelNames: ['code'],
      registers: [registry],
    }),
  };
}
