import { join } from 'node:path';
import { projectFolder } from '../local/project.ts';
import type { CommandFile } from './command.ts';
import { runTool } from './tool.ts';

const GOSHAWK = join(projectFolder, 'cli/main.ts');

/** What CI runs beside the tests. All of them run, so that one look shows everything that is wrong. */
const CHECKS: readonly (readonly [what: string, tool: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['imports', 'vitest', 'run', '--reporter', 'dot', 'test/imports.test.ts'],
  ['dead exports', 'knip', '--no-progress'],
  ['schemas', GOSHAWK, 'schemas', 'check'],
  ['users of changed fields', GOSHAWK, 'schemas', 'impact'],
];

export default {
  name: 'check',
  register(program, io) {
    program
      .command('check')
      .description('Types, lint, format, imports, dead exports, schemas and who uses them, and whether generated files are up to date')
      .option('--json', 'one JSON line per check')
      .action(async () => {
        const failed: string[] = [];
        for (const [what, tool, ...args] of CHECKS) {
          const code = await runTool(tool, args, io);
          if (io.interruption.signal.aborted) return;
          io.report.say('check', `${what}: ${code === 0 ? 'ok' : 'failed'}`, { what, ok: code === 0 });
          if (code !== 0) failed.push(what);
        }
        const { staleFiles } = await import('../scripts/gen/files.ts');
        const stale = await staleFiles();
        io.report.say('check', `generated files: ${stale.length === 0 ? 'ok' : `run ./goshawk gen for ${stale.join(', ')}`}`, {
          what: 'generated files',
          ok: stale.length === 0,
          stale,
        });
        if (stale.length > 0) failed.push('generated files');
        if (failed.length > 0) process.exitCode = 1;
      });
  },
} satisfies CommandFile;
