// The command line: `./goshawk <command>`. One file per command: the file's name is the command's.
import { existsSync, readdirSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError, FatalError, PipelineError, RetryableError } from '../pipeline/core/errors.ts';
import type { CommandFile } from './command.ts';
import { openIo } from './command.ts';

const folder = new URL('.', import.meta.url);
const [, , wanted] = process.argv;
const isJson = process.argv.includes('--json');
const io = openIo({ json: isJson });

// A reader that went away (`| head`) is no error of ours, and neither is kafkajs's negative timeout on this Node.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
const [printWarning] = process.listeners('warning');
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') printWarning?.(warning);
});

process.exitCode = await run();
await drain(process.stdout);
await drain(process.stderr);
process.exit();

async function run(): Promise<number> {
  const program = new Command('goshawk')
    .description('Streaming security telemetry on Apache Kafka.')
    .exitOverride()
    .showHelpAfterError('Run ./goshawk --help for what there is.');
  program.configureOutput({ writeErr: (text) => process.stderr.write(text) });
  try {
    for (const file of await commandFiles()) file.register(program, io);
    program.commands.forEach((command) => command.exitOverride());
    await program.parseAsync();
    return io.interruption.code() ?? Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

/** Only the file of the command that was asked for is loaded, so that one command does not pay for all the others. */
async function commandFiles(): Promise<readonly CommandFile[]> {
  const isName = wanted !== undefined && /^[a-z][a-z-]*$/.test(wanted) && wanted !== 'main' && existsSync(new URL(`${wanted}.ts`, folder));
  const named = isName ? await load([`${wanted}.ts`]) : [];
  return named.length > 0
    ? named
    : load(
        readdirSync(folder)
          .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'main.ts')
          .sort(),
      );
}
async function load(files: readonly string[]): Promise<readonly CommandFile[]> {
  const loaded = await Promise.all(files.map(async (file) => (await import(new URL(file, folder).href)) as { default?: CommandFile }));
  return loaded.map((module) => module.default).filter((command) => command !== undefined);
}

/** Says what happened and gives the exit code: 2 = wrong usage or configuration, 1 = it failed. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has printed its message
  const code = io.interruption.code();
  if (code !== null) return code;
  if (error instanceof PipelineError) {
    process.stderr.write(
      isJson ? `${JSON.stringify({ error: { code: error.code, message: error.message, details: error.details } })}\n` : `${error.message}\n`,
    );
    if (error instanceof FatalError || error instanceof RetryableError || !(error instanceof ConfigError)) return 1;
    return 2;
  }
  process.stderr.write(`This is a bug of Goshawk, please report it: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Resolves when everything written so far has left. */
function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
