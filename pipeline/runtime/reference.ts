// Tables of reference data as the stages see them: by validity, and by when they took effect. Filled by `reference-reader.ts` or by a test.
import type { Micros, RefTable, ReferenceTables } from '../core/index.ts';

/** What every reference record has: together they are its key. */
export interface ReferenceRow {
  readonly id: string;
  readonly validFrom?: Micros;
}

/** A record takes effect this long after it was written, which is longer than it takes to reach every process. */
export const ACTIVATION_DELAY: Micros = 10_000_000;
const KEEP_REPLACED: Micros = 3_600_000_000; // how long a replaced version is kept for tasks that lag
const CACHED_BUILDS = 16;

interface Version {
  readonly key: string;
  readonly row: unknown;
  readonly validFrom: Micros;
  readonly validTo: Micros;
  readonly activeFrom: Micros;
  activeTo: Micros;
}
/** A derived value and the span of append and as-of time in which it stays the same. Half-open. */
interface Build {
  readonly value: unknown;
  readonly activeFrom: Micros;
  activeTo: Micros;
  readonly validFrom: Micros;
  readonly validTo: Micros;
}

class Table {
  /** Per entity, ascending `validFrom`; of one key the newest first. */
  readonly #entities = new Map<string, Version[]>();
  readonly #byKey = new Map<string, Version>();
  readonly #builds = new Map<unknown, Build[]>();
  #changes: Micros[] = []; // ascending times of activation
  #forgottenChanges = 0;
  #replaced: Version[] = [];
  version = 0;

  put(key: string, row: unknown, writtenAt: Micros): void {
    const activeFrom = writtenAt + ACTIVATION_DELAY;
    const before = this.#byKey.get(key);
    if (before === undefined && row === null) return;
    if (before) {
      before.activeTo = activeFrom;
      this.#replaced.push(before);
      this.#byKey.delete(key);
    }
    if (row !== null) {
      const { id, validFrom = -Infinity, validTo = null } = row as { id: string; validFrom?: Micros; validTo?: Micros | null };
      const version: Version = { key, row, validFrom, validTo: validTo ?? Infinity, activeFrom, activeTo: Infinity };
      const versions = this.#entities.get(id) ?? [];
      const at = versions.findIndex((other) => other.validFrom > validFrom);
      versions.splice(at < 0 ? versions.length : at, 0, version);
      this.#entities.set(id, versions);
      this.#byKey.set(key, version);
    }
    this.version++;
    if (this.#changes.at(-1) !== activeFrom) this.#changes.push(activeFrom);
    for (const builds of this.#builds.values()) for (const build of builds) build.activeTo = Math.min(build.activeTo, activeFrom);
    this.#forget(activeFrom - KEEP_REPLACED);
  }

  /** Rows in memory, those that were replaced or removed a short while ago included. */
  get size(): number {
    return this.#byKey.size + this.#replaced.length;
  }

  get(id: string, asOf: Micros, now: Micros): unknown {
    return holding(this.#entities.get(id), asOf, now)?.row;
  }

  derived<D>(asOf: Micros, now: Micros, build: (rows: Iterable<never>, version: number) => D): D {
    let builds = this.#builds.get(build);
    if (builds === undefined) this.#builds.set(build, (builds = []));
    for (const cached of builds) {
      if (now >= cached.activeFrom && now < cached.activeTo && asOf >= cached.validFrom && asOf < cached.validTo) return cached.value as D;
    }
    const made = this.#build(asOf, now, build as (rows: Iterable<unknown>, version: number) => D);
    builds.unshift(made);
    if (builds.length > CACHED_BUILDS) builds.pop();
    return made.value as D;
  }

  #build(asOf: Micros, now: Micros, build: (rows: Iterable<unknown>, version: number) => unknown): Build {
    let validFrom = -Infinity;
    let validTo = Infinity;
    const rows: unknown[] = [];
    for (const id of [...this.#entities.keys()].sort()) {
      // the same order in every process, however the topic was compacted
      const versions = this.#entities.get(id)!;
      for (const version of versions) {
        if (version.activeFrom > now || version.activeTo <= now) continue;
        for (const edge of [version.validFrom, version.validTo]) {
          if (edge <= asOf) validFrom = Math.max(validFrom, edge);
          else validTo = Math.min(validTo, edge);
        }
      }
      const version = holding(versions, asOf, now);
      if (version) rows.push(version.row);
    }
    const after = this.#changes.findIndex((at) => at > now);
    const count = after < 0 ? this.#changes.length : after;
    return {
      value: build(rows, this.#forgottenChanges + count),
      activeFrom: this.#changes[count - 1] ?? -Infinity,
      activeTo: this.#changes[count] ?? Infinity,
      validFrom,
      validTo,
    };
  }

  #forget(before: Micros): void {
    const old = this.#changes.findIndex((at) => at >= before);
    if (old > 1000) {
      this.#changes.splice(0, old);
      this.#forgottenChanges += old;
    }
    if (this.#replaced.length === 0 || this.#replaced[0]!.activeTo >= before) return;
    for (const version of this.#replaced) {
      if (version.activeTo >= before) continue;
      const id = (version.row as { id: string }).id;
      const versions = this.#entities.get(id)!.filter((other) => other !== version);
      if (versions.length > 0) this.#entities.set(id, versions);
      else this.#entities.delete(id);
    }
    this.#replaced = this.#replaced.filter(({ activeTo }) => activeTo >= before);
  }
}

/** The version in effect whose validity began last at or before `asOf`, unless it has ended. */
function holding(versions: readonly Version[] | undefined, asOf: Micros, now: Micros): Version | undefined {
  if (versions === undefined) return undefined;
  for (let at = versions.length - 1; at >= 0; at--) {
    const version = versions[at]!;
    if (version.validFrom > asOf || version.activeFrom > now || version.activeTo <= now) continue;
    return version.validTo > asOf ? version : undefined;
  }
  return undefined;
}

/**
 * All tables of a process. A row has an `id`, and may have `validFrom` and `validTo` (null while it holds): `get` gives the version of the
 * entity that holds as of a time. What was written less than `ACTIVATION_DELAY` before the record at hand is not yet seen.
 */
export class ReferenceData implements ReferenceTables {
  /** Append time of the record at hand; the runtime sets it before each record. */
  now: Micros = Infinity;
  readonly #tables = new Map<string, Table>();
  readonly #names: ReadonlySet<string> | undefined;

  /** @param names Tables that there are; asking for another is a mistake. Absent = any. */
  constructor(names?: readonly string[]) {
    this.#names = names && new Set(names);
  }

  /** @param key Of the record in the topic, entity + valid-from: a later row under it replaces the former. @param row Null removes it. */
  put(table: string, key: string, row: unknown, writtenAt: Micros): void {
    this.#table(table).put(key, row, writtenAt);
  }

  /** Rows of a table in memory; what was replaced or removed is kept for an hour of what is written, for tasks that lag. */
  size(table: string): number {
    return this.#table(table).size;
  }

  get<R>(table: RefTable<R>, key: string, asOf: Micros): R | undefined {
    return this.#table(table.name).get(key, asOf, this.now) as R | undefined;
  }

  /** Rows come sorted by id. Pass the same function each time: what it built is found by its identity. */
  derived<R, D>(table: RefTable<R>, asOf: Micros, build: (rows: Iterable<R>, version: number) => D): D {
    return this.#table(table.name).derived(asOf, this.now, build as (rows: Iterable<never>, version: number) => D);
  }

  #table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      if (this.#names?.has(name) === false) throw new TypeError(`This process does not read the reference table ${name}`);
      this.#tables.set(name, (table = new Table()));
    }
    return table;
  }
}
