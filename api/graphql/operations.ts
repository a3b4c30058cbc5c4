// One request to /graphql, from its body to its answer: read, checked, measured against one budget, executed.
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import { asProblem } from '../gate/as-problem.ts';
import type { Limits } from '../gate/limits/index.ts';
import { requireRole } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { ApiContext } from './context.ts';
import { operationOf } from './documents.ts';
import type { Documents, QueryParams } from './documents.ts';
import { maskedError, withoutHints } from './errors.ts';
import { execute } from './execution/execute.ts';
import { checkQuery, QUERY_LIMITS } from './limits.ts';

export interface OperationDeps {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly takeCost: Limits['takeCost'];
  readonly log: Logger;
}
export interface Answer {
  readonly body: ExecutionResult | readonly ExecutionResult[];
  /** Nothing was executed: what was sent is no request that can be. */
  readonly isRefused: boolean;
}
/** An operation that may run. */
interface Ready {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cost: number;
}

/**
 * @param mayChange False for requests that must have no effect, such as GET.
 * @returns Null for a subscription, which is answered elsewhere.
 */
export async function answerOperations(body: unknown, context: ApiContext, mayChange: boolean, deps: OperationDeps): Promise<Answer | null> {
  if (!Array.isArray(body)) return answerOne(body, context, mayChange, deps, QUERY_LIMITS.cost);
  if (body.length === 0 || body.length > QUERY_LIMITS.batch)
    return refused(new ApiProblem('QUERY_TOO_COMPLEX', `A request has 1 to ${QUERY_LIMITS.batch} operations; this one has ${body.length}.`), context, deps);
  // One after the other and out of one budget: many operations are no way around the limits of one.
  const answers: ExecutionResult[] = [];
  let left: number = QUERY_LIMITS.cost;
  for (const each of body as readonly unknown[]) {
    const answer = await answerOne(each, context, mayChange, deps, left);
    if (answer === null)
      return refused(new ApiProblem('INVALID_REQUEST', 'A subscription comes alone, over WebSocket or as server-sent events.'), context, deps);
    const result = answer.body as ExecutionResult;
    left -= (result.extensions?.cost as { readonly requested: number } | undefined)?.requested ?? 0;
    answers.push(result);
  }
  return { body: answers, isRefused: false };
}

async function answerOne(body: unknown, context: ApiContext, mayChange: boolean, deps: OperationDeps, budget: number): Promise<Answer | null> {
  let ready: Ready;
  try {
    const found = readyFor(body, context, mayChange, deps, budget);
    if (found === null) return null;
    if (!('operation' in found)) return { body: found, isRefused: true };
    ready = found;
    await deps.takeCost(context.principal, ready.cost);
  } catch (error) {
    return refused(error, context, deps);
  }
  const { document, operation, variables, cost } = ready;
  const result = await execute({ schema: deps.schema, document, operation, variables, context });
  const extensions = { cost: { requested: cost, limit: QUERY_LIMITS.cost } };
  const errors = result.errors?.map((error) => withoutHints(maskedError(error, context.requestId, deps.log), context.principal));
  return {
    body: { ...(errors !== undefined && { errors }), ...(result.data !== undefined && { data: result.data }), extensions },
    isRefused: result.data === undefined,
  };
}

/** Null for a subscription; `errors` when the text does not hold. */
function readyFor(
  body: unknown,
  { principal }: ApiContext,
  mayChange: boolean,
  { schema, documents }: OperationDeps,
  budget: number,
): Ready | ExecutionResult | null {
  if (typeof body !== 'object' || body === null) throw new ApiProblem('INVALID_REQUEST', 'Send {"query": "...", "variables": {...}} as JSON.');
  const params = body as QueryParams;
  const document = documents.of(params);
  if (document.errors.length > 0) return { errors: document.errors.map((error) => withoutHints(error, principal)) };
  const operation = operationOf(document.node, params.operationName);
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return null;
  if (operation.operation === OperationTypeNode.MUTATION && !mayChange)
    throw new ApiProblem('METHOD_NOT_ALLOWED', 'Mutations are sent with POST.', { headers: { allow: 'POST' } });
  const variables = params.variables ?? {};
  if (typeof variables !== 'object' || Array.isArray(variables)) throw new ApiProblem('INVALID_REQUEST', '`variables` is an object.');
  const { cost, isIntrospection } = checkQuery(schema, document.node, operation, variables as Readonly<Record<string, unknown>>);
  if (cost > budget)
    throw new ApiProblem('QUERY_TOO_COMPLEX', `The operations of this request together may ask for ${QUERY_LIMITS.cost} objects. Send fewer of them at once.`);
  if (isIntrospection) requireRole(principal, 'Query.__schema');
  return { document: document.node, operation, variables: variables as Readonly<Record<string, unknown>>, cost };
}

function refused(error: unknown, { requestId }: ApiContext, { log }: OperationDeps): Answer {
  if (error instanceof GraphQLError) return { body: { errors: [error] }, isRefused: true };
  const problem = asProblem(error);
  if (problem.code === 'UNEXPECTED') return { body: { errors: [maskedError(error, requestId, log)] }, isRefused: true };
  const retryAfter = problem.headers['retry-after'];
  const extensions = {
    code: problem.code,
    requestId,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }),
  };
  return { body: { errors: [new GraphQLError(problem.message, { extensions })] }, isRefused: true };
}
