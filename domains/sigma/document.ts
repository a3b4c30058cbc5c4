// YAML text to documents. Rule files may come from outside: size, depth and aliases are limited.
import { createHash } from 'node:crypto';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { readPlain } from './plain-yaml.ts';
import type { DocumentPlace, Problem } from './problem.ts';

export const MAX_FILE_BYTES = 8 * 1_048_576;
const MAX_DEPTH = 32;
const MAX_ALIASES = 100;

/** A map with what YAML gives: text, numbers, bigints beyond 2^53, booleans, null, lists, maps. Dates are text. */
export interface RawDocument extends DocumentPlace {
  /** As it is written, without the documents around it. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Empty documents are left out. One that cannot be read becomes a problem and does not harm the others. */
export function readDocuments(text: string, file: string): { readonly documents: readonly RawDocument[]; readonly problems: readonly Problem[] } {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES)
    return { documents: [], problems: [{ file, document: 1, line: 1, title: null, reason: `the file is larger than ${MAX_FILE_BYTES} bytes` }] };
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  for (const [index, { text: own, line, read }] of (plainDocuments(text) ?? anyDocuments(text)).entries()) {
    const place = { file, document: index + 1, line };
    const fail = (reason: string, at = line) => problems.push({ ...place, line: at, title: null, reason });
    let body: unknown;
    try {
      body = plain(read(), 0);
    } catch (cause) {
      if (cause instanceof NotYaml) fail(cause.message, cause.line);
      else fail(`it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
      continue;
    }
    if (body === null || body === undefined) continue;
    if (typeof body !== 'object' || Array.isArray(body)) fail('a Sigma document is a map');
    else documents.push({ ...place, text: own, body: body as Record<string, unknown> });
  }
  return { documents, problems };
}

/** A document of a text, found and yet to be read. */
interface FoundDocument {
  readonly text: string;
  readonly line: number;
  /** @throws NotYaml; RangeError beyond the limit of aliases */
  readonly read: () => unknown;
}
class NotYaml extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

function plainDocuments(text: string): readonly FoundDocument[] | undefined {
  let line = 1;
  let counted = 0;
  return readPlain(text)?.map(({ start, end, contents, body }) => {
    for (let at = text.indexOf('\n', counted); at >= 0 && at < contents; at = text.indexOf('\n', counted)) {
      line += 1;
      counted = at + 1;
    }
    return { text: text.slice(start, end), line, read: () => body };
  });
}

function anyDocuments(text: string): readonly FoundDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { version: '1.2', uniqueKeys: true, intAsBigInt: true, lineCounter: lines, logLevel: 'silent' });
  return (Array.isArray(parsed) ? (parsed as Document.Parsed[]) : []).map((document) => {
    const { line } = lines.linePos(document.contents?.range?.[0] ?? document.range[0]);
    return {
      text: text.slice(document.range[0], document.range[2]),
      line,
      read: () => {
        const [error] = document.errors;
        if (error !== undefined) throw new NotYaml(`it is not valid YAML: ${error.message.split('\n')[0]!.replace(/:$/, '')}`, error.linePos?.[0].line ?? line);
        return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
      },
    };
  });
}

/** Integers as numbers where they fit; a fresh copy in which nothing is shared. */
function plain(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`nested more than ${MAX_DEPTH} deep`);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, depth + 1)]));
}

/** 12 hex digits over the content: equal for documents that differ in order of keys, layout or comments only. */
export function versionOf(...bodies: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(bodies.map(sorted)))
    .digest('hex')
    .slice(0, 12);
}
function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
