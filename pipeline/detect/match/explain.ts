// Why a rule met an event: the fields that made it so.
import { KEYWORDS } from '../compile/field.ts';
import type { Tree } from '../compile/program.ts';
import type { EventView } from './view.ts';

/** `name` in the words of the rule, `keyword` for keywords; `value` as the event has it, `''` where there is none. */
export interface MetField {
  readonly name: string;
  readonly value: string;
}

/** Of a tree that holds: what it asks for and has found. What it excludes is not part of the answer. */
export function explain(tree: Tree, view: EventView): readonly MetField[] {
  const met = new Map<string, MetField>();
  visit(tree, view, met);
  return [...met.values()];
}

function visit(tree: Tree, view: EventView, met: Map<string, MetField>): void {
  if (tree.kind === 'not') return;
  if (tree.kind === 'item') {
    if (!view.holds(tree.predicate)) return;
    const name = tree.item.field ?? 'keyword';
    const value = valueOf(tree.field, tree.predicate.meets, view);
    met.set(`${name} ${value}`, { name, value });
    return;
  }
  for (const operand of tree.of) if (tree.kind === 'and' || holds(operand, view)) visit(operand, view, met);
}

function holds(tree: Tree, view: EventView): boolean {
  if (tree.kind === 'item') return view.holds(tree.predicate);
  if (tree.kind === 'not') return !holds(tree.of, view);
  return tree.kind === 'and' ? tree.of.every((operand) => holds(operand, view)) : tree.of.some((operand) => holds(operand, view));
}

/** Of an array, or of all leaves, the first element that meets. */
function valueOf(field: number, meets: (text: string) => boolean, view: EventView): string {
  const texts = field === KEYWORDS ? view.leaves() : view.text(field);
  if (typeof texts === 'string') return texts;
  return texts?.find(meets) ?? texts?.[0] ?? '';
}
