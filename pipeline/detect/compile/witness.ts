// What must be in an event, or the rule cannot match: found once when rules are loaded, asked of every event.
import type { Expression, Item, Pattern, Test } from '../../../domains/sigma/index.ts';
import { KEYWORDS } from './field.ts';
import { fold } from './fold.ts';
import { estimateShare } from './rarity.ts';
import { requiredLiterals } from './regex-literals.ts';

/**
 * A piece of a folded value: at its start, at its end, both or anywhere. Empty and anchored at the start: any value, null
 * included. `field` may be KEYWORDS: then it is about some leaf of the record.
 */
export interface Literal {
  readonly field: number;
  readonly text: string;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}
/** One of these must be in the event. `share`: guessed share of events in which one is. */
export interface Witness {
  readonly literals: readonly Literal[];
  readonly share: number;
}

/** A field that a rule asks for is in about this share of the events that reach the rule. */
const PRESENT = 0.6;

/** @returns undefined when there is no such set: the expression may hold for an event with none of its fields. */
export function witnessOf(expression: Expression, fieldOf: (name: string) => number, isNegated = false): Witness | undefined {
  if (expression.kind === 'not') return witnessOf(expression.of, fieldOf, !isNegated);
  if (expression.kind === 'item') return isNegated ? undefined : itemWitness(expression, fieldOf);
  const parts = expression.of.map((operand) => witnessOf(operand, fieldOf, isNegated));
  if ((expression.kind === 'and') !== isNegated)
    return parts.reduce((best, part) => (best === undefined || (part !== undefined && part.share < best.share) ? part : best), undefined);
  return parts.includes(undefined) ? undefined : union(parts as Witness[]);
}

function union(parts: readonly Witness[]): Witness {
  const literals = new Map(parts.flatMap((part) => part.literals).map((one) => [`${one.field} ${one.isStart} ${one.isEnd} ${one.text}`, one]));
  return {
    literals: [...literals.values()],
    share: Math.min(
      1,
      parts.reduce((sum, part) => sum + part.share, 0),
    ),
  };
}

function itemWitness(item: Item, fieldOf: (name: string) => number): Witness | undefined {
  const field = item.field === null ? KEYWORDS : fieldOf(item.field);
  const parts = item.tests.map((test) => testWitness(test, field));
  return parts.includes(undefined) ? undefined : union(parts as Witness[]);
}

const present = (field: number): Witness | undefined =>
  field === KEYWORDS ? undefined : { literals: [{ field, text: '', isStart: true, isEnd: false }], share: PRESENT };

function testWitness(test: Test, field: number): Witness | undefined {
  switch (test.kind) {
    case 'null':
      return undefined;
    case 'pattern':
      return patternWitness(test.pattern, field);
    case 'regex': {
      const literals = requiredLiterals(test.source);
      return literals === undefined ? present(field) : union(literals.map((text) => one({ field, text, isStart: false, isEnd: false })));
    }
    case 'cidr': {
      const octets = test.network.bytes.length === 4 ? Math.floor(test.network.bits / 8) : 0;
      if (octets === 0) return present(field);
      const text = [...test.network.bytes.subarray(0, octets)].join('.');
      return one({ field, text: octets < 4 ? `${text}.` : text, isStart: true, isEnd: octets === 4 });
    }
    default:
      return present(field);
  }
}

const one = (literal: Literal): Witness => ({ literals: [literal], share: estimateShare(literal.text, literal.isStart || literal.isEnd) * PRESENT });

/** The rarest piece between wildcards, with the end of the value that it touches. */
function patternWitness(pattern: Pattern, field: number): Witness | undefined {
  let best: Witness | undefined;
  if (pattern.length === 0) best = one({ field, text: '', isStart: true, isEnd: true });
  for (const [index, part] of pattern.entries()) {
    if (typeof part !== 'string') continue;
    const witness = one({ field, text: fold(part), isStart: index === 0, isEnd: index === pattern.length - 1 });
    if (best === undefined || witness.share < best.share) best = witness;
  }
  return best ?? present(field);
}
