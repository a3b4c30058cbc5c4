import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Principal } from '../auth/tokens.ts';
import { asProblem } from '../gate/as-problem.ts';
import { mayDo } from '../gate/permissions.ts';

/** Codes of what is wrong with a query's text, named as every GraphQL server names them; for a value in it, ours. */
export type QueryCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'INVALID_REQUEST';

/**
 * An error of a resolver, or of the query itself, as the caller may see it: `message` says what to do, `extensions.code` is stable.
 * What is our mistake is logged with its cause and the request id.
 */
export function maskedError(error: unknown, requestId: string, log: Logger, fallback: QueryCode = 'INVALID_REQUEST'): GraphQLError {
  if (error instanceof GraphQLError && error.originalError === undefined) {
    // From parsing, validation or a scalar: about the query's own text. It has a code already where we gave it one.
    return error.extensions.code === undefined ? withExtensions(error, { ...error.extensions, code: fallback }) : error;
  }
  const original = error instanceof GraphQLError ? error.originalError : error;
  if (original instanceof GraphQLError) return maskedError(original, requestId, log, fallback);
  const problem = asProblem(original);
  if (problem.code === 'UNEXPECTED')
    log.error({ code: problem.code, err: original, requestId, path: error instanceof GraphQLError ? error.path : undefined }, 'A query failed unexpectedly.');
  const extensions = { code: problem.code, requestId, ...(problem.errors.length > 0 && { errors: problem.errors }), ...problem.extensions };
  return error instanceof GraphQLError ? withExtensions(error, extensions, problem.message) : new GraphQLError(problem.message, { extensions });
}

/** Suggestions of what was nearly hit would show the schema, name by name, to who may not look at it. */
export const withoutHints = (error: GraphQLError, principal: Pick<Principal, 'permissions'>): GraphQLError =>
  mayDo('Query.__schema', principal) ? error : withExtensions(error, error.extensions, error.message.replace(/ Did you mean .*$/s, ''));

const withExtensions = ({ nodes, source, positions, path, message }: GraphQLError, extensions: Record<string, unknown>, text = message): GraphQLError =>
  new GraphQLError(text, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, extensions });
