// RSigma, the fastest open engine that we know, over the same rules and events. It is taken from the PATH or from GOSHAWK_RSIGMA; where there is
// none, its figures are left out and that is said.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { SigmaEvent } from './corpus.ts';

export interface Peer {
  /** CPU of one event, JSON in and lines out, microseconds; reading the rules taken off. */
  readonly microsPerEvent: number;
  readonly loadMicros: number;
  /** `<number of the event> <rule id>` of each match. */
  readonly pairs: ReadonlySet<string>;
}

/** @returns Its path; undefined when it is not installed. */
export function findRsigma(): string | undefined {
  const named = process.env['GOSHAWK_RSIGMA'];
  const places = named === undefined ? (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'rsigma')) : [named];
  return places.find((place) => existsSync(place));
}

/** @param times How often the events are repeated, so that starting costs little beside them. */
export function runRsigma(rsigma: string, rules: string, events: readonly SigmaEvent[], times: number, folder: string): Peer {
  const many = join(folder, 'rsigma-many.ndjson');
  const named = join(folder, 'rsigma-named.ndjson');
  writeFileSync(
    many,
    events
      .map(({ native }) => `${native.toString()}\n`)
      .join('')
      .repeat(times),
  );
  writeFileSync(named, events.map(({ event }, n) => `${JSON.stringify({ ...event, eventNumber: n })}\n`).join(''));
  const evaluate = (more: readonly string[]) =>
    cpuOf(rsigma, ['engine', 'eval', '-r', rules, '-q', '--input-format', 'json', ...more], join(folder, 'rsigma-out'));
  const loadMicros = evaluate(['-e', '{"a":"b"}']);
  const micros = Math.min(evaluate(['-e', `@${many}`]), evaluate(['-e', `@${many}`]));
  evaluate(['--include-event', '-e', `@${named}`]);
  const matches = readFileSync(join(folder, 'rsigma-out'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly rule_id?: string; readonly event?: { readonly eventNumber: number } });
  return {
    microsPerEvent: (micros - loadMicros) / (events.length * times),
    loadMicros,
    pairs: new Set(matches.map(({ rule_id, event }) => `${event?.eventNumber} ${rule_id}`)),
  };
}

/** User and system time of the command, as a shell tells it of its children. */
function cpuOf(command: string, args: readonly string[], outputFile: string): number {
  const times = execFileSync('sh', ['-c', 'out=$1; shift; "$@" >"$out" || exit 1; times', 'sh', outputFile, command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ofChildren = times.trim().split('\n').at(-1)!;
  return [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1e6, 0);
}
