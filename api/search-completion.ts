// What may follow in a search at the caret: fields from the catalogue, values of a field from the newest events and the catalogue's examples.
import { fieldExamplesLike, fieldNamesLike } from '../store/queries/fields.ts';
import { COLUMNS, ecsNameOf } from '../domains/search/fields.ts';
import { printValue } from '../domains/search/print.ts';
import { recentValues } from '../store/queries/search/recent-values.ts';
import { LEVELS } from '../domains/search/values.ts';
import type { Sql } from '../store/queries/sql.ts';

export interface Offer {
  readonly text: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'value';
  readonly about: string;
}
/** What is being typed at the caret, and what it would be replaced by. */
export interface Typing {
  /** Null: a name is typed. */
  readonly field: string | null;
  readonly typed: string;
  readonly from: number;
  readonly to: number;
}

const MOST_OFFERS = 12;
const TYPED = /(?:^|[\s(])(?:-(?=\S))?(?:([A-Za-z_@][\w.@-]*)(?::|<=|>=|<|>))?([^\s()"]*)$/;
const QUOTED_VALUE = /(?:^|[\s(])-?([A-Za-z_@][\w.@-]*):"([^"]*)$/;

/** Null where nothing can be offered: in a phrase, or outside of the text. */
export function typingAt(text: string, caret: number): Typing | null {
  if (caret < 0 || caret > text.length) return null;
  const before = text.slice(0, caret);
  const rest = /^[^\s()"]*"?/.exec(text.slice(caret))?.[0].length ?? 0;
  if (quotesIn(before) % 2 === 1) {
    const quoted = QUOTED_VALUE.exec(before);
    if (quoted === null) return null;
    const [, field = '', typed = ''] = quoted;
    const end = text.indexOf('"', caret);
    return { field, typed, from: caret - typed.length - 1, to: end < 0 ? text.length : end + 1 };
  }
  const match = TYPED.exec(before);
  if (match === null) return null;
  const [, field, typed = ''] = match;
  return { field: field ?? groupField(before) ?? null, typed, from: caret - typed.length, to: caret + rest };
}

const quotesIn = (text: string): number => [...text.matchAll(/(?<!\\)"/g)].length;

/** The field in front of the parenthesis that the end of the text is in. */
function groupField(before: string): string | undefined {
  const open = before.lastIndexOf('(');
  if (open < 0 || before.indexOf(')', open) >= 0) return undefined;
  return /([A-Za-z_@][\w.@-]*):$/.exec(before.slice(0, open))?.[1];
}

export async function completionsOf(sql: Sql, typing: Typing): Promise<readonly Offer[]> {
  return typing.field === null ? namesFor(sql, typing) : valuesFor(sql, typing, typing.field);
}

async function namesFor(sql: Sql, { typed, from, to }: Typing): Promise<readonly Offer[]> {
  const part = typed.toLowerCase();
  const found = await fieldNamesLike(sql, typed, MOST_OFFERS);
  const known = new Set(found.map(({ name }) => name));
  const columns = part === '' ? [] : [...COLUMNS.keys()].filter((name) => name.includes(part) && !known.has(name));
  const offers = [
    ...found.map(({ name, kind, dataset, datasets }) => ({
      name,
      about: `${kind === 'ecs' ? 'ECS' : 'As the sensor names it'}, in ${datasets === 1 ? dataset : `${datasets} datasets, such as ${dataset}`}`,
    })),
    ...columns.map((name) => ({ name, about: 'ECS, not seen yet' })),
  ];
  return offers.slice(0, MOST_OFFERS).map(({ name, about }) => ({ text: name, insert: `${name}:`, from, to, kind: 'field', about }));
}

async function valuesFor(sql: Sql, { typed, from, to }: Typing, field: string): Promise<readonly Offer[]> {
  const ecs = ecsNameOf(field);
  const offer = (text: string, about: string): Offer => ({ text, insert: printValue(text), from, to, kind: 'value', about });
  if (ecs === 'event.severity') {
    const levels = LEVELS.filter((level) => level.includes(typed.toLowerCase()));
    if (levels.length > 0) return levels.map((level) => offer(level, 'A severity'));
  }
  const recent = await recentValues(sql, ecs, typed, MOST_OFFERS);
  const seen = new Set(recent.map(({ name }) => name));
  const examples = recent.length >= MOST_OFFERS ? [] : await fieldExamplesLike(sql, [ecs, field], typed, MOST_OFFERS);
  return [
    ...recent.map(({ name, count }) => offer(name, `${count.toLocaleString('en')} of the newest events`)),
    ...examples.filter((value) => !seen.has(value)).map((value) => offer(value, 'Seen before')),
  ].slice(0, MOST_OFFERS);
}
