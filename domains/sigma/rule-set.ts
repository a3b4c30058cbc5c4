// Documents become a set of rules in which every reference is resolved. One bad document does not harm the others.
import { parseCorrelation } from './correlation.ts';
import type { CorrelationRule } from './correlation.ts';
import { readDocuments } from './document.ts';
import type { RawDocument } from './document.ts';
import { refuseExtension } from './extension.ts';
import { parseFilter } from './filter.ts';
import type { SigmaFilter } from './filter.ts';
import { link } from './link.ts';
import type { Metadata } from './metadata.ts';
import type { Placeholders } from './pattern.ts';
import { pathNow, problemOf, Refusal, refuse } from './problem.ts';
import type { Problem, Warn } from './problem.ts';
import { compileRegex } from './regex.ts';
import { parseRule } from './rule.ts';
import type { SigmaRule } from './rule.ts';

export interface RuleSetOptions {
  readonly placeholders?: Placeholders;
  /** Load rules whose status is deprecated or unsupported, which are left out otherwise. */
  readonly includeRetired?: boolean;
}
export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** Who wants to hear of a match. */
export interface Linked {
  /** False when only correlations want it, and none of them says `generate`: it makes no findings of its own. */
  readonly isAlerting: boolean;
  /** Correlations that refer to it, by key, in the order of the set. */
  readonly correlations: readonly string[];
}
export type LinkedRule = SigmaRule & Linked;
export type LinkedCorrelation = CorrelationRule & Linked;
export interface RuleSet {
  readonly rules: readonly LinkedRule[];
  /** Inner ones stand before those that refer to them. */
  readonly correlations: readonly LinkedCorrelation[];
  /** Already applied to the rules. */
  readonly filters: readonly SigmaFilter[];
  /** Left out because they are deprecated or unsupported. */
  readonly retired: readonly Metadata[];
  /** Documents that were refused, and why. */
  readonly refusals: readonly Problem[];
  /** Documents that were accepted, and what is odd about them. */
  readonly warnings: readonly Problem[];
}

/** Documents of one set, before references are resolved. */
export interface Parsed {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly filters: readonly SigmaFilter[];
  readonly retired: readonly Metadata[];
}

/** One file, read; `link` is yet to come. */
export interface ParsedFile extends Parsed {
  readonly refusals: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Reads all documents of all files, then links them; order does not matter. Never throws on content. */
export const parseRuleSet = (files: readonly RuleFile[], options: RuleSetOptions = {}): RuleSet => linkFiles(files.map((file) => parseFile(file, options)));

/** The rules of files that were read apart, as if they had been read together. */
export function linkFiles(files: readonly ParsedFile[]): RuleSet {
  const all = <K extends keyof ParsedFile>(name: K) => files.flatMap((file) => file[name] as readonly ParsedFile[K][number][]);
  const linked = link({ rules: all('rules'), correlations: all('correlations'), filters: all('filters'), retired: all('retired') });
  return { ...linked, retired: all('retired'), refusals: [...all('refusals'), ...linked.refusals], warnings: [...all('warnings'), ...linked.warnings] };
}

/** All documents of a file. Never throws on content. */
export function parseFile({ file, text }: RuleFile, { placeholders = {}, includeRetired = false }: RuleSetOptions = {}): ParsedFile {
  const parsed = { rules: [] as SigmaRule[], correlations: [] as CorrelationRule[], filters: [] as SigmaFilter[], retired: [] as Metadata[] };
  const { documents, problems } = readDocuments(text, file);
  const refusals: Problem[] = [...problems];
  const warnings: Problem[] = [];
  const isRetired = ({ status }: Metadata) => !includeRetired && (status === 'deprecated' || status === 'unsupported');

  const read = (raw: RawDocument) => {
    const warn: Warn = (reason, ...path) => void warnings.push(problemOf(raw, reason, pathNow(path)));
    const context = { placeholders, warn, checkRegex: compileRegex };
    if (!('correlation' in raw.body)) refuseExtension(raw);
    if ('correlation' in raw.body) {
      const correlation = parseCorrelation(raw, warn);
      if (isRetired(correlation)) parsed.retired.push(correlation);
      else parsed.correlations.push(correlation);
    } else if ('filter' in raw.body) parsed.filters.push(parseFilter(raw, context));
    else if ('detection' in raw.body) {
      const rule = parseRule(raw, context);
      if (isRetired(rule)) parsed.retired.push(rule);
      else parsed.rules.push(rule);
    } else refuse('it has neither detection nor correlation nor filter');
  };

  for (const raw of documents) {
    try {
      read(raw);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(problemOf(raw, error.message, error.path));
    }
  }
  return { ...parsed, refusals, warnings };
}
