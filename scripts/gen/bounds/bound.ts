// What is said of one bound, and how its numbers are read from the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../local/project.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;

/** A numeric constant of a file, as `NAME = 16 * 1024` or `name: 4000`. */
export function numberIn(file: string, name: string): number {
  const [, text] = new RegExp(`\\b${name}(?: = |: )([\\d_.*<+ ()]+?)[;,]`).exec(readFileSync(join(projectFolder, file), 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${file} has no number ${name}: scripts/gen/bounds must follow.`);
  return text
    .replaceAll('_', '')
    .split('*')
    .map((factor) => {
      const [base = '', shift = '0'] = factor.split('<<');
      return Number(base) * 2 ** Number(shift);
    })
    .reduce((product, factor) => product * factor, 1);
}

export interface Bound {
  readonly what: string;
  readonly file: string;
  /** The arithmetic, in words. */
  readonly most: string;
  /** Of one stage instance, or of one task where `perTask`; null where it follows from the rules, the rate or what administrators enter. */
  readonly bytes: number | null;
  readonly perTask: boolean;
  readonly stages: readonly string[] | 'every stage' | 'API';
  readonly atBound: string;
}
export const count = (number: number) => number.toLocaleString('en');
export const size = (bytes: number) => (bytes >= MiB ? `${count(Math.round(bytes / MiB))} MiB` : `${count(Math.ceil(bytes / KiB))} KiB`);
