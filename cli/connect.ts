import { resolve } from 'node:path';
import pino from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openBroker } from '../local/broker.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { serveConnect } from '../local/connect.ts';
import { serveMetrics } from '../local/metrics-server.ts';
import { schemaCacheFile } from '../local/project.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import type { CommandFile } from './command.ts';
import { requireConnection, resolveConnection } from './connection.ts';
import { parsePort } from './numbers.ts';

interface Options {
  readonly port?: number;
  readonly metricsPort?: number;
  readonly data?: string;
  readonly config?: string;
}

export default {
  name: 'connect',
  register(program, io) {
    program
      .command('connect')
      .description('Runs connectors, and serves the REST interface of Kafka Connect, until Ctrl-C; many processes share the work')
      .option('--port <number>', 'where (default: GOSHAWK_CONNECT_PORT, or 8083; another when that is taken and was not asked for)', parsePort)
      .option(
        '--metrics-port <number>',
        'serve /metrics and /health there; 0 picks a port (default: do not)',
        parsePort,
        process.env.GOSHAWK_METRICS_PORT ? parsePort(process.env.GOSHAWK_METRICS_PORT) : undefined,
      )
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
      .action(async ({ port, metricsPort, data, config: configFile }: Options) => {
        const { own } = loadProcessConfig(await loadTopologyFile('telemetry'), process.env, configFile === undefined ? undefined : resolve(configFile));
        const { kafkaBrokers, registryUrl, dataFolder } = requireConnection(['kafkaBrokers', 'registryUrl'], { data });
        const log = pino({ level: own.log.level, base: { process: 'connect' } }, pino.destination({ fd: 2, sync: true }));
        const metrics = new Registry();
        collectDefaultMetrics({ register: metrics });
        const broker = openBroker(kafkaBrokers, 'goshawk-connect', log);
        const closing: (() => Promise<void>)[] = [() => broker.close()];
        let isReady = false;
        try {
          if (metricsPort !== undefined) {
            const server = await serveMetrics(metrics, { host: own.connect.host, port: metricsPort, isReady: () => isReady });
            closing.push(() => server.close());
            log.info({ port: server.port }, 'Metrics are served.');
          }
          const connect = await serveConnect({
            broker,
            codec: new Codec(await openRegistry({ url: registryUrl, cacheFile: schemaCacheFile(dataFolder) })),
            config: port === undefined ? own.connect : { ...own.connect, port },
            outbound: own.outbound,
            isPortExplicit: port !== undefined || Boolean(process.env.GOSHAWK_CONNECT_PORT),
            apiUrl: () => resolveConnection({ data }).apiUrl,
            replicationFactor: own.kafka.replication,
            environment: process.env,
            log,
            metrics,
          });
          closing.push(() => connect.stop());
          isReady = true;
          io.print(`Goshawk connects: ${connect.url}`);
          const interrupted = new Promise<null>((done) => io.interruption.signal.addEventListener('abort', () => done(null), { once: true }));
          const failure = await Promise.race([connect.failed, interrupted]);
          if (failure !== null) throw failure;
        } finally {
          for (const close of closing.reverse()) await close().catch((error: unknown) => log.warn({ err: error }, 'Something could not be closed.'));
        }
      });
  },
} satisfies CommandFile;
