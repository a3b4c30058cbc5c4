// The API as one fastify application. It does not listen: start.ts does, and tests inject.
import websocket from '@fastify/websocket';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { openAuthenticate, openIdentify } from './auth/authenticate.ts';
import { openForeign } from './auth/foreign.ts';
import { openAuth, registerAuth } from './auth/index.ts';
import { openKeys } from './auth/keys.ts';
import { openOidc } from './auth/oidc/index.ts';
import { Tokens } from './auth/tokens.ts';
import { openClientCertificates } from './auth/workload/client-certificates.ts';
import { openWorkloadIdentity } from './auth/workload/index.ts';
import type { ApiDeps, OpenedInputs } from './deps.ts';
import { isLoopback, trusts } from './gate/address.ts';
import { openAllowedMethods } from './gate/allowed-methods.ts';
import { registerCompression } from './gate/compression.ts';
import { connectionMetrics, limitConnections } from './gate/connections.ts';
import { openDrain } from './gate/drain.ts';
import type { Drain } from './gate/drain.ts';
import { registerGate } from './gate/gate.ts';
import { openLimits } from './gate/limits/index.ts';
import { registerSecurityHeaders } from './gate/security-headers.ts';
import { serverOptions } from './gate/server-options.ts';
import { openTls } from './gate/tls.ts';
import { openOutbound } from '../outbound/client.ts';
import { config as outboundConfig } from '../outbound/config.ts';
import { outboundMetrics } from '../outbound/metrics.ts';
import { openGateway } from './gateway/gateway.ts';
import type { Services } from './graphql/context.ts';
import { readAllowList } from './graphql/documents.ts';
import { loadSchema } from './graphql/schema.ts';
import { registerGraphql } from './graphql/server.ts';
import { BodyBudget } from './inputs/body.ts';
import { registerInputs } from './inputs/index.ts';
import { closeSockets, registerRooms } from './live/rooms.ts';
import { countRequests } from './metrics.ts';
import { registerPages } from './pages.ts';
import { registerDescription } from './rest/description.ts';
import { registerAccessRoutes } from './rest/access/routes.ts';
import { registerAuditRoutes } from './rest/audit/routes.ts';
import { registerAlertRoutes } from './rest/alerts.ts';
import { registerHuntRoutes } from './rest/hunts.ts';
import { registerSavedSearchRoutes } from './rest/saved-searches.ts';
import { registerConnectorChangeRoutes } from './rest/connector-changes.ts';
import { registerSubscriptionRoutes } from './rest/subscriptions.ts';
import { registerDeadLetterRoutes } from './rest/dead-letters/routes.ts';
import { registerExportRoutes } from './rest/exports/routes.ts';
import { registerFieldRoutes } from './rest/fields/routes.ts';
import { registerEventRoutes } from './rest/events/routes.ts';
import { registerProduceRoutes } from './rest/events/produce.ts';
import { AnswersInMemory, storedAnswers } from './rest/idempotency-answers.ts';
import { registerIdempotency } from './rest/idempotency.ts';
import type { Routes } from './rest/kit.ts';
import { registerQuotaRoutes } from './rest/quotas/routes.ts';
import { registerReferenceRoutes } from './rest/reference/routes.ts';
import { registerExceptionRoutes } from './rest/rules/exceptions.ts';
import { registerRuleRoutes } from './rest/rules/routes.ts';
import { registerSensorRoutes } from './rest/sensors/routes.ts';
import { registerStatusRoutes } from './rest/status.ts';
import { openSensorAuthority } from './sensors/authority.ts';
import { openServices } from './services.ts';

const wallClock = (): number => Date.now() * 1_000;

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain;
  }
}

/**
 * Follows what it needs of the topics and listens to the database from the moment it is ready until `close()`, also while they are away.
 * @throws FatalError DATA_FOLDER when the signing key cannot be used; ConfigError INVALID_CONFIG when the certificate cannot.
 */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const { config, log, broker, metrics, wallMicros = wallClock, requestMs } = deps;
  const { installationId, keyFolder } = deps;
  const keys = await openKeys(keyFolder);
  const tokens = new Tokens(keys, deps.installationId);
  const limits = openLimits({ config, log, metrics });
  const probes = limits.probe === undefined ? deps.probes : [...deps.probes, limits.probe];
  const services = openServices({ ...deps, probes, wallMicros, authority: await openSensorAuthority(deps.keyFolder, wallMicros) });
  const outbound = deps.outbound ?? openOutbound(outboundConfig.parse({}), { metrics: outboundMetrics(metrics) });
  const auth = openAuth({ ...services, keys, tokens, config, installationId, keyFolder, wallMicros });
  const oidc = openOidc({ ...services, auth, outbound, installationId, publicUrl: config.publicUrl, wallMicros });
  const workloads = openWorkloadIdentity({ ...services, outbound, installationId, wallMicros });
  const forResolvers: Services = { ...services, identityProviders: oidc.providers, trustDomains: workloads.trustDomains };
  const foreign = openForeign(installationId, oidc.tokens, workloads.workloads);
  const identify = openIdentify(services);
  const authenticate = openAuthenticate({ tokens, foreign, sensors: services.sensors, identify, access: services.access });
  const isProxy = trusts(config.trustedProxies);
  const byCertificate = openClientCertificates({ workloads: workloads.workloads, identify, isProxy, metrics, log });
  const gateway = openGateway({ broker, createRawTopic: deps.createRawTopic, wallMicros });
  const connections = connectionMetrics(metrics);
  const tls = openTls(config, log);

  const loggerInstance: FastifyBaseLogger = log; // its own type would become part of the application's
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }), // counted by metrics.ts instead; what fails is logged by the gate
    ...serverOptions(connections, requestMs, tls),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  limitConnections(app.server, { perAddress: config.connectionsPerAddress, isExempt: (address) => isLoopback(address) || isProxy(address) }, connections);
  app.decorate('drain', openDrain(app, { noticeMs: config.drainNoticeMs, endMs: config.drainMs }));
  const methodsOf = openAllowedMethods(app);
  countRequests(app, metrics);
  registerSecurityHeaders(app);
  registerGate(app, { config, authenticate, byCertificate, limits });
  registerIdempotency(app, storedAnswers(services.run), new AnswersInMemory());
  registerCompression(app);
  await app.register(websocket, { options: { maxPayload: 65_536 }, preClose: closeSockets(app) });
  await registerDescription(app, deps.version);

  const routes = app.withTypeProvider() as unknown as Routes;
  registerAuth(routes, auth, deps);
  oidc.register(routes);
  workloads.register(routes);
  registerAccessRoutes(routes, services.access, deps.retentionDays ?? null);
  registerEventRoutes(routes, { services: forResolvers, broker, wallMicros });
  const budget = new BodyBudget();
  const deliver = services.quotas.metered(gateway.deliver);
  registerProduceRoutes(routes, deliver, { budget, config });
  registerInputs(app, { ...gateway, deliver, config, authenticate, byCertificate, budget, installationId: deps.installationId, wallMicros });
  registerAlertRoutes(routes, services);
  registerSavedSearchRoutes(routes, services);
  registerSubscriptionRoutes(routes, services);
  registerConnectorChangeRoutes(routes, services);
  registerHuntRoutes(routes, services);
  registerReferenceRoutes(routes, { run: services.run, wallMicros });
  registerSensorRoutes(routes, { run: services.run, sensors: services.register, wallMicros });
  registerRuleRoutes(routes, { run: services.run, rules: services.rules });
  registerExceptionRoutes(routes, services);
  registerDeadLetterRoutes(routes, services);
  registerFieldRoutes(routes, services);
  registerAuditRoutes(routes, services);
  registerExportRoutes(routes, services);
  registerQuotaRoutes(routes, services);
  registerStatusRoutes(routes, services, metrics);
  registerGraphql(app, {
    schema: await loadSchema(),
    services: forResolvers,
    authenticate,
    origins: config.corsOrigins,
    takeCost: limits.takeCost,
    allowed: readAllowList(config.queriesFile),
    log,
  });
  const { hub, sessions, metrics: liveMetrics } = services.live;
  registerRooms(app, {
    hub,
    sessions,
    authenticate,
    metrics: liveMetrics,
    log,
    queueBytes: config.liveQueueBytes,
    origins: config.corsOrigins,
    nowMs: Date.now,
  });
  await registerPages(app, deps.dashboardFolder, methodsOf);

  let inputs: OpenedInputs | undefined;
  app.addHook('onReady', async () => {
    services.start();
    await services.revocations.start(); // before the first token is believed
    inputs = await deps.openInputs?.({ deliver, sensors: services.sensors });
  });
  app.addHook('onClose', async () => {
    await inputs?.stop();
    await services.stop();
    await gateway.close();
    limits.close();
    tls?.stop();
    if (deps.outbound === undefined) outbound.close();
  });
  return app;
}
