// What organizations ask for, compiled once per version: by organization and dataset, so that what nobody wants costs little.
import type { Micros, ReferenceTables } from '../core/index.ts';
import type { RefSubscription, Severity } from '../../schemas/avro/types.gen.ts';
import { SearchError } from '../../domains/search/error.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { refTables } from '../../topologies/topics.ts';

export const FORMATS = ['ecs', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];
export type Kind = 'event' | 'finding' | 'alert';

/** One that is in force and wants records of this kind. */
export interface Taker<R> {
  readonly name: string;
  readonly format: Format;
  /** Null: any. */
  readonly datasets: ReadonlySet<string> | null;
  /** On the scale of the kind. */
  readonly least: number;
  /** Null: all. */
  readonly matches: ((record: R) => boolean) | null;
}
/** Those of one organization, by name. */
export interface Takers<R> {
  readonly all: readonly Taker<R>[];
  /** Of the datasets that any of them names: who may want records of it. */
  readonly byDataset: ReadonlyMap<string, readonly Taker<R>[]>;
  /** Of every other dataset. */
  readonly ofOthers: readonly Taker<R>[];
}

/** How records of a kind are asked. */
export interface Asking<R> {
  readonly kind: Kind;
  readonly leastOf: (severity: Severity) => number;
  /** @throws SearchError for what records of this kind cannot be asked */
  readonly compile: (search: Search) => (record: R) => boolean;
}
/** Told the subscriptions in force that cannot be read (any more), each time they are compiled: they take nothing, and nothing else stops for it. */
export type TellSkipped = (kind: Kind, skipped: readonly Skipped[]) => void;
export interface Skipped {
  readonly organization: string;
  readonly name: string;
  readonly problem: string;
}

/** @returns Who of an organization may want something, as of append time; undefined when nobody does. */
export function subscriptionsOf<R>(
  asking: Asking<R>,
  tell: TellSkipped,
): (tables: ReferenceTables, organization: string, appendedAt: Micros) => Takers<R> | undefined {
  const build = (rows: Iterable<RefSubscription>) => takersOf(rows, asking, tell); // one function, since `derived` goes by it
  return (tables, organization, appendedAt) => tables.derived(refTables.subscriptions, appendedAt, build).get(organization);
}

function takersOf<R>(rows: Iterable<RefSubscription>, asking: Asking<R>, tell: TellSkipped): ReadonlyMap<string, Takers<R>> {
  const skipped: Skipped[] = [];
  const takers = new Map<string, Taker<R>[]>();
  for (const row of newestOfName(rows)) {
    if (!row.enabled || !row.kinds.includes(asking.kind)) continue;
    const taker = takerOf(row, asking);
    if (typeof taker === 'string') skipped.push({ organization: row.organization, name: row.name, problem: taker });
    else takers.set(row.organization, [...(takers.get(row.organization) ?? []), taker]);
  }
  tell(asking.kind, skipped);
  return new Map([...takers].map(([organization, all]) => [organization, routed(all.sort((a, b) => (a.name < b.name ? -1 : 1)))]));
}

/** Of several of one name the last that was written: the others are left from a database that went back, which does not know them any more. */
function newestOfName(rows: Iterable<RefSubscription>): Iterable<RefSubscription> {
  const newest = new Map<string, RefSubscription>();
  for (const row of rows) {
    const key = `${row.organization} ${row.name}`;
    const other = newest.get(key);
    if (other === undefined || other.validFrom <= row.validFrom) newest.set(key, row);
  }
  return newest.values();
}

/** Or why it cannot be one. */
function takerOf<R>({ name, format, datasets, minSeverity, query }: RefSubscription, { leastOf, compile }: Asking<R>): Taker<R> | string {
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) return `There is no format ${format}.`;
  try {
    const search = parseSearch(query);
    return {
      name,
      format: known,
      datasets: datasets.length === 0 ? null : new Set(datasets),
      least: leastOf(minSeverity),
      matches: search.kind === 'all' ? null : compile(search),
    };
  } catch (error) {
    if (error instanceof SearchError) return error.message;
    throw error;
  }
}

function routed<R>(all: readonly Taker<R>[]): Takers<R> {
  const named = new Set(all.flatMap(({ datasets }) => [...(datasets ?? [])]));
  return {
    all,
    byDataset: new Map([...named].map((dataset) => [dataset, all.filter(({ datasets }) => datasets === null || datasets.has(dataset))])),
    ofOthers: all.filter(({ datasets }) => datasets === null),
  };
}
