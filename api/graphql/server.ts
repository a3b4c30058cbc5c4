// GraphQL over POST, GET and WebSocket on one address, and the explorer for browsers.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import { getOperationAST, GraphQLError } from 'graphql';
import type { execute, ExecutionArgs, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { asProblem } from '../gate/as-problem.ts';
import { bearerOf, principalOf } from '../gate/gate.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Principal } from '../auth/tokens.ts';
import { openExpiry } from '../live/expiry.ts';
import { apiUrlOf } from '../sensors/address.ts';
import { contextOf } from './context.ts';
import type { ApiContext, Services } from './context.ts';
import { maskedError } from './errors.ts';
import { checkQuery, parseLimited } from './limits.ts';

export interface GraphqlDeps {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly log: Logger;
}
interface ServerContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Not over WebSocket. */
  readonly apiUrl?: string;
}

/** Registers /graphql. @fastify/websocket must be there. */
export function registerGraphql(app: FastifyInstance, { schema, services, authenticate, log }: GraphqlDeps): void {
  const requestIds = new AsyncLocalStorage<string>();
  const yoga = createYoga<ServerContext, ApiContext>({
    schema,
    context: ({ principal, requestId, apiUrl }) => contextOf(services, principal, requestId, apiUrl),
    plugins: [limits],
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
    handler: async (request, reply) => {
      const isOperation = (request.query as Record<string, unknown>).query !== undefined;
      return !isOperation && (request.headers.accept ?? '').includes('text/html') ? sendExplorer(reply) : answer(request, reply);
    },
    wsHandler: overWebSocket(yoga.getEnveloped, requestIds, authenticate, log),
  });

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const principal = principalOf(request);
    const response = await requestIds.run(request.id, () =>
      yoga.handleNodeRequestAndResponse(request as never, reply as never, { principal, requestId: request.id, apiUrl: apiUrlOf(request) }),
    );
    response.headers.forEach((value, name) => reply.header(name, value));
    return reply.code(response.status).send(response.body ?? '');
  }
}

const limits: Plugin<ApiContext> = {
  onParse: ({ setParseFn }) => setParseFn(parseLimited),
  onExecute: ({ args, setResultAndStopExecution }) => {
    const refusal = refusalOf(args);
    if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    const refusal = refusalOf(args);
    if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
  },
};

function refusalOf({
  schema,
  document,
  operationName,
  variableValues,
}: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>): GraphQLError | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) return undefined; // execution says so itself
  try {
    checkQuery(schema, document, operation, variableValues ?? {});
    return undefined;
  } catch (error) {
    const { code, message } = asProblem(error);
    return new GraphQLError(message, { extensions: { code } });
  }
}

type Envelop = ReturnType<typeof createYoga<ServerContext, ApiContext>>['getEnveloped'];
type Operate = (args: ExecutionArgs) => ReturnType<typeof execute>;
interface Enveloped {
  readonly execute: Operate;
  readonly subscribe: Operate;
}
type Session = Record<PropertyKey, unknown> & { principal?: Principal };

/** The token comes in `connectionParams`: `{ "authorization": "Bearer ..." }`. A socket ends with the token that opened it, and the client opens another. */
function overWebSocket(getEnveloped: Envelop, requestIds: AsyncLocalStorage<string>, authenticate: Authenticate, log: Logger) {
  return makeHandler<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: 10_000,
    onConnect: async ({ connectionParams, extra }) => {
      try {
        const { headers, ip } = extra.request;
        const principal = await authenticate(bearerOf(connectionParams?.authorization) ?? bearerOf(headers.authorization) ?? '', ip);
        extra.principal = principal;
        openExpiry(extra.socket, principal);
        return true;
      } catch {
        return false; // 4403 Forbidden, after which a client may come again with another token
      }
    },
    onSubscribe: async ({ extra }, _id, params) => {
      const requestId = randomUUID();
      return requestIds.run(requestId, async () => {
        try {
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
          if (errors.length > 0) return errors.map((error: GraphQLError) => maskedError(error, requestId, log, 'GRAPHQL_VALIDATION_FAILED'));
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
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskedError(error, requestIds.getStore() ?? randomUUID(), log).toJSON()),
  });
}

let explorer: string | undefined;

/** The page brings its own scripts and styles inline, so it works without a network; it may talk to this server only. */
async function sendExplorer(reply: FastifyReply): Promise<FastifyReply> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  explorer ??= renderGraphiQL({
    title: 'Goshawk query explorer',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultQuery: '# Put {"authorization": "Bearer <token>"} under Headers; ./goshawk token makes one.\n{ viewer { user organization roles } }\n',
  });
  return reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'self'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; worker-src blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'`,
    )
    .send(explorer);
}
