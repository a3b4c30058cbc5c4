// Which numbered set runs for the record at hand, out of the table of rule versions.
import { RuleSetReader } from './organization-rules.ts';
import type { NumberedRules, RuleVersion } from './organization-rules.ts';
import type { RuleSetOptions } from './rule-set.ts';

/** The row that says that a set is whole; its validity begins with the number of the set. */
const SET = '@set';
const NEWEST = Number.MAX_SAFE_INTEGER;

/** What is asked of reference data. */
interface Tables<T> {
  readonly get: (table: T, key: string, asOf: number) => { readonly validFrom: number } | undefined;
  readonly derived: <D>(table: T, asOf: number, build: (rows: Iterable<RuleVersion>, version: number) => D) => D;
}

export class ActiveRules<T> {
  readonly #table: T;
  readonly files: NumberedRules;
  readonly #reader: RuleSetReader;
  /** Always the same function: by it the tables know what it made. */
  readonly #build: (rows: Iterable<RuleVersion>) => NumberedRules;

  /** @param files What runs before the first set is in force: the rules of the files that this process has. */
  constructor(table: T, files: NumberedRules, options: RuleSetOptions) {
    this.#table = table;
    this.files = files;
    this.#reader = new RuleSetReader(options);
    this.#build = (rows) => {
      const all = [...rows];
      const versions = all.filter(({ ruleId }) => ruleId !== SET);
      return this.#reader.read(versions, all.find(({ ruleId }) => ruleId === SET)?.validFrom ?? 0);
    };
  }

  /** In force for the record at hand. */
  now(tables: Tables<T>): NumberedRules {
    const set = tables.get(this.#table, SET, NEWEST);
    return set === undefined ? this.files : tables.derived(this.#table, set.validFrom, this.#build);
  }

  /** @param number Of a set that has been in force; 0 = the files. */
  ofSet(tables: Tables<T>, number: number): NumberedRules {
    return number === 0 ? this.files : tables.derived(this.#table, number, this.#build);
  }
}
