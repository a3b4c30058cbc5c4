// What a benchmark says, and what it gets to work with.
import type { Logger } from 'pino';
import type { ServiceAddresses } from '../local/services.ts';
import type { RawSample } from './samples.ts';

export interface Figure {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done another way in the same run; null when the figure is a fact and no speed. */
  readonly baseline: { readonly what: string; readonly value: number } | null;
  /** Where this should be, in the same unit. */
  readonly goal: { readonly value: number; readonly isAtMost: boolean } | null;
  /** Circumstances: record size, indexes, groups that ran. */
  readonly note: string;
}
/** The default export of `bench/<name>/index.ts`. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  readonly run: (bench: Bench) => Promise<readonly Figure[]>;
}
export interface Bench {
  /** Broker, registry and database of this run; started when first asked for. */
  readonly services: () => Promise<ServiceAddresses>;
  /** Real records, in the order of their files. */
  readonly samples: () => Promise<readonly RawSample[]>;
  /** Below the project, deleted afterwards. */
  readonly folder: string;
  /** Longer runs give steadier figures. */
  readonly seconds: number;
  readonly rate: number;
  /** Of the benchmark `fuzz`: which records, and how many. They follow from the seed and their numbers alone. */
  readonly fuzz: { readonly seed: number; readonly from: number; readonly records: number };
  /** Aborts at Ctrl-C: what goes on for long stops and says what it has. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly say: (text: string) => void;
}

export const ratioOf = ({ value, baseline }: Figure): number | null => (baseline === null || baseline.value === 0 ? null : value / baseline.value);

/** CPU of this process since `since`, user and system, in microseconds. */
export function cpuMicros(since: NodeJS.CpuUsage = { user: 0, system: 0 }): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/** Microseconds of CPU per call, garbage collection included, the best of `rounds` after a warm-up: for loops in memory. Other work on the machine counts little. */
export function bestOf(rounds: number, calls: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const start = process.cpuUsage();
    work();
    const micros = cpuMicros(start) / calls;
    if (round > 0) best = Math.min(best, micros);
  }
  return best;
}
