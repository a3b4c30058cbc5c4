// The routes of Kafka Connect's REST interface (4.2), and ours beside: /connectors/NAME/delivery.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ConnectorChange, ConnectPermission } from '../caller.ts';
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

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
type Handler = (request: FastifyRequest<Named>, reply: FastifyReply) => Promise<unknown>;
/** Adds a route that takes this permission. */
type Add = (method: Method, url: string, handler: Handler) => void;
interface Adding {
  readonly read: Add;
  readonly manage: Add;
}

export function registerRoutes(app: FastifyInstance, deps: RoutesDeps): void {
  const adding =
    (permission: ConnectPermission): Add =>
    (method, url, handler) =>
      void app.route<Named>({ method, url, config: { permission }, handler });
  const add: Adding = { read: adding('connectors:read'), manage: adding('connectors:manage') };
  addHealth(app, deps);
  addWorker(add, deps);
  addPlugins(add, deps);
  addConnectors(add, deps);
  addStates(add, deps);
  addOffsets(add, deps);
}

function addHealth(app: FastifyInstance, { trouble }: RoutesDeps): void {
  app.get('/health', async (_request, reply) => {
    const found = await trouble();
    reply.code(found === null ? 200 : 500);
    return found === null
      ? { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      : { status: 'unhealthy', message: found };
  });
}

function addWorker({ read }: Adding, { version, commit, clusterId }: RoutesDeps): void {
  read('GET', '/', async () => ({ version, commit, kafka_cluster_id: await clusterId() }));
  // What is logged is set where the worker is started.
  read('GET', '/admin/loggers', async () => ({ root: { level: 'INFO', last_modified: null } }));
  read('GET', '/admin/loggers/:name', async ({ params }) => {
    if (params.name !== 'root') throw notFound(`Logger ${params.name} not found.`);
    return { level: 'INFO', last_modified: null };
  });
}

function addPlugins({ read }: Adding, { catalogue, connectors }: RoutesDeps): void {
  read('GET', '/connector-plugins', async ({ query }) => {
    const all = !readFlag(query, 'connectorsOnly', true);
    return catalogue.plugins.filter(({ type }) => all || type === 'sink' || type === 'source');
  });
  read('GET', '/connector-plugins/:name/config', async ({ params }) => {
    const definitions = catalogue.definitions(params.name);
    if (definitions === null) throw notFound(`Unknown plugin ${params.name}.`);
    return definitions;
  });
  read('PUT', '/connector-plugins/:name/config/validate', async (request) => {
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

function addConnectors({ read, manage }: Adding, { connectors, statuses, log }: RoutesDeps): void {
  const noted = (request: FastifyRequest, connector: string, change: string) =>
    log.info({ connector, change, by: callerOf(request).name, organization: callerOf(request).organization }, 'A connector was changed.');
  const sendCreated = (request: FastifyRequest, reply: FastifyReply, { info, isNew }: Created) => {
    noted(request, info.name, isNew ? 'created' : 'configured');
    if (isNew) reply.code(201).header('location', `${request.protocol}://${request.host}/connectors/${encodeURIComponent(info.name)}`);
    return info;
  };

  /** Of what is not there nothing is noted: what follows says so. */
  const announced = async (request: FastifyRequest<Named>, change: ConnectorChange, detail: Readonly<Record<string, unknown>> = {}) => {
    const { name } = request.params;
    if (connectors.find(callerOf(request), name) !== undefined) await callerOf(request).note(name, change, detail);
  };

  read('GET', '/connectors', async (request) => {
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
  manage('POST', '/connectors', async (request, reply) => {
    const { name, config, target } = readCreation(request.body);
    await callerOf(request).note(name, 'create', { config, target });
    return sendCreated(request, reply, await connectors.create(callerOf(request), name, config, target));
  });
  read('GET', '/connectors/:name', async (request) => infoOf(connectors.get(callerOf(request), request.params.name)));
  read('GET', '/connectors/:name/config', async (request) => connectors.get(callerOf(request), request.params.name).config);
  manage('PUT', '/connectors/:name/config', async (request, reply) => {
    const config = readConfig(request.body);
    await callerOf(request).note(request.params.name, 'configure', { config });
    return sendCreated(request, reply, await connectors.replace(callerOf(request), request.params.name, config));
  });
  manage('PATCH', '/connectors/:name/config', async (request, reply) => {
    const changes = readPatch(request.body);
    await announced(request, 'configure', { changes });
    return sendCreated(request, reply, await connectors.patch(callerOf(request), request.params.name, changes));
  });
  manage('DELETE', '/connectors/:name', async (request, reply) => {
    await announced(request, 'delete');
    await connectors.remove(callerOf(request), request.params.name);
    noted(request, request.params.name, 'deleted');
    return reply.code(204).send();
  });
  for (const [verb, target, status] of [
    ['pause', 'PAUSED', 202],
    ['resume', 'STARTED', 202],
    ['stop', 'STOPPED', 204],
  ] as const) {
    manage('PUT', `/connectors/:name/${verb}`, async (request, reply) => {
      await announced(request, verb);
      await connectors.setTarget(callerOf(request), request.params.name, target);
      noted(request, request.params.name, target);
      return reply.code(status).send();
    });
  }
  manage('POST', '/connectors/:name/restart', async (request, reply) => {
    const choice = { includeTasks: readFlag(request.query, 'includeTasks', false), onlyFailed: readFlag(request.query, 'onlyFailed', false) };
    await announced(request, 'restart', choice);
    const view = await connectors.restart(callerOf(request), request.params.name, choice);
    noted(request, request.params.name, 'restarted');
    return choice.includeTasks || choice.onlyFailed ? reply.code(202).send(view) : reply.code(204).send();
  });
}

function addStates({ read, manage }: Adding, { connectors, statuses, offsets, log }: RoutesDeps): void {
  read('GET', '/connectors/:name/status', async (request) => {
    const { name } = request.params;
    return statusOf(connectors.get(callerOf(request), name, `No status found for connector ${name}`), statuses);
  });
  read('GET', '/connectors/:name/delivery', async (request) => deliveryOf(connectors.get(callerOf(request), request.params.name), statuses));
  read('GET', '/connectors/:name/tasks', async (request) => {
    const connector = connectors.get(callerOf(request), request.params.name);
    return taskNumbers(connector).map((task) => ({
      id: { connector: connector.name, task },
      config: { 'task.class': connector.config['connector.class'], ...connector.config },
    }));
  });
  read('GET', '/connectors/:name/tasks/:task/status', async (request) => {
    const { name } = request.params;
    const task = taskNumber(request.params.task);
    const missing = `No status found for task ${name}-${task}`;
    const connector = connectors.get(callerOf(request), name, missing);
    if (!taskNumbers(connector).includes(task)) throw notFound(missing);
    return taskStatusOf(connector, task, statuses);
  });
  manage('POST', '/connectors/:name/tasks/:task/restart', async (request, reply) => {
    const { name } = request.params;
    const task = taskNumber(request.params.task);
    if (connectors.find(callerOf(request), name) !== undefined) await callerOf(request).note(name, 'restart', { task });
    await connectors.restartTask(callerOf(request), name, task);
    log.info({ connector: name, task, by: callerOf(request).name }, 'A task was restarted.');
    return reply.code(204).send();
  });
  read('GET', '/connectors/:name/topics', async (request) => {
    const { name } = request.params;
    const connector = connectors.find(callerOf(request), name);
    if (connector === undefined) return { [name]: { topics: [] } }; // so does Kafka Connect
    // Used: something was read of it, or written to it, since that was last forgotten.
    const { total } = deliveryOf(connector, statuses);
    const isUsed = total.lastProgressAt !== null && total.lastProgressAt > connector.topicsSinceMs;
    return { [name]: { topics: isUsed ? await offsets.topics(connector) : [] } };
  });
  manage('PUT', '/connectors/:name/topics/reset', async (request, reply) => {
    await connectors.resetTopics(callerOf(request), request.params.name);
    return reply.code(202).send();
  });
}

function addOffsets({ read, manage }: Adding, { connectors, offsets, log }: RoutesDeps): void {
  read('GET', '/connectors/:name/offsets', async (request) => ({ offsets: await offsets.list(connectors.get(callerOf(request), request.params.name)) }));
  manage('PATCH', '/connectors/:name/offsets', async (request) => {
    const rows = readOffsetRows(request.body);
    const { name } = request.params;
    if (connectors.find(callerOf(request), name) !== undefined) await callerOf(request).note(name, 'set-offsets', { offsets: rows });
    await connectors.whileStopped(callerOf(request), name, (connector) => offsets.alter(connector, rows));
    log.info({ connector: name, by: callerOf(request).name, rows: rows.length }, 'Offsets of a connector were changed.');
    return { message: 'The offsets for this connector have been altered successfully' };
  });
  manage('DELETE', '/connectors/:name/offsets', async (request) => {
    const { name } = request.params;
    if (connectors.find(callerOf(request), name) !== undefined) await callerOf(request).note(name, 'set-offsets', { offsets: null });
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
