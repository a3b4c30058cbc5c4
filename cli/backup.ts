import { resolve } from 'node:path';
import { backUp } from '../local/backup.ts';
import { dataFolder } from '../local/project.ts';
import type { CommandFile } from './command.ts';

export default {
  name: 'backup',
  register(program, io) {
    program
      .command('backup')
      .description('Database and topics of an installation on this machine, running or stopped, into a new folder; elsewhere the database of DATABASE_URL')
      .requiredOption('--to <folder>', 'made if it is missing; must be empty. It will hold secrets')
      .option('--data <folder>', 'the installation to back up')
      .option('--json', 'the manifest, without the list of files')
      .action(async ({ to, data }: { to: string; data?: string }) => {
        const manifest = await backUp({ to: resolve(to), data: dataFolder(data), env: process.env, report: io.report, signal: io.interruption.signal });
        const { files, ...rest } = manifest;
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        if (io.json) io.print(JSON.stringify({ ...rest, files: files.length, bytes }));
        else io.print(`${resolve(to)}: ${files.length} files, ${(bytes / 1_048_576).toFixed(1)} MiB${rest.topics === null ? ', database only' : ''}.`);
      });
  },
} satisfies CommandFile;
