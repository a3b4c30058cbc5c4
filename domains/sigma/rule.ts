// A detection rule, checked.
import { parseDetection } from './detection.ts';
import type { RawDocument } from './document.ts';
import type { Expression } from './expression.ts';
import type { ItemContext } from './item.ts';
import { parseLogsource } from './logsource.ts';
import type { RuleLogsource } from './logsource.ts';
import { parseMetadata } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { below, refuse } from './problem.ts';

export interface SigmaRule extends Metadata {
  readonly logsource: RuleLogsource;
  /** Condition with its search identifiers put in, and filters applied once linked. */
  readonly expression: Expression;
  /** As written; more than one means that one must hold. */
  readonly conditions: readonly string[];
}

/** @throws Refusal */
export function parseRule(raw: RawDocument, context: ItemContext): SigmaRule {
  const { detection } = raw.body;
  if (typeof detection !== 'object' || detection === null || Array.isArray(detection)) return refuse('the detection is no map', 'detection');
  const metadata = parseMetadata(raw, context.warn);
  const logsource = below('logsource', () => parseLogsource(raw.body['logsource']));
  return { ...metadata, logsource, ...below('detection', () => parseDetection(detection as Record<string, unknown>, [], context)) };
}
