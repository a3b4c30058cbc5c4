// A run as a page of docs/reference/torture.md: what was done, how often, and how long it took until everything flowed again.
import { cpus, totalmem } from 'node:os';
import { faults } from './faults/index.ts';
import type { Recovery } from './flow.ts';
import type { Piece, TortureResult } from './index.ts';
import { survived } from './index.ts';
import { MEMORY_BOUND_BYTES, mebibytes } from './piece.ts';

/** The value below which a share of the sorted values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
const seconds = (ms: number): string => (Number.isNaN(ms) ? '-' : (ms / 1000).toFixed(1));
const spread = (recoveries: readonly Recovery[], of: keyof Recovery): string =>
  [0.5, 0.95, 1]
    .map((share) =>
      seconds(
        quantile(
          recoveries.map((recovery) => recovery[of]),
          share,
        ),
      ),
    )
    .join(' / ');

/** Rows of kind, count and recovery, in the order of the catalogue of faults. */
export function recoveryTable(pieces: readonly Piece[]): readonly string[][] {
  const suffered = pieces.flatMap((piece) => piece.suffered);
  const calm = pieces.flatMap((piece) => piece.calm);
  const row = (kind: string, times: number, recoveries: readonly Recovery[]) => [
    kind,
    String(times),
    spread(recoveries, 'enrichedMs'),
    spread(recoveries, 'alertsMs'),
    spread(recoveries, 'storedMs'),
  ];
  return [
    row('nothing', calm.length, calm),
    ...faults.flatMap(({ kind }) => {
      const of = suffered.filter((one) => one.kind === kind);
      const recoveries = of.flatMap(({ recovery }) => (recovery === null ? [] : [recovery]));
      return of.length === 0 ? [] : [row(kind, of.length, recoveries)];
    }),
  ];
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) => [line(head), line(head.map(() => '---')), ...rows.map(line)];

/** Machine class only: neither its name nor its paths. */
const machine = (): string =>
  `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;

export function markdown({ seed, pieces }: TortureResult): string {
  const ends = pieces.flatMap((piece) => piece.ends);
  const skipped = [...new Set(pieces.flatMap((piece) => piece.skipped))];
  return [
    `Seed \`${seed}\`: ${survived(pieces)} faults in ${pieces.length} pieces, ${pieces.every(({ problems }) => problems.length === 0) ? 'all survived' : 'NOT survived'}. Machine: ${machine()}.`,
    '',
    ...table(
      ['piece', 'Kafka', 'brokers', 'stage processes', 'faults', 'raw records', 'records compared', 'differences', 'seconds', 'load', 'highest memory'],
      pieces.map((piece) => [
        String(piece.index),
        piece.kafkaVersion ?? '4.2.2',
        String(piece.brokers),
        String(piece.members),
        String(piece.suffered.length),
        String(piece.sent),
        String(piece.compared),
        String(piece.problems.length),
        String(piece.seconds),
        piece.load.toFixed(0),
        `${mebibytes(piece.memoryBytes)} MiB`,
      ]),
    ),
    '',
    `No stage process held more than ${mebibytes(Math.max(...pieces.map(({ memoryBytes }) => memoryBytes)))} MiB (bound: ${mebibytes(MEMORY_BOUND_BYTES)} MiB). Stage processes that ended by themselves, and were started again: ${ends.length}.`,
    '',
    'Recovery in seconds, as p50 / p95 / longest. It follows the load of the machine, as the row `nothing` shows:',
    '',
    ...table(['fault', 'times', 'enriched again', 'alerts again', 'stored again'], recoveryTable(pieces)),
    ...(skipped.length === 0 ? [] : ['', `Left out here: ${skipped.join('; ')}.`]),
    '',
    '<details><summary>Every fault</summary>',
    '',
    ...table(
      ['piece', 'at (UTC)', 'fault', 'target', 'enriched', 'alerts', 'stored'],
      pieces.flatMap((piece) =>
        piece.suffered.map(({ kind, target, at, recovery }) => [
          String(piece.index),
          at.slice(11, 19),
          kind,
          target,
          seconds(recovery?.enrichedMs ?? Number.NaN),
          seconds(recovery?.alertsMs ?? Number.NaN),
          seconds(recovery?.storedMs ?? Number.NaN),
        ]),
      ),
    ),
    '',
    '</details>',
    '',
  ].join('\n');
}

export const catalogue = (): string =>
  table(
    ['fault', 'what happens'],
    faults.map(({ kind, does }) => [kind, does]),
  ).join('\n');
