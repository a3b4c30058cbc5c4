// Texts of queries that were asked before: read and checked once, and asked for by their hash alone where the caller knows it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getOperationAST, GraphQLError, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { ApiProblem } from '../gate/problem.ts';
import { QUERY_LIMITS, parseLimited } from './limits.ts';

/** Each of at most QUERY_LIMITS.characters; the least recently used is forgotten. */
export const DOCUMENT_LIMITS = { documents: 500 } as const;

export interface QueryParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  /** `persistedQuery`: `{ version: 1, sha256Hash }` (automatic persisted queries). */
  readonly extensions?: unknown;
}
export interface Document {
  readonly text: string;
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly node: DocumentNode;
  /** From parsing or validation; empty = it can be executed. */
  readonly errors: readonly GraphQLError[];
}
/** Queries that may be asked, by the SHA-256 of their text. */
export type AllowList = ReadonlyMap<string, string>;

const HASH = /^[0-9a-f]{64}$/;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #allowed: AllowList | null;
  /** By hash and by text. A document is known only once it has passed validation, and is on the list where there is one. */
  readonly #known = new Map<string, Document>();
  readonly #knownTexts = new Map<string, Document>();

  /** @param allowed Null: any query may be asked. */
  constructor(schema: GraphQLSchema, allowed: AllowList | null) {
    this.#schema = schema;
    this.#allowed = allowed;
  }

  /**
   * What a request asks for.
   * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND: send the text beside the hash. QUERY_NOT_LISTED. ApiProblem INVALID_REQUEST, QUERY_TOO_COMPLEX
   */
  of({ query, extensions }: QueryParams): Document {
    const hash = hashIn(extensions);
    if (query !== undefined && query !== null && typeof query !== 'string') throw invalid('`query` is a text.');
    const text = query ?? (hash === null ? undefined : (this.#known.get(hash)?.text ?? this.#allowed?.get(hash)));
    if (text === undefined && hash === null) throw invalid('Send `query`, the text of an operation, or its hash in `extensions.persistedQuery`.');
    if (text === undefined) throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
    if (text.length > QUERY_LIMITS.characters) parseLimited(text); // refuses it
    const known = this.#knownTexts.get(text);
    const own = known?.hash ?? hashOf(text);
    if (hash !== null && own !== hash) throw invalid('The hash in `extensions.persistedQuery` is not the SHA-256 of `query`.');
    if (this.#allowed !== null && !this.#allowed.has(own))
      throw new GraphQLError('This installation answers listed queries only, and this is none of them. `api.queriesFile` names the list.', {
        extensions: { code: 'QUERY_NOT_LISTED' },
      });
    if (known === undefined) return this.#read(own, text);
    this.#known.delete(own); // to the end: the least recently used is the first
    this.#known.set(own, known);
    return known;
  }

  #read(hash: string, text: string): Document {
    let node: DocumentNode;
    try {
      node = parseLimited(text);
    } catch (error) {
      if (error instanceof GraphQLError) return { text, hash, node: EMPTY, errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
      throw error;
    }
    const errors = validate(this.#schema, node, undefined, { maxErrors: 10 });
    const document = { text, hash, node, errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
    if (errors.length > 0) return document;
    if (this.#known.size >= DOCUMENT_LIMITS.documents) this.#forget(this.#known.values().next().value as Document);
    this.#known.set(hash, document);
    this.#knownTexts.set(text, document);
    return document;
  }

  #forget({ hash, text }: Document): void {
    this.#known.delete(hash);
    this.#knownTexts.delete(text);
  }
}

const EMPTY = { kind: 'Document', definitions: [] } as unknown as DocumentNode;

/** Beyond it a parser's or validator's own code would be missing. */
const withCode = (error: GraphQLError, code: string): GraphQLError =>
  error.extensions.code === undefined
    ? new GraphQLError(error.message, { nodes: error.nodes ?? null, source: error.source ?? null, positions: error.positions ?? null, extensions: { code } })
    : error;

function hashIn(extensions: unknown): string | null {
  const persisted = (extensions as { readonly persistedQuery?: { readonly sha256Hash?: unknown; readonly version?: unknown } } | null | undefined)
    ?.persistedQuery;
  if (persisted === undefined || persisted === null) return null;
  const { sha256Hash, version } = persisted;
  if (version !== 1 || typeof sha256Hash !== 'string' || !HASH.test(sha256Hash))
    throw invalid('`extensions.persistedQuery` is {"version": 1, "sha256Hash": "..."}, the SHA-256 of the text in lower-case hex.');
  return sha256Hash;
}

/** The operation that is meant. @throws GraphQLError when there are several, or none of that name. */
export function operationOf(document: DocumentNode, name: unknown): OperationDefinitionNode {
  const operation = getOperationAST(document, typeof name === 'string' && name !== '' ? name : undefined);
  if (operation !== null && operation !== undefined) return operation;
  throw new GraphQLError('Say in `operationName` which operation of the document is meant.', { extensions: { code: 'INVALID_REQUEST' } });
}

const invalid = (detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: '/body', detail }] });

/**
 * Reads a list of queries: `{"<sha256>": "<text>"}`, as generators of clients write it.
 * @returns Null without a file: any query may be asked.
 * @throws ConfigError INVALID_CONFIG naming what does not fit
 */
export function readAllowList(file: string): AllowList | null {
  if (file === '') return null;
  const refuse = (why: string, cause?: unknown) => new ConfigError('INVALID_CONFIG', `api.queriesFile: ${file}: ${why}`, {}, { cause });
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refuse(cause instanceof SyntaxError ? 'no JSON' : 'cannot be read', cause);
  }
  if (typeof list !== 'object' || list === null || Array.isArray(list)) throw refuse('one JSON object is expected, from hash to text');
  return new Map(
    Object.entries(list).map(([hash, text]: [string, unknown]) => {
      if (typeof text !== 'string' || hashOf(text) !== hash) throw refuse(`"${hash.slice(0, 80)}" is not the SHA-256 of its text`);
      return [hash, text];
    }),
  );
}
