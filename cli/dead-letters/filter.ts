// The options that choose dead letters, the same for every subcommand.
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseLetterId } from '../../pipeline/core/dead-letter.ts';
import type { DeadLetterFilter } from '../../pipeline/core/dead-letter.ts';

export interface FilterOptions {
  readonly code?: string;
  readonly stage?: string;
  readonly release?: string;
  readonly organization?: string;
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
}

/** ISO 8601 with a zone, or a span before now: 30m, 12h, 7d. Microseconds. */
export function parseMoment(text: string, nowMs: number = Date.now()): number {
  const span = /^(\d{1,6})([mhd])$/.exec(text);
  if (span !== null) return (nowMs - Number(span[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[span[2] as 'm' | 'h' | 'd']) * 1000;
  const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('A time is ISO 8601 with a zone (2026-11-25T12:00:00Z), or so long ago: 30m, 12h, 7d.');
  return ms * 1000;
}

export const withFilter = (command: Command): Command =>
  command
    .option('--code <code>', 'only this reason')
    .option('--stage <name>', 'only those of this stage')
    .option('--release <version>', 'only those that this version of Goshawk set aside')
    .option('--organization <name>', 'only those of this organization')
    .option('--topic <name>', 'only records of this topic')
    .option('--from <time>', 'set aside since: ISO 8601 with a zone, or 30m, 12h, 7d ago', (text) => parseMoment(text))
    .option('--to <time>', 'set aside before', (text) => parseMoment(text))
    .option('--data <folder>', 'the installation to look at');

export function filterOf({ code, stage, release, organization, topic, from, to }: FilterOptions, ids: readonly string[] = []): DeadLetterFilter {
  return {
    ...(ids.length > 0 && { ids }),
    ...(code !== undefined && { code }),
    ...(stage !== undefined && { stage }),
    ...(release !== undefined && { version: release }),
    ...(organization !== undefined && { organization }),
    ...(topic !== undefined && { topic }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/** For commander: ids as `list` prints them. */
export function parseIds(text: string, before: readonly string[] = []): readonly string[] {
  if (parseLetterId(text) === undefined) throw new InvalidArgumentError('An id is partition:offset, as list prints it.');
  return [...before, text];
}
