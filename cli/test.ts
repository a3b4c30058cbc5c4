import type { CommandFile } from './command.ts';
import { runTool } from './tool.ts';

export default {
  name: 'test',
  register(program, io) {
    program
      .command('test')
      .description('Types, then all tests; arguments go to vitest')
      .argument('[arguments...]')
      .allowUnknownOption()
      .helpOption(false)
      .action(async (args: readonly string[]) => {
        if ((await runTool('tsc', ['--noEmit'], io)) !== 0) {
          io.print('0 passed, 1 failed, 0 skipped');
          process.exitCode = 1;
          return;
        }
        process.exitCode = await runTool('vitest', ['run', ...args], io);
      });
  },
} satisfies CommandFile;
