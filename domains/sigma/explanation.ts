// Why a rule did or did not match an event, part by part. JSON as it is; `pipeline/detect/explain-rule.ts` makes it.
import type { RuleLogsource } from './logsource.ts';

export interface ExplainedValue {
  /** As written in the rule; integers beyond 2^53 as text. */
  readonly value: string | number | boolean | null;
  readonly holds: boolean;
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

export interface ExplainedDetection {
  readonly holds: boolean;
  /** One of them must hold. */
  readonly conditions: readonly { readonly text: string; readonly holds: boolean; readonly of: ExplainedCondition }[];
  /** All that the rule names, also those that no condition uses. */
  readonly selections: readonly { readonly name: string; readonly holds: boolean; readonly of: ExplainedDefinition }[];
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
