// Names of files: a template with placeholders, whose last part says which records are in the file.
import type { Position } from '../../pipeline/core/index.ts';

const PLACEHOLDERS = ['topic', 'partition', 'organization', 'connector', 'kind', 'dataset', 'class', 'year', 'month', 'day', 'hour', 'file'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
/** Values by placeholder, but for the file. */
export type Values = Readonly<Record<Exclude<Placeholder, 'file'>, string>>;

const PATTERN = /\{([^{}]*)\}/g;
const isKnown = (name: string): name is Placeholder => (PLACEHOLDERS as readonly string[]).includes(name);

/** Placeholders whose value is in the document, so that it has to be read. */
export const OF_DOCUMENT: ReadonlySet<string> = new Set(['class', 'year', 'month', 'day', 'hour']);
export const placeholdersOf = (template: string): readonly string[] => [...template.matchAll(PATTERN)].map(([, name]) => name!);

/** What is wrong with a template, for who wrote it; null = nothing. */
export function templateProblem(template: string): string | null {
  const names = placeholdersOf(template);
  const unknown = names.find((name) => !isKnown(name));
  if (unknown !== undefined) return `{${unknown}} is not known; there are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`;
  if (/[{}]/.test(template.replaceAll(PATTERN, ''))) return 'A brace stands alone.';
  if (!template.endsWith('{file}') || names.filter((name) => name === 'file').length !== 1)
    return 'It ends with {file}, once: that keeps one file apart from another.';
  const fixed = template.replaceAll(PATTERN, 'x');
  if (!/^[\w!.*'()=&$@;:+, /-]+$/.test(fixed)) return 'It holds a character that is not safe in names of objects.';
  if (fixed.startsWith('/') || fixed.split('/').some((segment) => segment === '.' || segment === '..' || segment === ''))
    return 'It begins with a slash, or has a part that is empty, `.` or `..`.';
  return null;
}

/** What stands before `{file}`. Values may come from documents: what is not safe in a name becomes `_`. */
export const prefixOf = (template: string, values: Values): string =>
  template.slice(0, -'{file}'.length).replaceAll(PATTERN, (_whole, name: string) => safe(values[name as keyof Values]));

const safe = (value: string) => {
  const text = value.replaceAll(/[^\w.=@+-]/g, '_').slice(0, 120);
  return text === '' || text === '.' || text === '..' ? '_' : text;
};

export interface DateParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
}
/** In UTC. */
export function datePartsOf(ms: number): DateParts {
  const [year = '', month = '', day = '', hour = ''] = new Date(ms).toISOString().split(/[-T:]/);
  return { year, month, day, hour };
}

/** Sorts as its records do. @param position Of the first record. */
export const fileName = ({ topic, partition, offset }: Position, id: string, extension: string): string =>
  `${topic}-${partition}-${String(offset).padStart(16, '0')}-${id}.${extension}`;
