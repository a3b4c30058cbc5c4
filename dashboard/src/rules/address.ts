// What of rules, coverage and exceptions stands in the address.
import type { RuleFilter, RuleKind, RuleOrigin, RuleState, Severity } from '../gql/graphql.ts';
import { isSeverity } from '../kit/severity.tsx';

/** The states that are asked for; absent: all but retired ones. */
export const STATES = ['production', 'test', 'draft', 'retired'] as const satisfies readonly RuleState[];
const KINDS = ['rule', 'correlation', 'filter'] as const satisfies readonly RuleKind[];
const ORIGINS = ['api', 'file'] as const satisfies readonly RuleOrigin[];

/** Of the list. Absent means the default. */
export interface RulesSearch {
  readonly q?: string;
  readonly state?: RuleState;
  readonly min?: Severity;
  readonly kind?: RuleKind;
  readonly origin?: RuleOrigin;
  readonly technique?: string;
  readonly hits?: '1';
}

/** What cannot be read is left out. */
export function readRulesSearch({ q, state, min, kind, origin, technique, hits }: Record<string, unknown>): RulesSearch {
  const known = { state: STATES.find((one) => one === state), kind: KINDS.find((one) => one === kind), origin: ORIGINS.find((one) => one === origin) };
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(known.state === undefined ? {} : { state: known.state }),
    ...(typeof min === 'string' && isSeverity(min) && min !== 'informational' ? { min } : {}),
    ...(known.kind === undefined ? {} : { kind: known.kind }),
    ...(known.origin === undefined ? {} : { origin: known.origin }),
    ...(typeof technique === 'string' && /^T\d{4}(\.\d{3})?$/.test(technique) ? { technique } : {}),
    ...(hits === '1' ? { hits } : {}),
  };
}

export const filterOf = ({ q, state, min, kind, origin, technique, hits }: RulesSearch): RuleFilter => ({
  ...(q === undefined ? {} : { search: q }),
  ...(state === undefined ? {} : { state: [state] }),
  ...(min === undefined ? {} : { minLevel: min }),
  ...(kind === undefined ? {} : { kind: [kind] }),
  ...(origin === undefined ? {} : { origin }),
  ...(technique === undefined ? {} : { technique }),
  ...(hits === undefined ? {} : { hasHits: true }),
});

export const PARTS = ['trial', 'explain', 'versions'] as const;
export type Part = (typeof PARTS)[number];
/** Of one rule: what stands beside its text (about it unless said), which event is explained, which version is shown, which rule a new one begins with. */
export interface RuleSearch {
  readonly from?: string;
  readonly part?: Part;
  readonly event?: string;
  readonly version?: string;
}
export function readRuleSearch({ part, event, version, from }: Record<string, unknown>): RuleSearch {
  const known = PARTS.find((one) => one === part);
  return {
    ...(typeof from === 'string' && from !== '' ? { from } : {}),
    ...(known === undefined ? {} : { part: known }),
    ...(typeof event === 'string' && event !== '' ? { event } : {}),
    ...(typeof version === 'string' && /^\d+$/.test(version) ? { version } : {}),
  };
}

/** Of the matrix: over which time findings are counted (a day unless said), what it is shaded by (rules unless said), and which technique is open. */
export interface CoverageSearch {
  readonly span?: '7d' | '30d';
  readonly shade?: 'findings';
  readonly open?: string;
}
export function readCoverageSearch({ span, shade, open }: Record<string, unknown>): CoverageSearch {
  return {
    ...(span === '7d' || span === '30d' ? { span } : {}),
    ...(shade === 'findings' ? { shade } : {}),
    ...(typeof open === 'string' && /^T\d{4}(\.\d{3})?$/.test(open) ? { open } : {}),
  };
}

export interface ExceptionsSearch {
  readonly rule?: string;
  readonly ended?: '1';
}
export function readExceptionsSearch({ rule, ended }: Record<string, unknown>): ExceptionsSearch {
  return { ...(typeof rule === 'string' && rule !== '' ? { rule } : {}), ...(ended === '1' ? { ended } : {}) };
}
