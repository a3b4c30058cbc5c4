// Why a rule did or did not match an event, part by part, and why a correlation holds. JSON as it is; `pipeline/detect/explain-rule.ts` and
// `local/correlation-questions.ts` make it.
import type { Bound, CorrelationType } from './correlation.ts';
import type { RuleLogsource } from './logsource.ts';

/** A text of the event, cut around the part that made a value hold. */
export interface MetText {
  /** Where a keyword was found, from the top of the document down, with dots; null for what asks a field: there it is the field. */
  readonly path: string | null;
  /** The three one after the other are the text; `…` stands for what was left out. */
  readonly before: string;
  readonly part: string;
  readonly after: string;
}
export interface ExplainedValue {
  /** As written in the rule; integers beyond 2^53 as text. */
  readonly value: string | number | boolean | null;
  readonly holds: boolean;
  /** Of one that holds and asks for a text: the first three texts that met it. */
  readonly met: readonly MetText[];
}
/** `field|modifier: values` against what the event has there. */
export interface ExplainedEntry {
  readonly kind: 'entry';
  /** Null for keywords, which ask all texts of the event. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly holds: boolean;
  /** Null for keywords. `object`: present, but neither text nor a list of texts. */
  readonly has: 'missing' | 'null' | 'object' | 'value' | null;
  /** The name under which the event has the field, where it is another one than the rule's; null otherwise. */
  readonly foundAs: string | null;
  /** Of an array all elements; each cut after 500 characters, at most 50. */
  readonly seen: readonly string[];
  /** In the order of the rule, with `neq` whether each equals; the first 200, and further ones that hold. */
  readonly values: readonly ExplainedValue[];
  /** How many the rule has. */
  readonly valueCount: number;
}
export type ExplainedDefinition = ExplainedEntry | { readonly kind: 'and' | 'or'; readonly holds: boolean; readonly of: readonly ExplainedDefinition[] };
export type ExplainedCondition =
  | { readonly kind: 'selection'; readonly name: string; readonly holds: boolean }
  | { readonly kind: 'and' | 'or'; readonly holds: boolean; readonly of: readonly ExplainedCondition[] }
  | { readonly kind: 'not'; readonly holds: boolean; readonly of: ExplainedCondition };

/** How the conditions use a selection: to be met, not to be met, both, or not at all. */
export type SelectionUse = 'wanted' | 'excluded' | 'both' | 'unused';

export interface ExplainedDetection {
  readonly holds: boolean;
  /** One of them must hold. */
  readonly conditions: readonly { readonly text: string; readonly holds: boolean; readonly of: ExplainedCondition }[];
  /** All that the rule names, also those that no condition uses. */
  readonly selections: readonly { readonly name: string; readonly use: SelectionUse; readonly holds: boolean; readonly of: ExplainedDefinition }[];
}

export interface Explanation {
  /** The rule meets the event: log source, conditions and filters hold. */
  readonly matches: boolean;
  readonly rule: { readonly key: string; readonly title: string; readonly file: string; readonly version: string };
  /** Attributes that the rule names; each must be among those of the event. */
  readonly logsource: {
    readonly holds: boolean;
    readonly attributes: readonly { readonly name: keyof RuleLogsource; readonly wants: string; readonly has: readonly string[]; readonly holds: boolean }[];
  };
  readonly detection: ExplainedDetection;
  /** Filters that were applied to the rule; each must hold. */
  readonly filters: readonly (ExplainedDetection & { readonly title: string })[];
}

/** What a correlation asks of matches, and what it is told by the events at hand. */
export interface ExplainedCorrelation {
  readonly type: CorrelationType;
  readonly timespanMicros: number;
  readonly groupBy: readonly string[];
  /** Fields whose values are counted, added up or new; empty otherwise. */
  readonly valueFields: readonly string[];
  /** What `measured` is compared with; empty where nothing is counted. */
  readonly bounds: readonly Bound[];
  /** Over names of rules, in place of bounds; null where there is none. */
  readonly condition: string | null;
  /** 0 to 100; null but for value_percentile and value_median. */
  readonly percentile: number | null;
  /** In the order of the correlation: rules, or other correlations, by key. */
  readonly rules: readonly { readonly key: string; readonly title: string; readonly isAwaited: boolean }[];
  /** Of each event, in the order given: which of `rules` it met, with the value that counts there, null where the event has none. */
  readonly events: readonly (readonly { readonly rule: string; readonly value: string | null }[])[];
  /** Over all these matches; null where nothing is counted, or none has a number. */
  readonly measured: number | null;
}
