// The relay and the ticker: what is done by the wall clock beside the API, by one process of the installation at a time.
import type { Logger } from 'pino';
import type { RelayConfig } from '../api/relay/index.ts';
import { runRelay } from '../api/relay/index.ts';
import type { TickerConfig } from '../api/ticker/index.ts';
import { runTicker } from '../api/ticker/index.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { openPool } from '../store/connect.ts';
import { version } from './version.ts';

export const DUTIES = ['relay', 'ticker'] as const;
export type Duty = (typeof DUTIES)[number];
export interface DutiesOptions {
  readonly duties: readonly Duty[];
  readonly config: { readonly relay: RelayConfig; readonly ticker: TickerConfig };
  readonly broker: Broker;
  readonly codec: Codec;
  readonly databaseUrl: string;
  readonly log: Logger;
}
export interface RunningDuties {
  /** Resolves with the first error that a duty cannot go on from. */
  readonly failed: Promise<unknown>;
  /** Ends both and their database connections; the broker stays open. */
  readonly stop: () => Promise<void>;
}

export function startDuties({ duties, config, broker, codec, databaseUrl, log }: DutiesOptions): RunningDuties {
  const controller = new AbortController();
  const { signal } = controller;
  const pool = openPool({ databaseUrl, role: 'goshawk_stages', max: 4, applicationName: 'goshawk duties', log });
  const start: Readonly<Record<Duty, () => Promise<void>>> = {
    relay: () => runRelay(config.relay, { pool, databaseUrl, broker, codec, partitionFor, log: log.child({ duty: 'relay' }), signal, version }),
    ticker: () => runTicker(config.ticker, { pool, databaseUrl, broker, log: log.child({ duty: 'ticker' }), signal }),
  };
  const { promise: failed, resolve: fail } = Promise.withResolvers<unknown>();
  const running = duties.map((duty) => start[duty]().catch((error: unknown) => fail(error)));
  return {
    failed,
    async stop() {
      controller.abort();
      await Promise.all(running);
      await pool.end();
    },
  };
}
