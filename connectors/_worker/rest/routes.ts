// The routes of Kafka Connect's REST interface (4.2), and ours beside: /connectors/NAME/delivery.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Catalogue } from '../catalogue.ts';
import type { Connectors, Created } from '../connectors.ts';
import type { ConnectorOffsets } from '../offsets.ts';
import { badRequest, notFound } from '../refusal.ts';
import { withProblems } from '../settings/validate.ts';
import type { StatusState } from '../status-state.ts';
import { deliveryOf, infoOf, statusOf, taskNumbers, taskStatusOf } from '../views.ts';
import { readConfig, readCreation, readFlag, readOffsetRows, readPatch, valuesOf } from './body.ts';
import { callerOf } from './server.ts';

export interface RoutesDeps {
  readonly connectors: Connectors;
  readonly statuses: StatusState;
  readonly offsets: ConnectorOffsets;
  readonly catalogue: Catalogue;
  readonly version: string;
  readonly commit: string;
  readonly clusterId: () => Promise<string>;
  /** Null = all is well; else what is not. */
  readonly trouble: () => Promise<string | null>;
  readonly log: Logger;
}
type Named = { readonly Params: { readonly name: string; readonly task: string } };

const READ = { config: { permission: 'connectors:read' } } as const;
const MANAGE = { config: { permission: 'connectors:manage' } } as const;

export function registerRoutes(app: FastifyInstance, deps: RoutesDeps): void {
  registerWorker(app, deps);
  registerPlugins(app, deps);
  registerConnectors(app, deps);
  registerStates(app, deps);
  registerOffsets(app, deps);
}

function registerWorker(app: FastifyInstance, { version, commit, clusterId, trouble }: RoutesDeps): void {
  app.get('/', READ, async () => ({ version, commit, kafka_cluster_id: await clusterId() }));
  app.get('/health', async (_request, reply) => {
    const found = await trouble();
    reply.code(found === null ? 200 : 500);
    return found === null
      ? { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      : { status: 'unhealthy', message: found };
  });
  // What is logged is set where the worker is started.
  app.get('/admin/loggers', READ, async () => ({ root: { level: 'INFO', last_modified: null } }));
  app.get<{ Params: { readonly logger: string } }>('/admin/loggers/:logger', READ, async ({ params }) => {
    if (params.logger !== 'root') throw notFound(`Logger ${params.logger} not found.`);
    return { level: 'INFO', last_modified: null };
  });
}

function registerPlugins(app: FastifyInstance, { catalogue, connectors }: RoutesDeps): void {
  app.get('/connector-plugins', READ, async ({ query }) => {
    const all = !readFlag(query, 'connectorsOnly', true);
    return catalogue.plugins.filter(({ type }) => all || type === 'sink' || type === 'source');
  });
  app.get<Named>('/connector-plugins/:name/config', READ, async ({ params }) => {
    const definitions = catalogue.definitions(params.name);
    if (definitions === null) throw notFound(`Unknown plugin ${params.name}.`);
    return definitions;
  });
  app.put<Named>('/connector-plugins/:name/config/validate', READ, async (request) => {
    const config = readConfig(request.body);
    const { name } = request.params;
    const { 'connector.class': given } = config;
    if (given === undefined) throw badRequest('Connector config contains no connector type');
    if (given !== name) throw badRequest(`Included connector type ${given} does not match request type ${name}`);
    if (catalogue.find(name) === undefined) throw badRequest(`Failed to find any class that implements Connector and which name matches ${name}`);
    const caller = callerOf(request);
    const validation = connectors.validate(caller, config);
    if (validation.error_count > 0 || !caller.may('connectors:manage')) return validation;
    return withProblems(validation, await catalogue.ask(config, caller.organization));
  });
}

function registerConnectors(app: FastifyInstance, { connectors, statuses, log }: RoutesDeps): void {
  const noted = (request: FastifyRequest, connector: string, change: string) =>
    log.info({ connector, change, by: callerOf(request).name, organization: callerOf(request).organization }, 'A connector was changed.');
  const sendCreated = (request: FastifyRequest, reply: FastifyReply, { info, isNew }: Created) => {
    noted(request, info.name, isNew ? 'created' : 'configured');
    if (isNew) reply.code(201).header('location', `${request.protocol}://${request.host}/connectors/${encodeURIComponent(info.name)}`);
    return info;
  };

  app.get('/connectors', READ, async (request) => {
    const all = connectors.all(callerOf(request));
    const expand = valuesOf(request.query, 'expand');
    if (expand.length === 0) return all.map(({ name }) => name);
    return Object.fromEntries(
      all.map((connector) => [
        connector.name,
        { ...(expand.includes('status') ? { status: statusOf(connector, statuses) } : {}), ...(expand.includes('info') ? { info: infoOf(connector) } : {}) },
      ]),
    );
  });
  app.post('/connectors', MANAGE, async (request, reply) => {
    const { name, config, target } = readCreation(request.body);
    return sendCreated(request, reply, await connectors.create(callerOf(request), name, config, target));
  });
  app.get<Named>('/connectors/:name', READ, async (request) => infoOf(connectors.get(callerOf(request), request.params.name)));
  app.get<Named>('/connectors/:name/config', READ, async (request) => connectors.get(callerOf(request), request.params.name).config);
  app.put<Named>('/connectors/:name/config', MANAGE, async (request, reply) =>
    sendCreated(request, reply, await connectors.replace(callerOf(request), request.params.name, readConfig(request.body))),
  );
  app.patch<Named>('/connectors/:name/config', MANAGE, async (request, reply) =>
    sendCreated(request, reply, await connectors.patch(callerOf(request), request.params.name, readPatch(request.body))),
  );
  app.delete<Named>('/connectors/:name', MANAGE, async (request, reply) => {
    await connectors.remove(callerOf(request), request.params.name);
    noted(request, request.params.name, 'deleted');
    return reply.code(204).send();
  });
  for (const [verb, target, status] of [
    ['pause', 'PAUSED', 202],
    ['resume', 'STARTED', 202],
    ['stop', 'STOPPED', 204],
  ] as const) {
    app.put<Named>(`/connectors/:name/${verb}`, MANAGE, async (request, reply) => {
      await connectors.setTarget(callerOf(request), request.params.name, target);
      noted(request, request.params.name, target);
      return reply.code(status).send();
    });
  }
  app.post<Named>('/connectors/:name/restart', MANAGE, async (request, reply) => {
    const choice = { includeTasks: readFlag(request.query, 'includeTasks', false), onlyFailed: readFlag(request.query, 'onlyFailed', false) };
    const view = await connectors.restart(callerOf(request), request.params.name, choice);
    noted(request, request.params.name, 'restarted');
    return choice.includeTasks || choice.onlyFailed ? reply.code(202).send(view) : reply.code(204).send();
  });
}

function registerStates(app: FastifyInstance, { connectors, statuses, offsets, log }: RoutesDeps): void {
  app.get<Named>('/connectors/:name/status', READ, async (request) => {
    const { name } = request.params;
    return statusOf(connectors.get(callerOf(request), name, `No status found for connector ${name}`), statuses);
  });
  app.get<Named>('/connectors/:name/delivery', READ, async (request) => deliveryOf(connectors.get(callerOf(request), request.params.name), statuses));
  app.get<Named>('/connectors/:name/tasks', READ, async (request) => {
    const connector = connectors.get(callerOf(request), request.params.name);
    return taskNumbers(connector).map((task) => ({
      id: { connector: connector.name, task },
      config: { 'task.class': connector.config['connector.class'], ...connector.config },
    }));
  });
  app.get<Named>('/connectors/:name/tasks/:task/status', READ, async (request) => {
    const { name } = request.params;
    const task = taskNumber(request.params.task);
    const missing = `No status found for task ${name}-${task}`;
    const connector = connectors.get(callerOf(request), name, missing);
    if (!taskNumbers(connector).includes(task)) throw notFound(missing);
    return taskStatusOf(connector, task, statuses);
  });
  app.post<Named>('/connectors/:name/tasks/:task/restart', MANAGE, async (request, reply) => {
    const { name } = request.params;
    const task = taskNumber(request.params.task);
    await connectors.restartTask(callerOf(request), name, task);
    log.info({ connector: name, task, by: callerOf(request).name }, 'A task was restarted.');
    return reply.code(204).send();
  });
  app.get<Named>('/connectors/:name/topics', READ, async (request) => {
    const { name } = request.params;
    const connector = connectors.find(callerOf(request), name);
    if (connector === undefined) return { [name]: { topics: [] } }; // so does Kafka Connect
    // Used: something was read of it, or written to it, since that was last forgotten.
    const { total } = deliveryOf(connector, statuses);
    const isUsed = total.lastProgressAt !== null && total.lastProgressAt > connector.topicsSinceMs;
    const rows = isUsed && connector.type === 'sink' ? await offsets.list(connector) : [];
    return { [name]: { topics: [...new Set(rows.map(({ partition }) => String(partition['kafka_topic'])))].sort() } };
  });
  app.put<Named>('/connectors/:name/topics/reset', MANAGE, async (request, reply) => {
    await connectors.resetTopics(callerOf(request), request.params.name);
    return reply.code(202).send();
  });
}

function registerOffsets(app: FastifyInstance, { connectors, offsets, log }: RoutesDeps): void {
  app.get<Named>('/connectors/:name/offsets', READ, async (request) => ({
    offsets: await offsets.list(connectors.get(callerOf(request), request.params.name)),
  }));
  app.patch<Named>('/connectors/:name/offsets', MANAGE, async (request) => {
    const rows = readOffsetRows(request.body);
    const { name } = request.params;
    await connectors.whileStopped(callerOf(request), name, (connector) => offsets.alter(connector, rows));
    log.info({ connector: name, by: callerOf(request).name, rows: rows.length }, 'Offsets of a connector were changed.');
    return { message: 'The offsets for this connector have been altered successfully' };
  });
  app.delete<Named>('/connectors/:name/offsets', MANAGE, async (request) => {
    const { name } = request.params;
    await connectors.whileStopped(callerOf(request), name, (connector) => offsets.reset(connector));
    log.info({ connector: name, by: callerOf(request).name }, 'Offsets of a connector were reset.');
    return { message: 'The offsets for this connector have been reset successfully' };
  });
}

/** @throws Refusal 404, as for a path that is not there. */
function taskNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw notFound('HTTP 404 Not Found');
  return Number(text);
}
