// One rule, by its text, asked of stored events by the engine that runs in the stage.
import type { FieldWarning, StoredDocument } from '../api/rules/detection.ts';
import { linkFiles, parseFile } from '../domains/sigma/index.ts';
import type { Explanation, LinkedRule, RuleSet, RuleSetOptions } from '../domains/sigma/index.ts';
import { fieldWarnings } from '../cli/field-warnings.ts';
import { aliasesOf } from '../pipeline/detect/aliases.ts';
import { openExplain } from '../pipeline/detect/explain-rule.ts';
import { KnownFields, shippedFields } from '../pipeline/detect/known-fields.ts';
import type { KnownSource } from '../pipeline/detect/known-fields.ts';
import { Engine } from '../pipeline/detect/match/engine.ts';
import type { MatchedField } from '../schemas/avro/types.gen.ts';

export type AskedOfRule =
  | { readonly kind: 'try'; readonly text: string; readonly documents: readonly StoredDocument[] }
  | { readonly kind: 'explain'; readonly text: string; readonly document: StoredDocument; readonly filters: readonly string[] }
  | { readonly kind: 'fields'; readonly text: string; readonly known: readonly string[] };

const MOST_CHARS = 256; // of a value, as in findings
let shipped: readonly KnownSource[] | undefined;

/** @throws Error when the text holds no rule: the API has looked before. */
export function askRule(asked: AskedOfRule, options: RuleSetOptions): readonly (readonly MatchedField[] | null)[] | Explanation | readonly FieldWarning[] {
  const filters = asked.kind === 'explain' ? asked.filters : [];
  const set = linkFiles([asked.text, ...filters].map((text, at) => parseFile({ file: at === 0 ? 'text' : `filter ${at}`, text }, options)));
  if (asked.kind === 'fields')
    return fieldWarnings(set, new KnownFields((shipped ??= shippedFields()), asked.known)).warnings.map(({ line, reason }) => ({ line, reason }));
  const rule = ruleOf(set);
  if (asked.kind === 'try') return tried(rule, asked.documents);
  const { logsource, native } = asked.document;
  return openExplain(rule, { filters: set.filters, ...(options.placeholders !== undefined && { placeholders: options.placeholders }) })(
    logsource,
    Buffer.from(native),
  );
}

function ruleOf({ rules, refusals }: RuleSet): LinkedRule {
  const [rule] = rules;
  if (rule === undefined) throw new Error(`The text holds no rule: ${refusals[0]?.reason ?? 'no document is one'}`);
  return rule;
}

function tried(rule: LinkedRule, documents: readonly StoredDocument[]): readonly (readonly MatchedField[] | null)[] {
  const engine = new Engine([rule], { aliasesOf });
  return documents.map(({ logsource, native }) => {
    try {
      const [match] = engine.match(logsource, Buffer.from(native));
      return match?.why().map(({ name, value }) => ({ name, value: value.length > MOST_CHARS ? `${value.slice(0, MOST_CHARS - 1)}…` : value })) ?? null;
    } catch (error) {
      if (error instanceof SyntaxError) return null; // no JSON object: detect sets it aside
      throw error;
    }
  });
}
