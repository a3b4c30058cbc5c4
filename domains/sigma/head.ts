// What lists and forms show of a document, without its detection.
import type { Level, Metadata, Status } from './metadata.ts';
import type { RuleLogsource } from './logsource.ts';
import type { RuleSet } from './rule-set.ts';

export type RuleKind = 'rule' | 'correlation' | 'filter';
const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

export interface RuleHead {
  /** Id, else name; else `unnamed-` and the hash. */
  readonly id: string;
  readonly kind: RuleKind;
  readonly title: string;
  /** 0 (informational) to 4 (critical). */
  readonly level: number;
  readonly tags: readonly string[];
  /** Of the document alone: findings carry it as the rule's version, unless filters apply. */
  readonly hash: string;
  readonly text: string;
  readonly file: string;
  readonly head: {
    readonly description: string | null;
    readonly author: string | null;
    readonly license: string | null;
    readonly references: readonly string[];
    readonly falsepositives: readonly string[];
    /** Null of a correlation. */
    readonly logsource: RuleLogsource | null;
    readonly sigmaStatus: Status;
    /** Id and name, by which others refer to it. */
    readonly names: readonly string[];
    /** Ids and names that it refers to. */
    readonly refersTo: readonly string[];
  };
}

/** Of all that a set runs: rules, correlations, filters. */
export const headsOf = ({ rules, correlations, filters }: RuleSet): readonly RuleHead[] => [
  ...rules.map((rule) => headOf('rule', rule, rule.logsource, [])),
  ...correlations.map((correlation) => headOf('correlation', correlation, null, correlation.rules)),
  ...filters.map((filter) => headOf('filter', filter, filter.logsource, filter.rules === 'any' ? [] : filter.rules)),
];

function headOf(kind: RuleKind, document: Metadata, logsource: RuleLogsource | null, refersTo: readonly string[]): RuleHead {
  const { key, title, level, tags, text, file, description, author, license, references, falsepositives, status, id, name } = document;
  return {
    id: key,
    kind,
    title,
    level: LEVELS.indexOf(level),
    tags,
    hash: document.ownVersion,
    text,
    file,
    head: {
      description,
      author,
      license,
      references,
      falsepositives,
      logsource,
      sigmaStatus: status,
      names: [id, name].filter((one) => one !== null),
      refersTo,
    },
  };
}
