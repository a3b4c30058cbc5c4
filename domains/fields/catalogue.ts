// Which fields events have, by organization and dataset, within bounds: what is too much is counted, never kept.
import { exampleOf } from './example.ts';
import type { ExampleKind } from './example.ts';
import { leavesOf } from './leaves.ts';
import { ANY_KEY } from './name.ts';

/** `native`: by the sensor's own name, as rules ask for it; `ecs`: by its ECS name, as a search does. */
export type FieldKind = 'native' | 'ecs';

export interface FieldCount {
  readonly kind: FieldKind;
  readonly name: string;
  /** Of its values, sorted. */
  readonly types: readonly string[];
  /** Different ones, in the order in which they came. */
  readonly examples: readonly string[];
  /** How many of the dataset's events have it. */
  readonly events: number;
  /** Different keys that `*` in the name stood for; 0 where it has none. */
  readonly keys: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}
export interface DatasetFields {
  readonly organization: string;
  readonly dataset: string;
  /** Events that were looked at: a sample of those that came. */
  readonly events: number;
  /** Fields that were left out because there are too many. */
  readonly leftOut: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly fields: readonly FieldCount[];
}

/** One event that is looked at. `at` is its append time, in microseconds. */
export interface SampledEvent {
  readonly organization: string;
  readonly dataset: string;
  readonly at: number;
  readonly native: unknown;
  readonly ecs: unknown;
}

export interface Bounds {
  readonly datasets: number;
  readonly fields: number;
  readonly examples: number;
  /** Names below one object; further ones become `*`. */
  readonly siblings: number;
  readonly types: number;
}
export const BOUNDS: Bounds = { datasets: 500, fields: 2_000, examples: 5, siblings: 300, types: 8 };
const MAX_KEYS = 1_000;

interface Field {
  types: Set<string>;
  examples: Set<string>;
  events: number;
  keys: Set<string>;
  firstSeen: number;
  lastSeen: number;
}
interface Dataset {
  organization: string;
  dataset: string;
  events: number;
  leftOut: number;
  firstSeen: number;
  lastSeen: number;
  readonly fields: Map<string, Field>;
  /** Names by the object that they are in. */
  readonly siblings: Map<string, Set<string>>;
}

export class FieldCatalogue {
  readonly #datasets = new Map<string, Dataset>();
  readonly #examples: ExampleKind;
  readonly #bounds: Bounds;

  constructor(examples: ExampleKind = 'redacted', bounds: Bounds = BOUNDS) {
    this.#examples = examples;
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#datasets.size === 0;
  }

  /** @returns whether it has a field that the catalogue did not have. */
  add({ organization, dataset, at, native, ecs }: SampledEvent): boolean {
    const entry = this.#dataset(organization, dataset, at);
    if (entry === undefined) return false;
    entry.events += 1;
    entry.firstSeen = Math.min(entry.firstSeen, at);
    entry.lastSeen = Math.max(entry.lastSeen, at);
    const met = new Set<Field>();
    const before = entry.fields.size;
    this.#addAll(entry, 'native', native, at, met);
    this.#addAll(entry, 'ecs', ecs, at, met);
    return entry.fields.size > before;
  }

  /** Sorted by organization, dataset, kind and name. */
  *datasets(): Generator<DatasetFields> {
    for (const [, { fields, siblings: _siblings, ...entry }] of [...this.#datasets].sort(byKey))
      yield {
        ...entry,
        fields: [...fields].sort(byKey).map(([key, { types, examples, keys, ...field }]) => {
          const [kind, name] = splitKey(key);
          return { kind, name, types: [...types].sort(), examples: [...examples], keys: keys.size, ...field };
        }),
      };
  }

  #dataset(organization: string, dataset: string, at: number): Dataset | undefined {
    const key = JSON.stringify([organization, dataset]);
    const known = this.#datasets.get(key);
    if (known !== undefined || this.#datasets.size >= this.#bounds.datasets) return known;
    const entry: Dataset = { organization, dataset, events: 0, leftOut: 0, firstSeen: at, lastSeen: at, fields: new Map(), siblings: new Map() };
    this.#datasets.set(key, entry);
    return entry;
  }

  #addAll(entry: Dataset, kind: FieldKind, document: unknown, at: number, met: Set<Field>): void {
    for (const { name: own, type, value, key } of leavesOf(document)) {
      const name = this.#bounded(entry, kind, own);
      const field = this.#field(entry, kind, name, at);
      if (field === undefined) {
        entry.leftOut += 1;
        continue;
      }
      if (!met.has(field)) {
        met.add(field);
        field.events += 1;
        field.firstSeen = Math.min(field.firstSeen, at);
        field.lastSeen = Math.max(field.lastSeen, at);
      }
      if (field.types.size < this.#bounds.types) field.types.add(type);
      if (name !== own || key !== undefined) if (field.keys.size < MAX_KEYS) field.keys.add(key ?? own);
      if (field.examples.size >= this.#bounds.examples) continue;
      const example = exampleOf(name, value, this.#examples);
      if (example !== undefined) field.examples.add(example);
    }
  }

  /** The name, with `*` from where an object has more names than anybody would give their fields. */
  #bounded(entry: Dataset, kind: FieldKind, name: string): string {
    if (entry.fields.has(`${kind} ${name}`) || !name.includes('.')) return name;
    const parts = name.split('.');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = `${kind} ${parts.slice(0, depth).join('.')}`;
      let names = entry.siblings.get(parent);
      if (names === undefined) entry.siblings.set(parent, (names = new Set()));
      const part = parts[depth]!;
      if (names.has(part)) continue;
      if (names.size < this.#bounds.siblings) names.add(part);
      else parts[depth] = ANY_KEY;
    }
    return parts.join('.');
  }

  #field(entry: Dataset, kind: FieldKind, name: string, at: number): Field | undefined {
    const key = `${kind} ${name}`;
    const known = entry.fields.get(key);
    if (known !== undefined || entry.fields.size >= this.#bounds.fields) return known;
    const field: Field = { types: new Set(), examples: new Set(), events: 0, keys: new Set(), firstSeen: at, lastSeen: at };
    entry.fields.set(key, field);
    return field;
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
function splitKey(key: string): readonly [FieldKind, string] {
  const end = key.indexOf(' ');
  return [key.slice(0, end) as FieldKind, key.slice(end + 1)];
}
