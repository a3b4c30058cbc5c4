// What a command gets, and what a file of this folder exports to be one.
import type { Command } from 'commander';
import pino from 'pino';
import type { Logger } from 'pino';
import { listenForInterruption } from '../local/interruption.ts';
import type { Interruption } from '../local/interruption.ts';
import { openReport } from '../local/report.ts';
import type { Report } from '../local/report.ts';

/**
 * The default export of `cli/<name>.ts`. `register` adds one command to the program; its action may set `process.exitCode = 1` for
 * "the answer is no", and throws ConfigError (exit 2) or FatalError (exit 1) for what it cannot do. The file is found by its name.
 */
export interface CommandFile {
  readonly name: string;
  readonly register: (program: Command, io: Io) => void;
}

export interface Io {
  readonly json: boolean;
  /** Results: one line to stdout. */
  readonly print: (line: string) => void;
  /** Progress: to stderr. */
  readonly report: Report;
  /** Aborts at SIGINT, SIGTERM, SIGHUP: stop what you do and return; the exit code is set for you. */
  readonly interruption: Interruption;
  /** For parts that want a logger: JSON lines on stderr, LOG_LEVEL or `warn`. */
  readonly log: () => Logger;
}

export function openIo({ json }: { readonly json: boolean }): Io {
  return {
    json,
    print: (line) => void process.stdout.write(`${line}\n`),
    report: openReport(process.stderr, json),
    interruption: listenForInterruption(),
    log: () => pino({ level: process.env.LOG_LEVEL || 'warn' }, pino.destination({ fd: 2, sync: true })),
  };
}
