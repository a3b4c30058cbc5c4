// A document as the fields in it.
import { ANY_KEY, keyName } from './name.ts';

/** Of a value in a document. An array has the type of its elements with `[]`; `object` and `array` are empty ones, or nested too deep to look into. */
export type LeafType = 'text' | 'integer' | 'number' | 'boolean' | 'null' | 'object' | 'array';
export interface Leaf {
  /** Dotted; keys that are values are `*`. Objects in an array have no key for it. */
  readonly name: string;
  /** LeafType, with `[]` in an array. */
  readonly type: string;
  readonly value: unknown;
  /** The keys that `*` stands for, dotted; undefined where the name has none. */
  readonly key: string | undefined;
}

const MAX_DEPTH = 20;
const MAX_LEAVES = 2_000;
const MAX_NAME = 300; // characters: names are keys of indexes
const MAX_ELEMENTS = 20; // of an array: the others look alike

function typeOf(value: unknown): LeafType {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object';
    default:
      return 'null';
  }
}

/** Every field of a JSON document, at most 2,000 values of it, 20 of each array, 20 levels down; names have at most some 340 characters. */
export function leavesOf(document: unknown): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, name: string, key: string | undefined, isElement: boolean, depth: number): void => {
    if (leaves.length >= MAX_LEAVES) return;
    if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
      if (Array.isArray(value)) {
        if (value.length > 0) {
          for (const element of value.slice(0, MAX_ELEMENTS)) walk(element, name, key, true, depth + 1);
          return;
        }
      } else {
        let isEmpty = true;
        for (const own of Object.keys(value)) {
          isEmpty = false;
          const part = name.length + own.length > MAX_NAME ? ANY_KEY : keyName(own);
          const inner = name === '' ? part : `${name}.${part}`;
          const isValue = part === ANY_KEY;
          walk((value as Readonly<Record<string, unknown>>)[own], inner, isValue ? (key === undefined ? own : `${key}.${own}`) : key, false, depth + 1);
          if (leaves.length >= MAX_LEAVES) return;
        }
        if (!isEmpty) return;
      }
    }
    if (name !== '') leaves.push({ name, type: isElement ? `${typeOf(value)}[]` : typeOf(value), value, key });
  };
  walk(document, '', undefined, false, 0);
  return leaves;
}
