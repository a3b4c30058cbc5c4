// Rules compiled together: what they have in common is one object, and is asked once per event.
import type { Expression, Item, SigmaRule } from '../../../domains/sigma/index.ts';
import { FieldTable, KEYWORDS } from './field.ts';
import { compileItem } from './predicate.ts';
import type { Check, Predicate } from './predicate.ts';
import { witnessOf } from './witness.ts';
import type { Witness } from './witness.ts';

/** An expression with its items compiled. */
export type Tree =
  | { readonly kind: 'item'; readonly key: string; readonly cost: number; readonly item: Item; readonly field: number; readonly predicate: Predicate }
  | { readonly kind: 'and' | 'or'; readonly key: string; readonly cost: number; readonly of: readonly Tree[] }
  | { readonly kind: 'not'; readonly key: string; readonly cost: number; readonly of: Tree };

/** What one or more rules ask. Rules that ask the same share it. */
export interface Program {
  readonly tree: Tree;
  readonly check: Check;
  /** Undefined: must be run on every event. */
  readonly witness: Witness | undefined;
  /** Numbers of all fields that are read; KEYWORDS among them when all leaves are. */
  readonly fields: ReadonlySet<number>;
}

/** Other names of a field for rules of one log source, asked in order where the event lacks the field itself. */
export type AliasesOf = (rule: SigmaRule) => (field: string) => readonly string[];

export class Programs {
  readonly fields = new FieldTable();
  readonly predicates: Predicate[] = [];
  readonly #aliasesOf: AliasesOf;
  readonly #byItem = new Map<string, Predicate>();
  readonly #byTree = new Map<string, Program>();

  constructor(aliasesOf: AliasesOf) {
    this.#aliasesOf = aliasesOf;
  }

  /** @param rule Its expression is compiled, or taken from an earlier rule that asked the same. */
  compile(rule: SigmaRule): Program {
    const aliases = this.#aliasesOf(rule);
    const fieldOf = (name: string) => this.fields.number(name, aliases(name));
    const tree = this.#tree(rule.expression, fieldOf);
    const known = this.#byTree.get(tree.key);
    if (known !== undefined) return known;
    const read = new Set<number>();
    collect(tree, fieldOf, read);
    const program = { tree, check: checkOf(tree), witness: witnessOf(rule.expression, fieldOf), fields: read };
    this.#byTree.set(tree.key, program);
    return program;
  }

  #tree(expression: Expression, fieldOf: (name: string) => number): Tree {
    if (expression.kind === 'item') return this.#leaf(expression, fieldOf);
    if (expression.kind === 'not') {
      const of = this.#tree(expression.of, fieldOf);
      return { kind: 'not', key: `!${of.key}`, cost: of.cost, of };
    }
    // The cheapest questions first; those that exclude after those that include, which are rarely met.
    const of = expression.of.map((operand) => this.#tree(operand, fieldOf)).sort((a, b) => rank(a) - rank(b));
    const sign = expression.kind === 'and' ? '&' : '|';
    return {
      kind: expression.kind,
      key: `(${of
        .map(({ key }) => key)
        .sort()
        .join(sign)})`,
      cost: of.reduce((sum, { cost }) => sum + cost, 0),
      of,
    };
  }

  #leaf(item: Item, fieldOf: (name: string) => number): Tree {
    const field = item.field === null ? KEYWORDS : fieldOf(item.field);
    const key = `${field} ${item.tests.map((test) => (test.kind === 'fieldref' ? `${fieldOf(test.field)} ` : '') + JSON.stringify(test)).join(' ')}`;
    let predicate = this.#byItem.get(key);
    if (predicate === undefined) {
      predicate = { id: this.predicates.length, ...compileItem(item, field, fieldOf) };
      this.predicates.push(predicate);
      this.#byItem.set(key, predicate);
    }
    return { kind: 'item', key: String(predicate.id), cost: predicate.cost, item, field, predicate };
  }
}

const rank = (tree: Tree): number => tree.cost + (tree.kind === 'not' ? 1000 : 0);

function collect(tree: Tree, fieldOf: (name: string) => number, read: Set<number>): void {
  if (tree.kind === 'item') {
    read.add(tree.field);
    for (const test of tree.item.tests) if (test.kind === 'fieldref') read.add(fieldOf(test.field));
  } else if (tree.kind === 'not') collect(tree.of, fieldOf, read);
  else for (const operand of tree.of) collect(operand, fieldOf, read);
}

/** Asks the tree, each of its predicates once per event. */
export function checkOf(tree: Tree): Check {
  if (tree.kind === 'item') {
    const { predicate } = tree;
    return (view) => view.holds(predicate);
  }
  if (tree.kind === 'not') {
    const check = checkOf(tree.of);
    return (view) => !check(view);
  }
  const checks = tree.of.map(checkOf);
  const [a, b] = checks;
  if (tree.kind === 'and') {
    if (checks.length === 2) return (view) => a!(view) && b!(view);
    return (view) => {
      for (const check of checks) if (!check(view)) return false;
      return true;
    };
  }
  if (checks.length === 2) return (view) => a!(view) || b!(view);
  return (view) => {
    for (const check of checks) if (check(view)) return true;
    return false;
  };
}
