// Values of a document by the names of their places.
import type { Document } from './document.ts';

/** @returns undefined when nothing is there. Where lists lie on the way, the values of all their elements, as one list. */
export type Reader = (document: Document) => unknown;

/** `source.ip`; a name that has dots itself stands in brackets: `unmapped.[goshawk.alert.revision]`. */
export function readerOf(path: string): Reader {
  const parts = partsOf(path);
  if (parts.some((part) => part in Object.prototype)) return (document) => walk(document, parts, 0, Object.hasOwn);
  const [first = '', second, third] = parts;
  if (second === undefined) return (document) => document[first];
  if (parts.length > 3) return (document) => walk(document, parts, 0, isThere);
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
export const partsOf = (path: string): readonly string[] => [...path.matchAll(/\[([^\]]+)\]|[^.]+/g)].map(([whole, bracketed]) => bracketed ?? whole);

const isThere = (): boolean => true;
/** @param has Names that every object seems to have, such as `constructor`, count only where the document has them. */
function walk(from: unknown, parts: readonly string[], at: number, has: (inner: object, part: string) => boolean): unknown {
  let value = from;
  for (let index = at; index < parts.length; index++) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) {
      const found = (value as readonly unknown[]).flatMap((element) => {
        const inner = walk(element, parts, index, has);
        return inner === undefined ? [] : inner;
      });
      return found.length === 0 ? undefined : found;
    }
    if (!has(value, parts[index]!)) return undefined;
    value = (value as Document)[parts[index]!];
  }
  return value;
}
