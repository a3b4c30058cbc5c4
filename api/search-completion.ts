// What may follow in a search at the caret: fields from the catalogue, values of a field from the newest events and the catalogue's examples, and what the language has.
import { DESCRIBED_FIELDS, wordsOfField } from '../domains/search/field-words.ts';
import { COLUMNS, ecsNameOf, SHORT_NAMES } from '../domains/search/fields.ts';
import { languageOffers } from '../domains/search/offers.ts';
import { kindOfField } from '../domains/search/operators.ts';
import { printValue } from '../domains/search/print.ts';
import type { Typing } from '../domains/search/typing.ts';
import { LEVELS } from '../domains/search/values.ts';
import { fieldExamplesLike, fieldNamesLike } from '../store/queries/fields.ts';
import { recentValues } from '../store/queries/search/recent-values.ts';
import type { Sql } from '../store/queries/sql.ts';

export interface Offer {
  readonly text: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'value' | 'operator' | 'word';
  readonly about: string;
  /** Of a field, which kind of values it has; null for others, and where nobody has seen one. */
  readonly type: string | null;
  /** Events that have it: of those the catalogue looked at, or of the newest. Null for what nobody has counted. */
  readonly count: number | null;
}

const MOST_OFFERS = 12;

/** What is seen comes first; the language's own fills what is left, and always has a place. */
export async function completionsOf(sql: Sql, typing: Typing): Promise<readonly Offer[]> {
  const own = languageOffers(typing).map((offer): Offer => ({ ...offer, type: null, count: null }));
  const found = await (typing.field === null ? namesFor(sql, typing) : valuesFor(sql, typing, typing.field));
  return [...found.slice(0, Math.max(MOST_OFFERS - own.length, MOST_OFFERS / 2)), ...own].slice(0, MOST_OFFERS);
}

async function namesFor(sql: Sql, { typed, from, to }: Typing): Promise<readonly Offer[]> {
  const part = typed.toLowerCase();
  const offer = (name: string, about: string, type: string | null, count: number | null): Offer => ({
    text: name,
    insert: `${name}:`,
    from,
    to,
    kind: 'field',
    about,
    type,
    count,
  });
  const found = await fieldNamesLike(sql, typed, MOST_OFFERS);
  const known = new Set(found.map(({ name }) => name));
  const unseen = part === '' ? [] : [...new Set([...COLUMNS.keys(), ...DESCRIBED_FIELDS])].filter((name) => name.includes(part) && !known.has(name));
  return [
    ...shortNames(part).map((name) => offer(name, `Short for ${ecsNameOf(name)}`, typeOf(name), null)),
    ...found.map(({ name, kind, types, events, dataset, datasets }) => {
      const where = `in ${datasets === 1 ? dataset : `${datasets} datasets, such as ${dataset}`}`;
      return offer(name, `${wordsOfField(name) ?? (kind === 'ecs' ? 'ECS' : 'As the sensor names it')}, ${where}`, typeOf(name, types), events);
    }),
    ...unseen.map((name) => offer(name, `${wordsOfField(name) ?? 'ECS'}, not seen yet`, typeOf(name), null)),
  ];
}

const shortNames = (part: string): readonly string[] => (part === '' ? [] : [...SHORT_NAMES.keys()].filter((name) => name.toLowerCase().startsWith(part)));

/** What the search compares it as; of fields without a column what the catalogue saw. */
function typeOf(name: string, seen: string | null = null): string | null {
  const kind = kindOfField(name);
  return kind === 'open' ? seen : kind;
}

async function valuesFor(sql: Sql, { typed, operator, from, to }: Typing, field: string): Promise<readonly Offer[]> {
  if (operator === '=~') return []; // an expression, no value
  const ecs = ecsNameOf(field);
  const offer = (text: string, about: string, count: number | null): Offer => ({
    text,
    insert: printValue(text),
    from,
    to,
    kind: 'value',
    about,
    type: null,
    count,
  });
  if (ecs === 'event.severity') {
    const levels = LEVELS.filter((level) => level.includes(typed.toLowerCase()));
    if (levels.length > 0) return levels.map((level) => offer(level, 'A severity', null));
  }
  const recent = await recentValues(sql, ecs, typed, MOST_OFFERS);
  const seen = new Set(recent.map(({ name }) => name));
  const examples = recent.length >= MOST_OFFERS ? [] : await fieldExamplesLike(sql, [ecs, field], typed, MOST_OFFERS);
  return [
    ...recent.map(({ name, count }) => offer(name, 'Of the newest events', count)),
    ...examples.filter((value) => !seen.has(value)).map((value) => offer(value, 'Seen before', null)),
  ];
}
