// GraphQL over POST, GET and WebSocket on one address, and the explorer for browsers.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import { GraphQLError } from 'graphql';
import type { execute as executeOfGraphql, ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { asProblem } from '../gate/as-problem.ts';
import { principalOf, requireRole } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Principal } from '../auth/tokens.ts';
import type { Limits } from '../gate/limits/index.ts';
import { beginOperation, endOperation, openGraphqlSocket, renewGraphqlSocket } from '../live/graphql-socket.ts';
import type { SocketDeps, SocketExtra } from '../live/graphql-socket.ts';
import { requireOwnOrigin } from '../live/origin.ts';
import { apiUrlOf } from '../sensors/address.ts';
import { contextOf } from './context.ts';
import type { ApiContext, Caller, Services } from './context.ts';
import { maskedError, withoutHints } from './errors.ts';
import { sendExplorer } from './explorer.ts';
import { Documents, operationOf } from './documents.ts';
import type { AllowList } from './documents.ts';
import { execute } from './execution/execute.ts';
import { checkQuery, parseLimited } from './limits.ts';
import { answerOperations } from './operations.ts';

export interface GraphqlDeps {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly authenticate: Authenticate;
  /** Sites beside the own one whose pages may open a WebSocket. */
  readonly origins: readonly string[];
  /** Counts what an operation asks for. @throws ApiProblem RATE_LIMITED. */
  readonly takeCost: Limits['takeCost'];
  /** Null: any query may be asked. */
  readonly allowed: AllowList | null;
  readonly log: Logger;
}
/** `Caller` not over WebSocket. */
interface ServerContext extends Caller {
  readonly principal: Principal;
  readonly requestId: string;
}

/** Registers /graphql. @fastify/websocket must be there. */
export function registerGraphql(app: FastifyInstance, { schema, services, authenticate, origins, takeCost, allowed, log }: GraphqlDeps): void {
  const requestIds = new AsyncLocalStorage<string>();
  const documents = new Documents(schema, allowed);
  const yoga = createYoga<ServerContext, ApiContext>({
    schema,
    context: ({ principal, requestId, ...caller }) => contextOf(services, principal, requestId, caller),
    plugins: [limitsBy(takeCost, documents)],
    maskedErrors: { maskError: (error) => maskedError(error, requestIds.getStore() ?? randomUUID(), log) },
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: false,
    cors: false,
    batching: false,
  });

  app.route({ method: 'POST', url: '/graphql', schema: { hide: true }, handler: answer });
  app.route({
    method: 'GET',
    url: '/graphql',
    schema: { hide: true },
    preValidation: async (request) => {
      if (request.ws) requireOwnOrigin(request, origins);
    },
    handler: async (request, reply) => {
      const { query, extensions } = request.query as Record<string, unknown>;
      const isOperation = query !== undefined || extensions !== undefined;
      return !isOperation && (request.headers.accept ?? '').includes('text/html') ? sendExplorer(reply) : answer(request, reply);
    },
    wsHandler: overWebSocket(yoga.getEnveloped, requestIds, { authenticate, live: services.live }, log),
  });

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const principal = principalOf(request);
    const isPost = request.method === 'POST';
    const gone = goneSignal(reply);
    const context = contextOf(services, principal, request.id, { ...callerOf(request), signal: gone });
    const answered = await answerOperations(isPost ? request.body : fromAddress(request), context, isPost, { schema, documents, takeCost, log });
    if (answered === null) return bySse(request, reply);
    // Clients that know GraphQL over HTTP tell a request that is none by its status; for the others every answer is 200.
    const isStrict = (request.headers.accept ?? '').includes('application/graphql-response+json');
    return reply
      .code(answered.isRefused && isStrict ? 400 : 200)
      .type(`${isStrict ? 'application/graphql-response+json' : 'application/json'}; charset=utf-8`)
      .send(JSON.stringify(answered.body));
  }

  /** Subscriptions without a WebSocket. */
  async function bySse(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const response = await requestIds.run(request.id, () =>
      yoga.handleNodeRequestAndResponse(request as never, reply as never, { principal: principalOf(request), requestId: request.id, ...callerOf(request) }),
    );
    response.headers.forEach((value, name) => reply.header(name, value));
    reply.header('x-accel-buffering', 'no'); // nginx would keep what has come until a buffer of its own is full
    return reply.code(response.status).send(response.body ?? '');
  }
}

const callerOf = (request: FastifyRequest) => ({ apiUrl: apiUrlOf(request), authorization: request.headers.authorization ?? null });

/** Aborted when the connection closes before the answer was sent. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new ApiProblem('REQUEST_TIMEOUT', 'The caller is gone.'));
  });
  return gone.signal;
}

/** `GET /graphql?query=...&variables=...&operationName=...&extensions=...`. */
function fromAddress(request: FastifyRequest): unknown {
  const { query, operationName, variables, extensions } = request.query as Readonly<Record<string, string | undefined>>;
  return { query, operationName, variables: fromJson(variables), extensions: fromJson(extensions) };
}
function fromJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiProblem('MALFORMED_JSON', '`variables` and `extensions` of an address are JSON.');
  }
}

const limitsBy = (takeCost: Limits['takeCost'], documents: Documents): Plugin<ApiContext> => ({
  onParse: ({ params, setParseFn }) => {
    documents.of({ query: params.source }); // refuses what is not listed
    setParseFn(parseLimited);
  },
  onExecute: async ({ args, setExecuteFn, setResultAndStopExecution }) => {
    const refusal = await refusalOf(args, takeCost);
    if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
    setExecuteFn(executeAsPlanned);
  },
  onSubscribe: async ({ args, setResultAndStopExecution }) => {
    const refusal = await refusalOf(args, takeCost);
    if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
  },
});

/** In the terms of graphql-js, of an operation that was not refused. */
const executeAsPlanned = ({ schema, document, operationName, variableValues, contextValue, rootValue }: ExecutionArgs): Promise<ExecutionResult> =>
  execute({ schema, document, operation: operationOf(document, operationName), variables: variableValues ?? {}, context: contextValue, root: rootValue });

type Operation = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'> & { readonly contextValue: ApiContext };
async function refusalOf(
  { schema, document, operationName, variableValues, contextValue }: Operation,
  takeCost: Limits['takeCost'],
): Promise<GraphQLError | undefined> {
  try {
    const operation = operationOf(document, operationName);
    const { cost, isIntrospection } = checkQuery(schema, document, operation, variableValues ?? {});
    if (isIntrospection) requireRole(contextValue.principal, 'Query.__schema');
    await takeCost(contextValue.principal, cost);
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    const { code, message, headers } = asProblem(error);
    const retryAfter = headers['retry-after'];
    return new GraphQLError(message, { extensions: { code, ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }) } });
  }
}

type Envelop = ReturnType<typeof createYoga<ServerContext, ApiContext>>['getEnveloped'];
type Operate = (args: ExecutionArgs) => ReturnType<typeof executeOfGraphql>;
interface Enveloped {
  readonly execute: Operate;
  readonly subscribe: Operate;
}

/** The token comes in `connectionParams`: `{ "authorization": "Bearer ..." }`. A socket ends with its token, unless a ping brings the next one. */
function overWebSocket(getEnveloped: Envelop, requestIds: AsyncLocalStorage<string>, deps: SocketDeps, log: Logger) {
  return makeHandler<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: 10_000,
    onConnect: ({ connectionParams, extra }) => openGraphqlSocket(extra, connectionParams?.authorization, deps),
    onPing: ({ extra }, payload) => renewGraphqlSocket(extra, payload, deps),
    onComplete: ({ extra }) => endOperation(extra),
    onSubscribe: async ({ extra }, _id, params) => {
      const requestId = randomUUID();
      return requestIds.run(requestId, async () => {
        try {
          beginOperation(extra);
          const {
            schema,
            execute: run,
            subscribe,
            contextFactory,
            parse,
            validate,
          } = getEnveloped({ principal: extra.principal as Principal, requestId, params } as never);
          const document = parse(params.query);
          const errors = validate(schema, document);
          if (errors.length > 0)
            return errors.map((error: GraphQLError) =>
              withoutHints(maskedError(error, requestId, log, 'GRAPHQL_VALIDATION_FAILED'), extra.principal as Principal),
            );
          return {
            schema,
            document,
            operationName: params.operationName,
            variableValues: params.variables,
            contextValue: await contextFactory(),
            rootValue: { execute: run as Operate, subscribe: subscribe as Operate } satisfies Enveloped,
          } as never;
        } catch (error) {
          return [maskedError(error, requestId, log, 'GRAPHQL_PARSE_FAILED')];
        }
      });
    },
    execute: (args) => (args.rootValue as Enveloped).execute(args),
    subscribe: (args) => (args.rootValue as Enveloped).subscribe(args),
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => withoutHints(maskedError(error, requestIds.getStore() ?? randomUUID(), log), extra.principal as Principal).toJSON()),
  });
}
