// Paths to fields: in Connect's syntax version 2, dots between, backticks around names that hold dots (KIP-821).
import type { Json } from './json.ts';
import { get, isObject } from './json.ts';
import type { Datum } from './working.ts';
import { DataError, javaClass } from './working.ts';

/** @returns Names of fields from the outside in. @throws Error when a backtick is not closed. */
export function parsePath(text: string): readonly string[] {
  const steps: string[] = [];
  let index = 0;
  while (index < text.length) {
    if (text[index] !== '`') {
      const dot = text.indexOf('.', index);
      steps.push(text.slice(index, dot === -1 ? undefined : dot));
      index = dot === -1 ? text.length : dot + 1;
    } else {
      const [step, next] = quotedStep(text, index);
      steps.push(step);
      index = next;
    }
  }
  if (text.endsWith('.')) steps.push('');
  return steps;
}

/** A closing backtick is followed by a dot or the end; `\`` before a dot is one of the name. */
function quotedStep(text: string, opening: number): readonly [step: string, next: number] {
  let step = '';
  let start = opening + 1;
  for (let index = text.indexOf('`', start); ; index = text.indexOf('`', index + 1)) {
    const isEscaped = index > 0 && text[index - 1] === '\\';
    const isLast = index >= text.length - 1;
    if (index === -1 || (isLast && isEscaped))
      throw new Error(`Incomplete backtick pair in path: [${text}], consider adding a backslash before backtick at position ${opening} to escape it`);
    if (isLast) return [step + text.slice(start, index), index + 1];
    if (text[index + 1] !== '.') continue;
    if (!isEscaped) return [step + text.slice(start, index), index + 2];
    step += `${text.slice(start, index - 1)}\``;
    start = index + 1;
  }
}

/** null when it is absent. @throws DataError when something on the way is no object. */
export function valueAt(datum: Datum, steps: readonly string[], purpose: string): Json {
  let current: Datum = datum;
  for (const step of steps) {
    if (current === null) return null;
    if (!isObject(current)) throw new DataError(`Only Map objects supported in absence of schema for [${purpose}], found: ${javaClass(current)}`);
    current = get(current, step) ?? null;
  }
  return current as Json;
}

/** Paths as a tree: `true` ends one. A path within another adds nothing. */
export interface PathTree {
  readonly [step: string]: PathTree | true;
}
type Growing = Record<string, PathTree | true>;
const nothing = (): Growing => Object.create(null) as Growing; // without what JavaScript puts into every object

export function treeOf(paths: readonly (readonly string[])[]): PathTree {
  const root = nothing();
  for (const steps of paths) grow(root, steps);
  return root;
}

function grow(root: Growing, steps: readonly string[]): void {
  let node = root;
  for (const step of steps.slice(0, -1)) {
    const existing = node[step] ?? nothing();
    if (existing === true) return;
    node[step] = existing;
    node = existing;
  }
  node[steps.at(-1)!] = true;
}
