// Rules as commands of this folder are given them.
import { relative } from 'node:path';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { LinkedCorrelation, LinkedRule, Problem, RuleSet } from '../../domains/sigma/index.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { OWN_RULES, readRuleFiles } from '../../pipeline/detect/open-rules.ts';

/** The rules of this project when no path is given, relative to where the caller stands. */
export const orOurs = (paths: readonly string[]): readonly string[] => (paths.length === 0 ? [relative(process.cwd(), OWN_RULES)] : paths);

/** @throws ConfigError INVALID_CONFIG when a path cannot be read */
export async function readSet(paths: readonly string[], retired = false): Promise<RuleSet> {
  const files = (await Promise.all(orOurs(paths).map((path) => readRuleFiles(path)))).flat();
  return parseRuleSet(files, { includeRetired: retired });
}

/** Where it is, then why. */
export const placed = ({ file, document, line, title, reason }: Problem): string =>
  `${file}:${line} document ${document}${title === null ? '' : ` "${title}"`}: ${reason}`;

/**
 * Rules and correlations that a person means: an id, a name, a title, or a file, with all documents in it.
 * @throws ConfigError INVALID_USAGE when there is none, with the reason where its document was refused
 */
export function meant(set: RuleSet, reference: string): readonly (LinkedRule | LinkedCorrelation)[] {
  const wanted = reference.toLowerCase();
  const all = [...set.rules, ...set.correlations];
  const named = all.filter(({ id, name, title, key }) => [id, name, title, key].some((one) => one?.toLowerCase() === wanted));
  const found = named.length > 0 ? named : all.filter(({ file }) => isFile(file, reference));
  if (found.length > 0) return found;
  const refusal = set.refusals.find(({ title, file }) => title?.toLowerCase() === wanted || isFile(file, reference));
  throw new ConfigError(
    'INVALID_USAGE',
    refusal === undefined
      ? `There is no rule "${reference}": give an id, a title or a file, and with --rules where it lies.`
      : `The rule is refused: ${placed(refusal)}.`,
  );
}
const isFile = (file: string, reference: string): boolean => file === reference || file.endsWith(`/${reference}`);
