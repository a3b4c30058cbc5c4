// As json-reader.ts, for documents that are objects already.
import { ASCII_TEXT, fold, writeCodes } from '../compile/fold.ts';
import type { KeyEntry, KeyNode } from './key-tree.ts';
import type { LiteralIndex } from './literal-index.ts';
import { HELD_AS, OBJECT } from './view.ts';
import type { EventView, Leaf } from './view.ts';

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Keys beyond this depth are not read. */
const MAX_DEPTH = 1000;

export class ObjectReader {
  readonly #view: EventView;
  #index!: LiteralIndex;

  constructor(view: EventView) {
    this.#view = view;
  }

  read(document: JsonObject, root: KeyNode, index: LiteralIndex, keywordField: number): void {
    this.#index = index;
    this.#object(document, root, false);
    if (keywordField >= 0) for (const text of leavesOf(document)) this.#scan([keywordField], text);
  }

  #object(object: JsonObject, node: KeyNode, isRepeated: boolean): void {
    for (const key of Object.keys(object)) {
      const entry = node.entries.get(key);
      if (entry !== undefined) this.#value(object[key], entry, isRepeated);
    }
  }

  #value(value: unknown, entry: KeyEntry, isRepeated: boolean): void {
    if (Array.isArray(value)) {
      if (entry.path >= 0 && this.#view.stamps[entry.path] !== this.#view.now) this.#add(entry, [], false);
      for (const one of value) this.#value(one, entry, true);
      return;
    }
    const isObject = typeof value === 'object' && value !== null;
    if (entry.path >= 0) this.#add(entry, isObject ? OBJECT : leafOf(value), isRepeated);
    if (isObject && entry.child !== undefined) this.#object(value as JsonObject, entry.child, isRepeated);
    if (isObject || value === null || entry.path < 0 || entry.scanned.length === 0) return;
    this.#scan(entry.scanned, String(leafOf(value)));
  }

  #add({ path, noted }: KeyEntry, leaf: Leaf | readonly Leaf[], isRepeated: boolean): void {
    const view = this.#view;
    const isFirst = view.stamps[path] !== view.now;
    if (!isRepeated) view.values[path] = leaf;
    else if (isFirst) view.values[path] = [leaf as Leaf];
    else (view.values[path] as Leaf[]).push(leaf as Leaf);
    view.stamps[path] = view.now;
    view.heldAs[path] = HELD_AS.value;
    view.folds[path] = -1;
    if (isFirst) for (const field of noted) this.#index.present(field);
  }

  #scan(fields: readonly number[], text: string): void {
    const view = this.#view;
    const folded = fold(text);
    if (view.arena.length < folded.length) view.arena = new Uint8Array(folded.length * 2);
    const end = writeCodes(folded, view.arena, 0);
    const isAscii = ASCII_TEXT.test(folded);
    this.#index.scan(fields, view.arena, 0, end);
    if (!isAscii) for (const field of fields) this.#index.beyondAscii(field);
  }
}

const leafOf = (value: unknown): Leaf =>
  typeof value === 'bigint' ? String(value) : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

/** Texts of all leaves that have one, in document order. */
export function leavesOf(document: unknown): readonly string[] {
  const leaves: string[] = [];
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: document, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (value === null || value === undefined) continue;
    if (typeof value !== 'object') leaves.push(`${value as string | number | boolean | bigint}`);
    else if (depth < MAX_DEPTH) for (const one of Object.values(value).reverse()) open.push({ value: one, depth: depth + 1 });
  }
  return leaves;
}

/** The same with the keys above each, joined by dots; elements of a list have the name of the list. For explanations. */
export function namedLeavesOf(document: unknown): readonly { readonly path: string; readonly text: string }[] {
  const leaves: { path: string; text: string }[] = [];
  const open: { readonly value: unknown; readonly depth: number; readonly path: string }[] = [{ value: document, depth: 0, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth, path } = next;
    if (value === null || value === undefined) continue;
    if (typeof value !== 'object') leaves.push({ path, text: `${value as string | number | boolean | bigint}` });
    else if (depth < MAX_DEPTH) {
      const below = (key: string): string => (Array.isArray(value) ? path : path === '' ? key : `${path}.${key}`);
      for (const [key, one] of Object.entries(value).reverse()) open.push({ value: one, depth: depth + 1, path: below(key) });
    }
  }
  return leaves;
}

/** Integers beyond 2^53 become texts with all their digits. @throws SyntaxError */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? context.source
      : value,
  );
}
