// The relay and the ticker: what is done by the wall clock beside the API, by one process of the installation at a time.
import type { Logger } from 'pino';
import { hasKey, keyFolderOf, openKeys } from '../api/auth/keys.ts';
import type { RelayConfig } from '../api/relay/index.ts';
import { runRelay } from '../api/relay/index.ts';
import type { TickerConfig } from '../api/ticker/index.ts';
import { runTicker } from '../api/ticker/index.ts';
import { openEntry } from '../pipeline/runtime/ledger.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { redrive } from '../pipeline/runtime/redrive/index.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { openPool } from '../store/connect.ts';
import { stageFlow } from '../topologies/telemetry/flow.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { auditFolderOf, reportFolderOf } from './project.ts';
import { followRuleFiles } from './rule-files.ts';
import { version } from './version.ts';

export const DUTIES = ['relay', 'ticker'] as const;
export type Duty = (typeof DUTIES)[number];
export interface DutiesOptions {
  readonly duties: readonly Duty[];
  readonly config: { readonly relay: RelayConfig; readonly ticker: TickerConfig; readonly kafka: { readonly replication: number } };
  /** Absent: rules of files are left as they are. */
  readonly detect?: DetectConfig;
  readonly broker: Broker;
  readonly codec: Codec;
  readonly databaseUrl: string;
  readonly installationId: string;
  /** Of the signing key and the signed reports. */
  readonly dataFolder: string;
  readonly log: Logger;
}
export interface RunningDuties {
  /** Resolves with the first error that a duty cannot go on from. */
  readonly failed: Promise<unknown>;
  /** Ends both and their database connections; the broker stays open. */
  readonly stop: () => Promise<void>;
}

export function startDuties({ duties, config, detect, broker, codec, databaseUrl, installationId, dataFolder, log }: DutiesOptions): RunningDuties {
  const controller = new AbortController();
  const { signal } = controller;
  const pool = openPool({ databaseUrl, role: 'goshawk_stages', max: 4, applicationName: 'goshawk duties', log });
  const start: Readonly<Record<Duty, () => Promise<void>>> = {
    relay: () =>
      runRelay(config.relay, {
        pool,
        databaseUrl,
        broker,
        codec,
        partitionFor,
        redrive: (request) => redrive({ ...request, broker, codec, isExecuted: true, log, replicationFactor: config.kafka.replication }),
        log: log.child({ duty: 'relay' }),
        signal,
        version,
        ...(detect === undefined ? {} : { followRules: (until: AbortSignal) => followRuleFiles(detect, { pool, log: log.child({ duty: 'relay' }) }, until) }),
      }),
    async ticker() {
      // Made by the API; one of our own would sign what nobody else can check.
      const folder = keyFolderOf(dataFolder);
      const keys = async () => (hasKey(folder) ? openKeys(folder) : null);
      const ledger = { codec, openEntry, flow: stageFlow, app: 'goshawk', keys, installation: installationId, folder: reportFolderOf(dataFolder) };
      await runTicker(config.ticker, { pool, databaseUrl, broker, ledger, auditFolder: auditFolderOf(dataFolder), log: log.child({ duty: 'ticker' }), signal });
    },
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
