import { hostname } from 'node:os';
import { resolve } from 'node:path';
import pino from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openBroker } from '../local/broker.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { serveMetrics } from '../local/metrics-server.ts';
import { schemaCacheFile } from '../local/project.ts';
import { startStages } from '../local/stages.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import type { CommandFile } from './command.ts';
import { installationIdFor, requireConnection } from './connection.ts';
import { parsePort } from './numbers.ts';

interface Options {
  readonly stage?: readonly string[];
  readonly instance: string;
  readonly metricsPort?: number;
  readonly host: string;
  readonly data?: string;
  readonly config?: string;
}

const splitNames = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

export default {
  name: 'run',
  register(program, io) {
    program
      .command('run')
      .description('Runs stages of a topology until Ctrl-C; many processes share the work')
      .argument('<topology>')
      .option('--stage <names>', 'only these, with commas between (default: all)', splitNames)
      .option(
        '--instance <name>',
        "what this process is called: the same after a restart, and no other process's",
        process.env.GOSHAWK_INSTANCE_ID || hostname(),
      )
      .option(
        '--metrics-port <number>',
        'serve /metrics and /health there; 0 picks a port (default: do not)',
        parsePort,
        process.env.GOSHAWK_METRICS_PORT ? parsePort(process.env.GOSHAWK_METRICS_PORT) : undefined,
      )
      .option('--host <address>', 'of the metrics port', process.env.HOST || '127.0.0.1')
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
      .action(async (topology: string, { stage, instance, metricsPort, host, data, config: configFile }: Options) => {
        const file = await loadTopologyFile(topology);
        const config = loadProcessConfig(file, process.env, configFile === undefined ? undefined : resolve(configFile));
        const { kafkaBrokers, registryUrl, databaseUrl, dataFolder, installationId } = requireConnection(['kafkaBrokers', 'registryUrl'], { data });
        const log = pino({ level: config.own.log.level, base: { topology } }, pino.destination({ fd: 2, sync: true }));
        const metrics = new Registry();
        collectDefaultMetrics({ register: metrics });
        const broker = openBroker(kafkaBrokers, `goshawk-${instance}`, log);
        const closing: (() => Promise<void>)[] = [() => broker.close()];
        let isReady = false;
        try {
          if (metricsPort !== undefined) {
            const server = await serveMetrics(metrics, { host, port: metricsPort, isReady: () => isReady });
            closing.push(() => server.close());
            log.info({ port: server.port }, 'Metrics are served.');
          }
          const codec = new Codec(await openRegistry({ url: registryUrl, cacheFile: schemaCacheFile(dataFolder) }));
          const stages = await startStages({
            file,
            config,
            stages: stage,
            broker,
            codec,
            databaseUrl,
            instanceId: instance,
            log,
            metrics,
            installationId: installationId ?? (await installationIdFor(broker)),
          });
          closing.push(() => stages.stop());
          void stages.running.ready.then(() => {
            isReady = true;
            log.info({ stages: stage ?? 'all' }, 'All stages of this process run.');
          });
          const interrupted = new Promise<null>((done) => io.interruption.signal.addEventListener('abort', () => done(null), { once: true }));
          const failure = await Promise.race([stages.running.failed, interrupted]);
          if (failure !== null) throw failure;
        } finally {
          for (const close of closing.reverse()) await close().catch((error: unknown) => log.warn({ err: error }, 'Something could not be closed.'));
        }
      });
  },
} satisfies CommandFile;
