// In which line of a document something stands; asked only where something is wrong, so it reads the text again.
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';
import type { RawDocument } from './document.ts';

/** Keys of maps and places in lists, from the top. */
export type KeyPath = readonly (string | number)[];

/** The line of the last key of `path` that is there; the document's first where none is. */
export function lineAt({ text, line }: Pick<RawDocument, 'text' | 'line'>, path: KeyPath): number {
  if (path.length === 0) return line;
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
  const begin = offsetOf(contents);
  let found = begin;
  let at: unknown = contents;
  for (const key of path) {
    const pair = isMap(at) ? at.items.find((one) => String(isNode(one.key) ? one.key.toJSON() : one.key) === String(key)) : undefined;
    const next: unknown = pair === undefined ? (isSeq(at) ? at.items[Number(key)] : undefined) : pair.value;
    const offset = offsetOf(pair === undefined ? next : pair.key);
    if (offset === undefined) break;
    found = offset;
    at = next;
  }
  if (begin === undefined || found === undefined) return line;
  return line + lines.linePos(found).line - lines.linePos(begin).line;
}

/** The line that asks for a field, by its name without modifiers; the document's first where none does. */
export function lineOfField(raw: RawDocument, field: string): number {
  return lineAt(raw, pathOfField(raw.body['detection'], field, ['detection']) ?? []);
}

function pathOfField(value: unknown, field: string, path: KeyPath): KeyPath | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, below] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const [name, ...modifiers] = key.split('|');
    const isAsked = !Array.isArray(value) && (name === field || (modifiers.includes('fieldref') && below === field));
    const found = isAsked ? here : pathOfField(below, field, here);
    if (found !== undefined) return found;
  }
  return undefined;
}
