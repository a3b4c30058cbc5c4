// Which fields events of a log source are known to have: what rules are checked against before anybody waits for an event that never comes.
import { readFileSync } from 'node:fs';
import { keyName, nearest } from '../../domains/fields/index.ts';
import { items } from '../../domains/sigma/expression.ts';
import type { LinkedRule, RuleLogsource } from '../../domains/sigma/index.ts';
import { aliasesOf } from './aliases.ts';

/** Events that say the same of where they are from, and the fields of their native documents. */
export interface KnownSource {
  readonly product: string;
  readonly category: readonly string[];
  readonly service: readonly string[];
  readonly events: number;
  /** Dotted; keys that are values are `*`. */
  readonly fields: readonly string[];
}
export interface UnknownField {
  readonly field: string;
  /** The name that was probably meant. */
  readonly nearest: string | undefined;
}

/** What the formats' fixtures and the recordings of this project show; `npm run gen` writes it. */
export const shippedFields = (): readonly KnownSource[] =>
  JSON.parse(readFileSync(new URL('known-fields.gen.json', import.meta.url), 'utf8')) as readonly KnownSource[];

/** Below so many known events of a log source, a name that is none of theirs may well be right: it is told only where it looks like another one. */
const ENOUGH_EVENTS = 20;

export class KnownFields {
  readonly #sources: readonly KnownSource[];
  readonly #also: ReadonlySet<string>;
  readonly #byLogsource = new Map<string, { readonly names: ReadonlySet<string>; readonly events: number }>();

  /** @param also Names that count as known in every log source: those that an installation has seen. */
  constructor(sources: readonly KnownSource[], also: Iterable<string> = []) {
    this.#sources = sources;
    this.#also = new Set(also);
  }

  /** Fields of the rule that no event is known to have, in reading order. Undefined when no event of its log source is known. */
  unknownOf(rule: LinkedRule): readonly UnknownField[] | undefined {
    const { names, events } = this.#of(rule.logsource);
    if (events === 0) return undefined;
    const aliases = aliasesOf(rule);
    const unknown = new Map<string, UnknownField>();
    for (const field of fieldsOf(rule)) {
      if (unknown.has(field) || [field, ...aliases(field)].some((name) => this.#has(names, name))) continue;
      const near = nearest(field, names);
      if (near !== undefined || events >= ENOUGH_EVENTS) unknown.set(field, { field, nearest: near });
    }
    return [...unknown.values()];
  }

  #has(names: ReadonlySet<string>, name: string): boolean {
    const collapsed = name.split('.').map(keyName).join('.');
    return [name, collapsed].some((one) => names.has(one) || this.#also.has(one));
  }

  #of(logsource: RuleLogsource): { readonly names: ReadonlySet<string>; readonly events: number } {
    const key = JSON.stringify(logsource);
    let known = this.#byLogsource.get(key);
    if (known === undefined) {
      const { product, category, service } = logsource;
      const sources = this.#sources.filter(
        (source) =>
          (product === null || source.product === product) &&
          (category === null || source.category.includes(category)) &&
          (service === null || source.service.includes(service)),
      );
      known = { names: new Set(sources.flatMap(({ fields }) => fields.flatMap(withParents))), events: sources.reduce((sum, { events }) => sum + events, 0) };
      this.#byLogsource.set(key, known);
    }
    return known;
  }
}

/** A rule may ask for an object as a whole. */
const withParents = (name: string): readonly string[] => {
  const parts = name.split('.');
  return parts.map((_part, index) => parts.slice(0, index + 1).join('.'));
};

function* fieldsOf({ expression }: LinkedRule): Iterable<string> {
  for (const { field, tests } of items(expression)) {
    if (field !== null) yield field;
    for (const test of tests) if (test.kind === 'fieldref') yield test.field;
  }
}
