// What every kind of Sigma document says of itself.
import { versionOf } from './document.ts';
import type { RawDocument } from './document.ts';
import { refuse } from './problem.ts';
import type { Warn } from './problem.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';
export type Status = 'stable' | 'test' | 'experimental' | 'deprecated' | 'unsupported';
const LEVELS: readonly string[] = ['informational', 'low', 'medium', 'high', 'critical'];
const STATUSES: readonly string[] = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];

export interface Metadata extends RawDocument {
  /** What other parts know the rule by: its id, else its name, else `unnamed-` and the version. */
  readonly key: string;
  /** Hash over the document, and over the filters that were applied to it. */
  readonly version: string;
  /** Hash over the document alone. */
  readonly ownVersion: string;
  readonly title: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly fields: readonly string[];
  /** `medium` where the rule names none. */
  readonly level: Level;
  /** `test` where the rule names none. */
  readonly status: Status;
  readonly date: string | null;
  readonly modified: string | null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_TITLE = 256;

/** Public files are looser than the specification: empty lists, a scalar where a list is due. @throws Refusal */
export function parseMetadata({ body, ...place }: RawDocument, warn: Warn): Metadata {
  const title = text(body, 'title') ?? refuse('there is no title');
  if (title.length > MAX_TITLE) warn(`the title is longer than ${MAX_TITLE} characters`, 'title');
  const id = text(body, 'id');
  if (id !== null && !UUID.test(id)) warn(`the id "${id}" is no UUID`, 'id');
  const name = text(body, 'name');
  const taxonomy = text(body, 'taxonomy');
  if (taxonomy !== null && taxonomy !== 'sigma') refuse(`the taxonomy "${taxonomy}" is not known`, 'taxonomy');
  const version = versionOf(body);
  return {
    ...place,
    body,
    title,
    id,
    name,
    version,
    ownVersion: version,
    key: id ?? name ?? `unnamed-${version}`,
    description: text(body, 'description'),
    author: text(body, 'author'),
    license: text(body, 'license'),
    date: text(body, 'date'),
    modified: text(body, 'modified'),
    references: list(body, 'references'),
    tags: list(body, 'tags'),
    falsepositives: list(body, 'falsepositives'),
    fields: list(body, 'fields'),
    level: (choice(body, 'level', LEVELS, warn) ?? 'medium') as Level,
    status: (choice(body, 'status', STATUSES, warn) ?? 'test') as Status,
  };
}

export function text(body: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = body[key] as string | number | boolean | object | null | undefined;
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'object' ? refuse(`${key} is no text`, key) : String(value);
}

/** A list of texts; null and absent are empty, a scalar is a list of one. */
export function list(body: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const value = body[key];
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value])
    .filter((one) => one !== null)
    .map((one: unknown) => (typeof one === 'object' ? refuse(`${key} holds something that is no text`, key) : String(one as string | number)));
}

function choice(body: Readonly<Record<string, unknown>>, key: string, choices: readonly string[], warn: Warn): string | null {
  const value = text(body, key)?.toLowerCase() ?? null;
  if (value === null || choices.includes(value)) return value;
  warn(`the ${key} "${value}" is none of ${choices.join(', ')}`, key);
  return null;
}
