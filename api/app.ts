// The API as one fastify application. It does not listen: start.ts does, and tests inject.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { openAuthenticate } from './auth/authenticate.ts';
import { registerAuthRoutes } from './auth/routes.ts';
import { openKeys } from './auth/keys.ts';
import { Sessions } from './auth/sessions.ts';
import { Tokens } from './auth/tokens.ts';
import type { ApiDeps, OpenedInputs } from './deps.ts';
import { asProblem } from './gate/as-problem.ts';
import { registerGate, requestIdOf, sendProblem } from './gate/gate.ts';
import { ApiProblem } from './gate/problem.ts';
import { openGateway } from './gateway/gateway.ts';
import { loadSchema } from './graphql/schema.ts';
import { registerGraphql } from './graphql/server.ts';
import { BodyBudget } from './inputs/body.ts';
import { registerInputs } from './inputs/index.ts';
import { registerRooms } from './live/rooms.ts';
import { countRequests } from './metrics.ts';
import { registerDescription } from './rest/description.ts';
import { registerAlertRoutes } from './rest/alerts.ts';
import { registerDeadLetterRoutes } from './rest/dead-letters/routes.ts';
import { registerFieldRoutes } from './rest/fields/routes.ts';
import { registerEventRoutes } from './rest/events/routes.ts';
import { registerProduceRoutes } from './rest/events/produce.ts';
import { IdempotentAnswers } from './rest/idempotency.ts';
import type { Routes } from './rest/kit.ts';
import { registerReferenceRoutes } from './rest/reference/routes.ts';
import { registerExceptionRoutes } from './rest/rules/exceptions.ts';
import { registerRuleRoutes } from './rest/rules/routes.ts';
import { registerSensorRoutes } from './rest/sensors/routes.ts';
import { registerStatusRoutes } from './rest/status.ts';
import { openSensorAuthority } from './sensors/authority.ts';
import { openServices } from './services.ts';

const SMALL_BODY_BYTES = 1_048_576;
/** For all of a request to arrive: who sends a byte at a time holds no connection for long. */
const REQUEST_MS = 120_000;
const HEADERS_MS = 60_000;
/** Between looks at connections that have not sent all yet. */
const CHECK_MS = 30_000;
const wallClock = (): number => Date.now() * 1_000;

/**
 * Follows what it needs of the topics and listens to the database from the moment it is ready until `close()`, also while they are away.
 * @throws FatalError DATA_FOLDER when the signing key cannot be used.
 */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const { config, log, broker, metrics, wallMicros = wallClock, requestMs = REQUEST_MS } = deps;
  const keys = await openKeys(deps.keyFolder);
  const tokens = new Tokens(keys, deps.installationId);
  const services = openServices({ ...deps, wallMicros, authority: await openSensorAuthority(deps.keyFolder, wallMicros) });
  const authenticate = openAuthenticate({ tokens, sensors: services.sensors });
  const gateway = openGateway({ broker, createRawTopic: deps.createRawTopic, wallMicros });
  const answers = new IdempotentAnswers();

  const loggerInstance: FastifyBaseLogger = log; // its own type would become part of the application's
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }), // counted by metrics.ts instead; what fails is logged by the gate
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    requestIdHeader: false,
    bodyLimit: SMALL_BODY_BYTES,
    requestTimeout: requestMs,
    http: { headersTimeout: Math.min(requestMs, HEADERS_MS), connectionsCheckingInterval: Math.min(requestMs, CHECK_MS) },
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => void sendProblem(asProblem(error), request, reply),
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  countRequests(app, metrics);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: [`'self'`],
        scriptSrc: [`'self'`],
        styleSrc: [`'self'`, `'unsafe-inline'`],
        imgSrc: [`'self'`, 'data:'],
        connectSrc: [`'self'`],
        objectSrc: [`'none'`],
        baseUri: [`'self'`],
        formAction: [`'self'`],
        frameAncestors: [`'none'`],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  });
  await registerGate(app, config, authenticate);
  await app.register(websocket, { options: { maxPayload: 65_536 } });
  await registerDescription(app, deps.version);

  const routes = app.withTypeProvider() as unknown as Routes;
  registerAuthRoutes(routes, new Sessions(services.run, tokens, config), keys, config.loginsPerMinute);
  registerEventRoutes(routes, { services, broker, wallMicros });
  const budget = new BodyBudget();
  registerProduceRoutes(routes, gateway.deliver, { answers, budget, config });
  registerInputs(app, { ...gateway, config, authenticate, budget, installationId: deps.installationId, wallMicros });
  registerAlertRoutes(routes, services.run);
  registerReferenceRoutes(routes, { run: services.run, answers, wallMicros });
  registerSensorRoutes(routes, { run: services.run, sensors: services.register, wallMicros });
  registerRuleRoutes(routes, { run: services.run, rules: services.rules, answers });
  registerExceptionRoutes(routes, { ...services, answers });
  registerDeadLetterRoutes(routes, services);
  registerFieldRoutes(routes, services);
  registerStatusRoutes(routes, services, metrics);
  registerGraphql(app, { schema: await loadSchema(), services, authenticate, log });
  registerRooms(app, services, authenticate, log);
  await registerDashboard(app, deps.dashboardFolder);

  let inputs: OpenedInputs | undefined;
  app.addHook('onReady', async () => {
    services.start();
    inputs = await deps.openInputs?.({ deliver: gateway.deliver, sensors: services.sensors });
  });
  app.addHook('onClose', async () => {
    await inputs?.stop();
    await services.stop();
    await gateway.close();
  });
  return app;
}

/** Files with a hash in their name never change; every other address of a page is the application's, which reads it itself. */
async function registerDashboard(app: FastifyInstance, folder: string | null): Promise<void> {
  const index = folder === null ? null : join(folder, 'index.html');
  const notFound = (request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(new ApiProblem('NOT_FOUND', 'There is nothing at this address. /docs lists what there is.'), request, reply);
  if (folder === null || index === null || !existsSync(index)) {
    app.setNotFoundHandler(notFound);
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .send(
          '<!doctype html><title>Goshawk</title><p>The dashboard is not built. <code>npm start</code> builds it; the API serves: see <a href="/docs">/docs</a> and <a href="/graphql">/graphql</a>.',
        ),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    index: ['index.html'],
    schemaHide: true,
    setHeaders: (reply, path) => {
      reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const isPage =
      request.method === 'GET' &&
      (request.headers.accept ?? '').includes('text/html') &&
      !/^\/(v2|auth|graphql|live|health|metrics|docs|openapi\.json|assets|\.well-known)(\/|$|\?)/.test(request.url);
    return isPage ? reply.sendFile('index.html') : notFound(request, reply);
  });
}
