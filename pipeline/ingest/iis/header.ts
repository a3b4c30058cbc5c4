// The directives of a W3C extended log: https://www.w3.org/TR/WD-logfile
import { isObject } from '../kit.ts';

/** What the lines before have told; kept between records as JSON. */
export interface Header {
  /** Names of the columns, in order. */
  readonly w3c: readonly string[];
  /** Day of `#Date`, for logs whose lines have only a time. */
  readonly date: string;
  readonly software: string;
}
/** IIS 6 and 7 onwards write these unless told otherwise. */
const COMMON = ['date', 'time', 's-ip', 'cs-method', 'cs-uri-stem', 'cs-uri-query', 's-port', 'cs-username', 'c-ip', 'cs(User-Agent)'];
const STATUS = ['sc-status', 'sc-substatus', 'sc-win32-status', 'time-taken'];
const DEFAULTS: ReadonlyMap<number, Header> = new Map([
  [14, { w3c: [...COMMON, ...STATUS], date: '', software: '' }],
  [15, { w3c: [...COMMON, 'cs(Referer)', ...STATUS], date: '', software: '' }],
]);
const DEFAULT_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-fA-F.:]{2,45} [A-Z]{3,16} \/\S* /;

export const NO_HEADER: Header = { w3c: [], date: '', software: '' };
export const isHeader = (value: unknown): value is Header => isObject(value) && Array.isArray(value.w3c);

export const isDirective = (line: string): boolean => /^#(?:Software|Version|Date|Fields|Start-Date|End-Date|Time Format|Remark):/.test(line);

/** `#Fields` counts from here on, wherever it stands. */
export function withDirective(header: Header, line: string): Header {
  const value = line.slice(line.indexOf(':') + 1).trim();
  if (line.startsWith('#Fields:')) return { ...header, w3c: value.split(/[ \t]+/).filter((name) => name !== '') };
  if (line.startsWith('#Date:')) return { ...header, date: value.slice(0, 10) };
  if (line.startsWith('#Software:')) return { ...header, software: value.slice(0, 256) };
  return header;
}

/** Lines are separated by blanks, by some writers with tabs. */
export const cellsOf = (line: string): readonly string[] => (line.includes('\t') ? line.split('\t') : line.trimEnd().split(' '));

/** The header that says how the line is read: the one known, else the one that IIS has by default. */
export function headerOf(known: Header, line: string): Header | undefined {
  const { length } = cellsOf(line);
  if (known.w3c.length > 0) return length === known.w3c.length ? known : undefined;
  return DEFAULT_LINE.test(line.slice(0, 2048)) ? DEFAULTS.get(length) : undefined;
}
