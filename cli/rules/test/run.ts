// Commands in this process.
import { Command } from 'commander';
import type { CommandFile, Io } from '../../command.ts';
import rules from '../../rules.ts';

export interface Ran {
  /** Lines of stdout. */
  readonly out: readonly string[];
  /** Sentences on stderr. */
  readonly said: readonly string[];
  readonly code: number;
}

/** `goshawk rules ...` */
export const runRules = (args: readonly string[], json = false): Promise<Ran> => runCommand(rules, args, json);

export async function runCommand(command: CommandFile, args: readonly string[], json = false): Promise<Ran> {
  const out: string[] = [];
  const said: string[] = [];
  const io = {
    json,
    print: (text: string) => void out.push(...text.split('\n')),
    report: { say: (_step: string, sentence: string) => void said.push(sentence), progress: () => {} },
    interruption: { signal: new AbortController().signal, code: () => null },
    log: () => ({}),
  } as unknown as Io;
  const program = new Command().exitOverride();
  command.register(program, io);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(['node', 'goshawk', command.name, ...args]);
    return { out, said, code: process.exitCode };
  } finally {
    process.exitCode = before;
  }
}
