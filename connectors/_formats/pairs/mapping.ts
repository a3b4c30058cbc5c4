// Mappings as data: which key comes from which places of a document. One function reads them, another prints them.
import type { Document, DocumentKind } from '../document.ts';
import { readerOf, rootOf } from '../path.ts';
import type { Converter } from './values.ts';
import { CONVERTERS } from './values.ts';

/** One key. Of the places of each kind of document the first counts that has something that fits; `?` behind one = of findings and alerts only. */
export interface Mapping {
  readonly key: string;
  readonly as: Converter;
  /** In characters; null = the standard knows none. What is longer is cut. */
  readonly maxLength: number | null;
  readonly ecs: readonly string[];
  readonly ocsf: readonly string[];
  /** Written as `<key>Label` beside the value. */
  readonly label?: string;
  /** What is longer is left out: half of an id is none. */
  readonly isWhole?: true;
}

/** Places are written with blanks between. */
export const mapping = (
  key: string,
  as: Converter,
  maxLength: number | null,
  ecs: string,
  ocsf = '',
  more: Pick<Mapping, 'label' | 'isWhole'> = {},
): Mapping => ({ key, as, maxLength, ecs: ecs.split(' ').filter((path) => path !== ''), ocsf: ocsf.split(' ').filter((path) => path !== ''), ...more });

/** The text of one key. */
export interface Step extends Mapping {
  /** Roots of its places; see `rootsOf`. */
  readonly roots: number;
  readonly read: (document: Document, present: number) => string | undefined;
}
export type Steps = Readonly<Record<DocumentKind, readonly Step[]>>;

/** Resolves places once, so that writing looks nothing up. */
export function compile(mappings: readonly Mapping[]): Steps {
  const of = (pathsOf: (mapping: Mapping) => readonly string[]) => mappings.flatMap((one) => stepOf(one, pathsOf(one)) ?? []);
  return {
    'ecs-event': of(({ ecs }) => ofEvents(ecs)),
    'ecs-finding': of(({ ecs }) => ofFindings(ecs)),
    'ocsf-event': of(({ ocsf }) => ofEvents(ocsf)),
    'ocsf-finding': of(({ ocsf }) => ofFindings(ocsf)),
  };
}

const ofEvents = (paths: readonly string[]) => paths.filter((path) => !path.endsWith('?'));
const ofFindings = (paths: readonly string[]) => paths.map((path) => path.replace('?', ''));

function stepOf(one: Mapping, paths: readonly string[]): Step | undefined {
  if (paths.length === 0) return undefined;
  const places = paths.map((path) => ({ read: readerOf(path), root: rootBit(rootOf(path)) }));
  const { convert } = CONVERTERS[one.as];
  const shorten = shortened(one);
  return {
    ...one,
    roots: places.reduce((bits, { root }) => bits | root, 0),
    read(document, present) {
      for (const { read, root } of places) {
        if ((present & root) === 0) continue;
        const value = read(document);
        if (value === undefined || value === null) continue;
        const text = convert(value);
        const short = text === undefined ? undefined : shorten(text);
        if (short !== undefined) return short;
      }
      return undefined;
    },
  };
}

/** A bit for each name at the top of documents; several names may share one. Most keys of a table are of roots that a document does not have: these are passed over at once. */
const bits = new Map<string, number>();
function rootBit(name: string): number {
  const known = bits.get(name);
  if (known !== undefined) return known;
  const bit = 1 << (bits.size % 32);
  bits.set(name, bit);
  return bit;
}
/** Which roots a document has. */
export function rootsOf(document: Document): number {
  let present = 0;
  for (const name in document) present |= bits.get(name) ?? 0;
  return present;
}

function shortened({ maxLength, isWhole }: Mapping): (text: string) => string | undefined {
  if (maxLength === null) return (text) => text;
  return isWhole === true ? (text) => (text.length > maxLength ? undefined : text) : (text) => cut(text, maxLength);
}

/** At most so many characters, none of them halved. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = 0;
  for (let count = 0; count < maxLength && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
