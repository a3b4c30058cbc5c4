import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pino from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { serveApi } from '../local/api.ts';
import { openBroker } from '../local/broker.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { openTrials } from '../local/preview.ts';
import { projectFolder, schemaCacheFile } from '../local/project.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import type { CommandFile } from './command.ts';
import { installationIdFor, requireConnection } from './connection.ts';
import { parsePort } from './numbers.ts';

interface Options {
  readonly port?: number;
  readonly data?: string;
  readonly config?: string;
  readonly dashboard: string;
}

export default {
  name: 'api',
  register(program, io) {
    program
      .command('api')
      .description('Serves the dashboard, GraphQL and REST until Ctrl-C')
      .option('--port <number>', 'where (default: PORT, or 8080; another when that is taken and was not asked for)', parsePort)
      .option('--dashboard <folder>', 'the built dashboard', join(projectFolder, 'dashboard/dist'))
      .option('--data <folder>', 'holds the signing key; of the installation that runs on this machine')
      .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
      .action(async ({ port, data, config: configFile, dashboard }: Options) => {
        const file = await loadTopologyFile('telemetry');
        const config = loadProcessConfig(file, process.env, configFile === undefined ? undefined : resolve(configFile));
        const { kafkaBrokers, registryUrl, databaseUrl, dataFolder, installationId } = requireConnection(['kafkaBrokers', 'registryUrl', 'databaseUrl'], {
          data,
        });
        const log = pino({ level: config.own.log.level, base: { process: 'api' } }, pino.destination({ fd: 2, sync: true }));
        const metrics = new Registry();
        collectDefaultMetrics({ register: metrics });
        const broker = openBroker(kafkaBrokers, 'goshawk-api', log);
        const closing: (() => Promise<void>)[] = [() => broker.close()];
        try {
          const codec = new Codec(await openRegistry({ url: registryUrl, cacheFile: schemaCacheFile(dataFolder) }));
          const id = installationId ?? (await installationIdFor(broker));
          // Only what the pipeline page shows of it: no stage of this process runs.
          const { topology, close } = await file.open(config.topology, {
            installationId: id,
            databaseUrl: null,
            stages: [],
            log,
            metrics,
            committed: async () => new Map(),
          });
          closing.push(close);
          const trials = openTrials({ file, config, broker, codec, installationId: id, log });
          closing.push(() => trials.close());
          const api = await serveApi({
            tryLetters: trials.tryLetter,
            detect: config.topology['detect'] as DetectConfig,
            broker,
            codec,
            topology,
            databaseUrl,
            statementTimeoutMs: config.own.database.statementTimeoutMs,
            registryUrl,
            kafkaBrokers,
            dataFolder,
            log,
            metrics,
            installationId: id,
            outbound: config.own.outbound,
            config: port === undefined ? config.own.api : { ...config.own.api, port },
            ticker: config.own.ticker,
            inputs: config.inputs,
            isPortExplicit: port !== undefined || Boolean(process.env.PORT || process.env.GOSHAWK_API_PORT),
            dashboardFolder: existsSync(dashboard) ? dashboard : null,
            probes: [],
            replicationFactor: config.own.kafka.replication,
            onFirstPassword: (password) =>
              io.report.say('administrator', `Sign in as admin with the password ${password} (shown this once, kept nowhere).`, { user: 'admin', password }),
          });
          closing.push(() => api.stop());
          io.print(`Goshawk serves: ${api.url}`);
          await new Promise<void>((done) => io.interruption.signal.addEventListener('abort', () => done(), { once: true }));
        } finally {
          for (const close of closing.reverse()) await close().catch((error: unknown) => log.warn({ err: error }, 'Something could not be closed.'));
        }
      });
  },
} satisfies CommandFile;
