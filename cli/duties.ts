import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import pino from 'pino';
import { openBroker } from '../local/broker.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { DUTIES, startDuties } from '../local/duties.ts';
import type { Duty } from '../local/duties.ts';
import { schemaCacheFile } from '../local/project.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import type { CommandFile } from './command.ts';
import { installationIdFor, requireConnection } from './connection.ts';

const parseDuties = (text: string): readonly Duty[] => {
  const names = text.split(',').map((name) => name.trim());
  const isDuty = (name: string): name is Duty => (DUTIES as readonly string[]).includes(name);
  if (!names.every(isDuty)) throw new InvalidArgumentError(`Known are ${DUTIES.join(', ')}.`);
  return names;
};

export default {
  name: 'duties',
  register(program, io) {
    program
      .command('duties')
      .description('Runs the relay (outbox to topics) and the ticker (duties by the wall clock) until Ctrl-C; of several processes one works, the others wait')
      .option('--only <names>', 'relay, ticker or both', parseDuties, DUTIES)
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
      .action(async ({ only, data, config: configFile }: { only: readonly Duty[]; data?: string; config?: string }) => {
        const { own, topology } = loadProcessConfig(
          await loadTopologyFile('telemetry'),
          process.env,
          configFile === undefined ? undefined : resolve(configFile),
        );
        const connection = requireConnection(['kafkaBrokers', 'registryUrl', 'databaseUrl'], { data });
        const { kafkaBrokers, registryUrl, databaseUrl, dataFolder } = connection;
        const log = pino({ level: own.log.level, base: { process: 'duties' } }, pino.destination({ fd: 2, sync: true }));
        const broker = openBroker(kafkaBrokers, 'goshawk-duties', log);
        try {
          const codec = new Codec(await openRegistry({ url: registryUrl, cacheFile: schemaCacheFile(dataFolder) }));
          const installationId = connection.installationId ?? (await installationIdFor(broker));
          const running = startDuties({
            duties: only,
            config: own,
            detect: topology['detect'] as DetectConfig,
            broker,
            codec,
            databaseUrl,
            installationId,
            dataFolder,
            log,
          });
          const interrupted = new Promise<null>((done) => io.interruption.signal.addEventListener('abort', () => done(null), { once: true }));
          const failure = await Promise.race([running.failed, interrupted]);
          await running.stop();
          if (failure !== null) throw failure;
        } finally {
          await broker.close();
        }
      });
  },
} satisfies CommandFile;
