// Values of a document by the names of their places.
import type { Document } from './document.ts';

/** @returns undefined when nothing is there. Where lists lie on the way, the values of all their elements, as one list. */
export type Reader = (document: Document) => unknown;

/** Of a list, the elements whose property has the value. */
interface Filter {
  readonly property: string;
  readonly value: string;
}
type Part = string | Filter;

/** `source.ip`; a name that has dots itself stands in brackets: `unmapped.[goshawk.alert.revision]`; of a list, some: `observables.[type_id=1].value`. */
export function readerOf(path: string): Reader {
  const parts = partsOf(path);
  const names = parts.filter((part) => typeof part === 'string');
  if (names.some((part) => part in Object.prototype)) return (document) => walk(document, parts, 0, Object.hasOwn);
  const [first = '', second, third] = names;
  if (names.length < parts.length || parts.length > 3) return (document) => walk(document, parts, 0, isThere);
  if (second === undefined) return (document) => document[first];
  // Most places are this deep, and a message asks for a hundred of them.
  return (document) => {
    const outer = document[first];
    if (typeof outer !== 'object' || outer === null) return undefined;
    if (Array.isArray(outer)) return walk(outer, parts, 1, isThere);
    const inner = (outer as Document)[second];
    if (third === undefined || inner === undefined || inner === null) return inner ?? undefined;
    return Array.isArray(inner) || typeof inner !== 'object' ? walk(inner, parts, 2, isThere) : (inner as Document)[third];
  };
}

const partsOf = (path: string): readonly Part[] =>
  [...path.matchAll(/\[(?:([^\]=]+)|([^\]=]+)=([^\]]*))\]|[^.]+/g)].map(([whole, name, property, value]) =>
    property === undefined ? (name ?? whole) : { property, value: value! },
  );
/** The name at the top of the document. */
export const rootOf = (path: string): string => {
  const [first] = partsOf(path);
  return typeof first === 'string' ? first : '';
};

const isThere = (): boolean => true;
/** @param has Names that every object seems to have, such as `constructor`, count only where the document has them. */
function walk(from: unknown, parts: readonly Part[], at: number, has: (inner: object, part: string) => boolean): unknown {
  let value = from;
  for (let index = at; index < parts.length; index++) {
    if (typeof value !== 'object' || value === null) return undefined;
    const part = parts[index]!;
    if (typeof part !== 'string') {
      if (!Array.isArray(value)) return undefined;
      value = (value as readonly unknown[]).filter((element) => String((element as Document | null)?.[part.property]) === part.value);
      continue;
    }
    if (Array.isArray(value)) {
      const found = (value as readonly unknown[]).flatMap((element) => {
        const inner = walk(element, parts, index, has);
        return inner === undefined ? [] : inner;
      });
      return found.length === 0 ? undefined : found;
    }
    if (!has(value, part)) return undefined;
    value = (value as Document)[part];
  }
  return value;
}
