// What exporters have said of their records. Kept per stream (the key of the raw record, hence the exporter), by version and domain; bounded.
import { isObject } from '../kit.ts';
import type { Element } from './elements.ts';
import { elementOf } from './elements.ts';

/** @property length 65535 = the value says its length itself. */
export interface TemplateField {
  readonly element: Element;
  readonly length: number;
}
export interface Template {
  readonly fields: readonly TemplateField[];
  /** The first so many fields say what an options record is about; 0 = a record of a flow. */
  readonly scope: number;
  /** Bytes that a record has at least. */
  readonly leastBytes: number;
}
/** As kept: [version/domain/template, scope, id, length, enterprise, id, length, enterprise, ..]. */
type Entry = readonly [string, ...number[]];
interface Known {
  readonly entry: Entry;
  readonly template: Template;
}
/** The oldest first. Immutable once it belongs to a kept value. */
type Book = Map<string, Known>;

export const VARIABLE = 65_535;
const MAX_TEMPLATES = 512;
export const MAX_FIELDS = 256;

export const keyOf = (version: number, domain: number, id: number): string => `${version}/${domain}/${id}`;

/** Read once for each kept value, which is immutable. */
const books = new WeakMap<object, Book>();

export class Templates {
  #book: Book;
  /** Whether there is something to keep that was not kept before. */
  isChanged = false;

  /** @param known What `kept` gave before, or anything else for none. */
  constructor(known: unknown) {
    this.#book = bookOf(isObject(known) && Array.isArray(known.templates) ? (known.templates as readonly Entry[]) : []);
  }

  get(key: string): Template | undefined {
    return this.#book.get(key)?.template;
  }

  /** @param numbers Scope, then id, length and enterprise of each field. Without fields the template is withdrawn. */
  put(key: string, numbers: readonly number[]): void {
    const entry: Entry = [key, ...numbers];
    const known = this.#book.get(key)?.entry;
    const isWithdrawal = numbers.length === 1;
    if (isWithdrawal ? known === undefined : known !== undefined && isSame(known, entry)) return;
    const book = this.#own();
    book.delete(key);
    if (isWithdrawal) return;
    book.set(key, knownOf(entry));
    for (const oldest of book.keys()) {
      if (book.size <= MAX_TEMPLATES) break;
      book.delete(oldest);
    }
  }

  /** Forgets all of a domain that are, or are not, of options. */
  withdraw(prefix: string, isOptions: boolean): void {
    for (const [key, { template }] of this.#book) if (key.startsWith(prefix) && template.scope > 0 === isOptions) this.#own().delete(key);
  }

  /** Immutable JSON, for the next packet. */
  get kept(): unknown {
    const templates = [...this.#book.values()].map(({ entry }) => entry);
    books.set(templates, new Map(this.#book));
    return { templates };
  }

  #own(): Book {
    if (!this.isChanged) this.#book = new Map(this.#book);
    this.isChanged = true;
    return this.#book;
  }
}
const isSame = (a: Entry, b: Entry): boolean => a.length === b.length && a.every((part, index) => part === b[index]);

function bookOf(entries: readonly Entry[]): Book {
  let found = books.get(entries);
  if (found === undefined) {
    found = new Map(entries.map((entry) => [entry[0], knownOf(entry)]));
    books.set(entries, found);
  }
  return found;
}
function knownOf(entry: Entry): Known {
  const [, scope = 0, ...numbers] = entry;
  return { entry, template: templateOf(scope, numbers) };
}

function templateOf(scope: number, numbers: readonly number[]): Template {
  const fields: TemplateField[] = [];
  for (let at = 0; at + 2 < numbers.length; at += 3) {
    const element =
      numbers[at + 2] === V9_SCOPE
        ? { name: V9_SCOPES[numbers[at]!] ?? `scope${numbers[at]}`, type: 'unsigned' as const }
        : elementOf(numbers[at]!, numbers[at + 2]!);
    fields.push({ element, length: numbers[at + 1]! });
  }
  return { fields, scope, leastBytes: fields.reduce((sum, { length }) => sum + (length === VARIABLE ? 1 : length), 0) };
}
/** Stands for the enterprise of the scope fields of NetFlow v9, which have numbers of their own (RFC 3954, 6.1). */
export const V9_SCOPE = -1;
const V9_SCOPES: Readonly<Record<number, string>> = { 1: 'scopeSystem', 2: 'scopeInterface', 3: 'scopeLineCard', 4: 'scopeCache', 5: 'scopeTemplate' };
