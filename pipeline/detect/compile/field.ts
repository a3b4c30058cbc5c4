// Names of rules to places in documents.

/** Keys from the top of a document down. */
export type Path = readonly string[];
/** Where a field may be, the first that is present wins. */
export interface Field {
  readonly name: string;
  readonly paths: readonly number[];
}

/** Number of no field: of the texts of all leaves, which keywords are searched in. */
export const KEYWORDS = 0;

/**
 * Every field and path of an engine gets a number once; state of an event is arrays by these numbers. Fields that may be in
 * the same places share a number.
 */
export class FieldTable {
  readonly fields: Field[] = [{ name: 'keyword', paths: [] }]; // at KEYWORDS
  readonly paths: Path[] = [];
  readonly #fields = new Map<string, number>();
  readonly #paths = new Map<string, number>();

  /** @param aliases Other names, asked in order when the event has no field of this one. */
  number(name: string, aliases: readonly string[] = []): number {
    const paths = [name, ...aliases].flatMap(readings).map((path) => this.#path(path));
    const key = paths.join(' ');
    const known = this.#fields.get(key);
    if (known !== undefined) return known;
    const field = this.fields.push({ name, paths }) - 1;
    this.#fields.set(key, field);
    return field;
  }

  #path(path: Path): number {
    const key = JSON.stringify(path);
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const number = this.paths.push(path) - 1;
    this.#paths.set(key, number);
    return number;
  }
}

/**
 * `a.b.c` is one key, then `b.c` below `a`, then `c` below `a` and `b`. The first of these that an event has is the field, also where it
 * lies in arrays: objects of one array are expected to spell it alike.
 */
function readings(name: string): readonly Path[] {
  const keys = name.split('.');
  return keys.map((_key, depth) => [...keys.slice(0, depth), keys.slice(depth).join('.')]);
}
