// Mappings as data: which attribute of an OCSF object comes from which ECS fields. One function builds objects from them, another prints them.
import type { Facts, Reader } from './facts.ts';
import { readerOf } from './facts.ts';
import type { Converter } from './values.ts';
import { CONVERTERS } from './values.ts';

/** The first of `from` that is known and of the right form. */
export interface Leaf {
  readonly kind: 'value';
  readonly from: readonly string[];
  readonly as: Converter;
}
/** An enum and its caption: `table` by value in lower case; what it does not list is 99 with the value as caption. */
export interface Choice {
  readonly kind: 'choice';
  readonly from: readonly string[];
  readonly caption: string;
  readonly table: Readonly<Record<string, readonly [id: number, caption: string]>>;
  /** Written when nothing is known; without it the attribute is left out. */
  readonly otherwise?: readonly [id: number, caption: string];
}
/** One element per object that has something to say; left out when empty. */
export interface List {
  readonly kind: 'list';
  readonly of: readonly Shape[];
}
export interface Shape {
  readonly kind: 'object';
  readonly fields: Readonly<Record<string, Part>>;
  /** Written beside the rest, before it. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** At least one of these, or there is no object and its fields stay unmapped. */
  readonly anyOf?: readonly string[];
  /** All of these, likewise. */
  readonly allOf?: readonly string[];
  /** Stands in for the object where the class must have one. */
  readonly unknown?: Readonly<Record<string, unknown>>;
}
/** The first object that has something to say. */
export interface Either {
  readonly kind: 'either';
  readonly of: readonly Shape[];
}
export type Part = Leaf | Choice | List | Shape | Either;

export const value = (as: Converter, ...from: readonly string[]): Leaf => ({ kind: 'value', from, as });
export const text = (...from: readonly string[]): Leaf => value('text', ...from);
export const list = (...of: readonly Shape[]): List => ({ kind: 'list', of });
export const either = (...of: readonly Shape[]): Either => ({ kind: 'either', of });
export const object = (fields: Shape['fields'], more: Omit<Shape, 'kind' | 'fields'> = {}): Shape => ({ kind: 'object', fields, ...more });
export const choice = (caption: string, from: readonly string[], table: Choice['table'], otherwise?: Choice['otherwise']): Choice => ({
  kind: 'choice',
  caption,
  from,
  table,
  ...(otherwise === undefined ? {} : { otherwise }),
});

type Document = Record<string, unknown>;
/** Writes one attribute. Names of ECS fields that found their place are added to `placed`; IN_PART for one of which only a part did. */
type Step = (document: Document, facts: Facts, placed: string[]) => void;
const IN_PART = '';
export type Build = (facts: Facts, placed: string[]) => Document | null;

/** Resolves names once, so that building looks nothing up. */
export function compile(shape: Shape): Build {
  const steps = Object.entries(shape.fields).map(([name, part]) => stepOf(name, part));
  const { constants, anyOf, allOf, unknown } = shape;
  return (facts, placed) => {
    const before = placed.length;
    const document: Document = { ...constants };
    for (const step of steps) step(document, facts, placed);
    const isEmpty = placed.length === before;
    const isWhole = (anyOf === undefined || anyOf.some((name) => name in document)) && (allOf === undefined || allOf.every((name) => name in document));
    if (isWhole && !isEmpty) return document;
    if (unknown !== undefined) return { ...document, ...unknown };
    placed.length = before;
    return null;
  };
}

function stepOf(name: string, part: Part): Step {
  switch (part.kind) {
    case 'value':
      return leaf(name, part);
    case 'choice':
      return chosen(name, part);
    case 'object': {
      const build = compile(part);
      return (document, facts, placed) => {
        const inner = build(facts, placed);
        if (inner !== null) document[name] = inner;
      };
    }
    case 'either': {
      const builds = part.of.map(compile);
      return (document, facts, placed) => {
        for (const build of builds) {
          const inner = build(facts, placed);
          if (inner === null) continue;
          document[name] = inner;
          return;
        }
      };
    }
    case 'list': {
      const builds = part.of.map(compile);
      return (document, facts, placed) => {
        const inner = builds.map((build) => build(facts, placed)).filter((element) => element !== null);
        if (inner.length > 0) document[name] = inner;
      };
    }
  }
}

const readers = (from: readonly string[]): readonly (readonly [string, Reader])[] => from.map((name) => [name, readerOf(name)] as const);
/** Where one attribute takes the first of several values, the field stays among the unmapped, too. */
const place = (placed: string[], source: string, known: unknown, taken: unknown): void => {
  placed.push(Array.isArray(known) && known.length > 1 && !Array.isArray(taken) ? IN_PART : source);
};

function leaf(name: string, { from, as }: Leaf): Step {
  const sources = readers(from);
  const convert = CONVERTERS[as];
  return (document, facts, placed) => {
    for (const [source, read] of sources) {
      const known = read(facts);
      if (known === undefined || known === null) continue;
      const converted = convert(known);
      if (converted === undefined) continue;
      document[name] = converted;
      place(placed, source, known, converted);
      return;
    }
  };
}

function chosen(name: string, { from, caption, table, otherwise }: Choice): Step {
  const sources = readers(from);
  return (document, facts, placed) => {
    for (const [source, read] of sources) {
      const known = read(facts);
      const said = CONVERTERS.text(known);
      if (said === undefined) continue;
      const word = said.toLowerCase();
      const found = Object.hasOwn(table, word) ? table[word]! : ([99, said] as const);
      [document[name], document[caption]] = found;
      place(placed, source, known, said);
      return;
    }
    if (otherwise !== undefined) [document[name], document[caption]] = otherwise;
  };
}
