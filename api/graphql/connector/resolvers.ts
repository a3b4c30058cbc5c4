import type { Config, ConnectorSummary, Progress, Validation } from '../../connect/workers.ts';
import { violationsOf } from '../../connect/workers.ts';
import { ApiProblem } from '../../gate/problem.ts';
import type { ApiContext } from '../context.ts';

interface Setting {
  readonly name: string;
  readonly value: string;
}
interface Named {
  readonly name: string;
}
interface Configured extends Named {
  readonly config: readonly Setting[];
}

const MAX_SETTINGS = 500;

/** @throws ApiProblem INVALID_REQUEST for a name that is there twice. */
function configOf(settings: readonly Setting[]): Config {
  if (settings.length > MAX_SETTINGS) throw new ApiProblem('INVALID_REQUEST', `A connector has at most ${MAX_SETTINGS} options.`);
  const names = settings.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new ApiProblem('INVALID_REQUEST', `The option ${twice.slice(0, 100)} is there twice.`, {
      errors: [{ pointer: '/config', detail: `${twice.slice(0, 100)} is there twice` }],
    });
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}

/** Workers are asked with the caller's own token. */
function authorizationOf({ authorization }: ApiContext): string {
  if (authorization === null) throw new ApiProblem('UNAUTHENTICATED', 'Connectors are asked for over HTTP, with the header Authorization.');
  return authorization;
}

async function connectorOf(context: ApiContext, name: string): Promise<ConnectorSummary> {
  const found = await context.services.connectors.one(authorizationOf(context), name);
  if (found === null) throw new ApiProblem('NOT_FOUND', 'There is no connector of this name.');
  return found;
}

/** Says what is wrong with each option, before anything is asked to be made. */
async function checked(context: ApiContext, config: Config): Promise<Config> {
  const plugin = config['connector.class'] ?? '';
  if (plugin === '')
    throw new ApiProblem('INVALID_REQUEST', 'The option connector.class names what the connector is of.', {
      errors: [{ pointer: '/config/connector.class', detail: 'is missing' }],
    });
  const errors = violationsOf(await context.services.connectors.validate(authorizationOf(context), plugin, config));
  if (errors.length > 0)
    throw new ApiProblem('INVALID_REQUEST', `The configuration has ${errors.length === 1 ? 'a problem' : `${errors.length} problems`}: ${errors[0]!.detail}`, {
      errors,
    });
  return config;
}

const verb =
  (what: 'pause' | 'resume' | 'stop') =>
  async (_root: unknown, { name }: Named, context: ApiContext): Promise<ConnectorSummary> => {
    await context.services.connectors.set(authorizationOf(context), name, what);
    return connectorOf(context, name);
  };
const micros = (ms: number | null): number | null => (ms === null ? null : ms * 1_000);
const type = (of: string) => of.toUpperCase();

export default {
  Query: {
    connectors: (_root: unknown, _args: unknown, context: ApiContext) => context.services.connectors.all(authorizationOf(context)),
    connector: (_root: unknown, { name }: Named, context: ApiContext) => context.services.connectors.one(authorizationOf(context), name),
    connectorPlugins: (_root: unknown, _args: unknown, context: ApiContext) => context.services.connectors.plugins(authorizationOf(context)),
    connectorForm: (_root: unknown, { plugin, config }: { readonly plugin: string; readonly config: readonly Setting[] }, context: ApiContext) =>
      context.services.connectors.validate(authorizationOf(context), plugin, configOf(config)),
  },
  Mutation: {
    async addConnector(_root: unknown, { name, config }: Configured, context: ApiContext) {
      await context.services.connectors.add(authorizationOf(context), name, await checked(context, { ...configOf(config), name }));
      return connectorOf(context, name);
    },
    async configureConnector(_root: unknown, { name, config }: Configured, context: ApiContext) {
      await context.services.connectors.configure(authorizationOf(context), name, await checked(context, { ...configOf(config), name }));
      return connectorOf(context, name);
    },
    async removeConnector(_root: unknown, { name }: Named, context: ApiContext) {
      await context.services.connectors.remove(authorizationOf(context), name);
      return name;
    },
    pauseConnector: verb('pause'),
    resumeConnector: verb('resume'),
    stopConnector: verb('stop'),
    async restartConnector(_root: unknown, { name }: Named, context: ApiContext) {
      await context.services.connectors.restart(authorizationOf(context), name);
      return connectorOf(context, name);
    },
  },
  Connector: {
    name: ({ info }: ConnectorSummary) => info.name,
    plugin: ({ info }: ConnectorSummary) => info.config['connector.class'] ?? '',
    type: ({ info }: ConnectorSummary) => type(info.type),
    state: ({ status }: ConnectorSummary) => status.connector.state,
    trace: ({ status }: ConnectorSummary) => status.connector.trace ?? null,
    tasks: ({ status }: ConnectorSummary) => status.tasks,
    config: ({ info }: ConnectorSummary) => Object.entries(info.config).map(([name, value]): Setting => ({ name, value })),
    delivery: async ({ info }: ConnectorSummary, _args: unknown, context: ApiContext) =>
      (await context.services.connectors.delivery(authorizationOf(context), info.name)).total,
  },
  ConnectorTask: {
    worker: ({ worker_id: worker }: { readonly worker_id: string }) => worker,
    trace: ({ trace }: { readonly trace?: string }) => trace ?? null,
  },
  ConnectorDelivery: {
    possibleDuplicates: ({ duplicates }: Progress) => duplicates,
    lastError: ({ lastError }: Progress) => lastError?.message ?? null,
    lastErrorAt: ({ lastError }: Progress) => micros(lastError?.at ?? null),
    lastProgressAt: ({ lastProgressAt }: Progress) => micros(lastProgressAt),
    oldestOwedAt: ({ oldestOwedAt }: Progress) => micros(oldestOwedAt),
  },
  ConnectorPlugin: { name: ({ class: name }: { readonly class: string }) => name, type: ({ type: of }: { readonly type: string }) => type(of) },
  ConnectorForm: {
    isValid: ({ error_count: errors }: Validation) => errors === 0,
    // What nobody knows has no definition: it stands at the end, with its problem.
    options: ({ configs }: Validation) =>
      configs.map(({ definition, value }) => ({
        name: value.name,
        displayName: definition?.display_name || value.name,
        type: definition?.type ?? 'STRING',
        isRequired: definition?.required ?? false,
        defaultValue: definition?.default_value ?? null,
        documentation: definition?.documentation ?? '',
        importance: definition?.importance ?? 'LOW',
        group: definition?.group ?? 'Other',
        order: definition?.order ?? 0,
        choices: value.recommended_values,
        value: value.value,
        isVisible: value.visible,
        problems: value.errors,
      })),
  },
};
