import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { ConfigError } from '../core/errors.ts';
import { fieldFor, isOwnRule, OWN_FOLDER, parseRuleSet } from '../../domains/sigma/index.ts';
import type { LinkedRule, RuleFile, RuleSet, RuleSetOptions } from '../../domains/sigma/index.ts';
import { aliasesOf } from './aliases.ts';
import type { DetectConfig } from './config.ts';
import { Engine } from './match/engine.ts';

/** Rules of this project; cases lie beside them. */
export const OWN_RULES = fileURLToPath(new URL('../../detections/', import.meta.url));

/** What detect and correlate run before the first numbered set is in force, read once per process. */
export interface OpenRules {
  readonly set: RuleSet;
  /** Reads the fields that correlations group by and count, beside those of the rules. */
  readonly engine: Engine;
  /** Whether the rule is ours or the organization's own: licence and link of public rule sets are not theirs. */
  readonly isOwn: (rule: LinkedRule) => boolean;
}

/**
 * Reads `detections/` (unless switched off) and the configured folders. A document that is refused is logged and left out; the others run.
 *
 * @throws ConfigError INVALID_CONFIG when a folder cannot be read
 */
export async function openRules(config: DetectConfig, log: Pick<Logger, 'info' | 'warn'>): Promise<OpenRules> {
  const set = await readRules(config);
  for (const { file, document, title, reason } of set.refusals)
    log.warn({ code: 'RULE_REFUSED', file, document, title, reason }, 'A rule document was refused; the others run.');
  log.info(
    { rules: set.rules.length, correlations: set.correlations.length, filters: set.filters.length, retired: set.retired.length, refused: set.refusals.length },
    'Rules are loaded.',
  );
  return { set, engine: openEngine(set), isOwn: isOwnRule };
}

/**
 * The rules of `detections/` and of the configured folders.
 * @throws ConfigError INVALID_CONFIG when a folder cannot be read
 */
export async function readRules(config: DetectConfig): Promise<RuleSet> {
  const own = config.ownRules ? (await readRuleFiles(OWN_RULES)).map(({ file, text }) => ({ file: `${OWN_FOLDER}${relative(OWN_RULES, file)}`, text })) : [];
  const others = (await Promise.all(config.directories.map((directory) => readRuleFiles(directory)))).flat();
  return parseRuleSet([...own, ...others], ruleOptionsOf(config));
}

/** How documents are read, wherever they come from. */
export const ruleOptionsOf = ({ placeholders, retiredRules }: DetectConfig): RuleSetOptions => ({ placeholders, includeRetired: retiredRules });

/** The engine as the stage runs it: gated, with aliases, able to read what correlations want. `isGated` false is for comparisons. */
export function openEngine(set: RuleSet, { isGated = true }: { readonly isGated?: boolean } = {}): Engine {
  const correlations = new Map(set.correlations.map((correlation) => [correlation.key, correlation]));
  const alsoRead = (rule: LinkedRule) =>
    rule.correlations.flatMap((key) => {
      const correlation = correlations.get(key)!;
      return [...correlation.groupBy, ...correlation.valueFields].map((name) => fieldFor(correlation, name, rule.key)).filter((field) => field !== undefined);
    });
  return new Engine(set.rules, { isGated, aliasesOf, alsoRead });
}

/** Cases beside our rules are no rules. */
const isRuleFile = (name: string): boolean => /\.ya?ml$/.test(name) && !/\.cases\.ya?ml$/.test(name);

/**
 * All `.yml` and `.yaml` files below a folder, or a single file, sorted by path. Hidden files and folders are left out.
 * @throws ConfigError INVALID_CONFIG when it cannot be read
 */
export async function readRuleFiles(path: string): Promise<readonly RuleFile[]> {
  const root = resolve(path);
  try {
    if (!(await stat(root)).isDirectory()) return [{ file: path, text: await readFile(root, 'utf8') }];
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && isRuleFile(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (file) =>
          !relative(root, file)
            .split('/')
            .some((part) => part.startsWith('.')),
      )
      .sort();
    return await Promise.all(files.map(async (file) => ({ file: join(path, relative(root, file)), text: await readFile(file, 'utf8') })));
  } catch (error) {
    throw new ConfigError(
      'INVALID_CONFIG',
      `Rules cannot be read from ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { path },
      { cause: error },
    );
  }
}
