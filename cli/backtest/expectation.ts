// What a backtest is to find, from a file.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { RuleCount } from './backtest.ts';

const count = z.int().min(0);
const range = z
  .strictObject({ min: count.optional(), max: count.optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'It names neither min nor max.')
  .refine(({ min = 0, max = Infinity }) => min <= max, 'min is above max.');
/** Id or title of a rule to its findings; `*` = each rule that is not named. */
const expectation = z.record(z.string(), z.union([count, range]));
export type Expectation = z.infer<typeof expectation>;

export interface Judged {
  readonly rule: string;
  readonly title: string;
  readonly expected: Expectation[string];
  /** Null: the set has no such rule. */
  readonly findings: number | null;
  readonly isRight: boolean;
}

/** YAML or JSON. @throws ConfigError INVALID_USAGE */
export function readExpectation(file: string): Expectation {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}.`, {}, { cause: error });
  }
  const read = expectation.safeParse(document);
  if (read.success) return read.data;
  throw new ConfigError(
    'INVALID_USAGE',
    `${file} does not say what to expect, as \`<rule>: 3\` or \`<rule>: {min: 1, max: 5}\`: ${z.prettifyError(read.error)}`,
  );
}

/** In the order of the file, then what `*` says of others, where that is wrong. A rule that is not there is wrong. */
export function judge(expected: Expectation, rules: readonly RuleCount[]): readonly Judged[] {
  const named = Object.entries(expected).filter(([name]) => name !== '*');
  const found = (name: string) => rules.find(({ rule, title }) => rule.toLowerCase() === name.toLowerCase() || title === name);
  const judged = named.map(([name, wanted]): Judged => {
    const rule = found(name);
    return {
      rule: rule?.rule ?? name,
      title: rule?.title ?? name,
      expected: wanted,
      findings: rule?.findings ?? null,
      isRight: isWithin(wanted, rule?.findings),
    };
  });
  const others = expected['*'];
  if (others === undefined) return judged;
  const mentioned = new Set(judged.map(({ rule }) => rule));
  const strays = rules.filter(({ rule, findings }) => !mentioned.has(rule) && !isWithin(others, findings));
  return [...judged, ...strays.map(({ rule, title, findings }) => ({ rule, title, expected: others, findings, isRight: false }))];
}

function isWithin(wanted: Expectation[string], findings: number | undefined): boolean {
  if (findings === undefined) return false;
  return typeof wanted === 'number' ? findings === wanted : findings >= (wanted.min ?? 0) && findings <= (wanted.max ?? Infinity);
}

export const expectedText = (wanted: Expectation[string]): string => {
  if (typeof wanted === 'number') return `exactly ${wanted}`;
  const { min, max } = wanted;
  return [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(' and ');
};
