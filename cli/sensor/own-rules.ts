import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { LinkedRule } from '../../domains/sigma/index.ts';
import { OWN_RULES, readRuleFiles } from '../../pipeline/detect/open-rules.ts';

/** @param paths Files or folders; empty = the rules of this project. */
export async function openRules(paths: readonly string[]): Promise<readonly LinkedRule[]> {
  const files = (await Promise.all((paths.length === 0 ? [OWN_RULES] : paths).map((path) => readRuleFiles(path)))).flat();
  return parseRuleSet(files).rules;
}
