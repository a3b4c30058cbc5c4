import type { CommandFile } from './command.ts';

export default {
  name: 'gen',
  register(program, io) {
    program
      .command('gen')
      .description('Writes the generated files: types, printed pages, pictures')
      .option('--check', 'write nothing; exit 1 when a file is not up to date')
      .action(async ({ check = false }: { check?: boolean }) => {
        const { staleFiles, writeFiles } = await import('../scripts/gen/files.ts');
        const files = check ? await staleFiles() : await writeFiles();
        for (const file of files) io.print(file);
        if (check && files.length > 0) process.exitCode = 1;
      });
  },
} satisfies CommandFile;
