import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { SERVICES } from '../local/choice.ts';
import type { Service } from '../local/choice.ts';
import { dataFolder } from '../local/project.ts';
import { up } from '../local/up.ts';
import type { CommandFile } from './command.ts';
import { parsePort } from './numbers.ts';

const parseServices = (text: string): readonly Service[] => {
  const names = text.split(',').map((name) => name.trim());
  const isService = (name: string): name is Service => (SERVICES as readonly string[]).includes(name);
  if (!names.every(isService)) throw new InvalidArgumentError(`Known are ${SERVICES.join(', ')}.`);
  return [...new Set(names)];
};

export default {
  name: 'up',
  register(program, io) {
    program
      .command('up')
      .description('Runs everything on this machine, until Ctrl-C')
      .option('--data <folder>', 'where its state lives (default: .goshawk/data in the project)')
      .option('--port <number>', 'where the dashboard and the API serve (default: 8080, or another when that is taken)', parsePort)
      .option('--no-sample', 'do not play the recorded telemetry')
      .option('--only <services>', `start only these: ${SERVICES.join(', ')}`, parseServices)
      .option('--config <file>', 'options (default: goshawk.yaml in the project, if there)')
      .option('--json', 'progress as JSON lines')
      .action(async (options: { data?: string; port?: number; sample: boolean; only?: readonly Service[]; config?: string }) => {
        process.exitCode = await up(
          {
            data: dataFolder(options.data),
            port: options.port,
            sample: options.sample,
            only: options.only,
            configFile: options.config === undefined ? undefined : resolve(options.config),
          },
          io,
        );
      });
  },
} satisfies CommandFile;
