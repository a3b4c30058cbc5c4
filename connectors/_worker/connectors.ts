// What can be done with connectors: the rules behind the REST interface. A caller sees those of the own organization; to others they are not there.
import type { Admin } from '../../pipeline/runtime/port.ts';
import { isTopicOf } from './caller.ts';
import type { Caller } from './caller.ts';
import type { Catalogue, Config } from './catalogue.ts';
import type { ConfigLog } from './config-log.ts';
import { connectorRecord, forgetRecords, restartRecord, targetRecord, topicsResetRecord } from './config-state.ts';
import type { ConfigRecord, ConfigState, ConnectorEntry, RestartRequest, TargetState } from './config-state.ts';
import { badRequest, conflict, notFound } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { groupOf } from './group.ts';
import { refusalOf, withProblems } from './settings/validate.ts';
import type { Validation } from './settings/shapes.ts';
import { chooseSlots, weigh } from './slots.ts';
import { setStart } from './start.ts';
import type { StatusState } from './status-state.ts';
import { infoOf, statusOf, taskNumbers } from './views.ts';
import type { ConnectorInfo, ConnectorStatusView } from './views.ts';

export interface ConnectorsDeps {
  readonly configs: Pick<ConfigLog, 'state' | 'change'>;
  readonly statuses: StatusState;
  /** End of the status topic: what is told before is of an earlier connector of the same name. */
  readonly statusEnd: () => Promise<number>;
  readonly catalogue: Catalogue;
  readonly admin: Admin;
  /** Partitions of the topic of slots. */
  readonly slotCount: number;
}
export interface Created {
  readonly info: ConnectorInfo;
  readonly isNew: boolean;
}
export type Connectors = ReturnType<typeof openConnectors>;

/** A task of a source holds its place by its transactional id, so there is one. */
const tasksOf = (type: 'sink' | 'source', tasksMax: number) => (type === 'source' ? 1 : tasksMax);

export function openConnectors({ configs, statuses, statusEnd, catalogue, admin, slotCount }: ConnectorsDeps) {
  const { state } = configs;
  const seen = (caller: Caller, name: string, from: ConfigState = state): ConnectorEntry | undefined => {
    const connector = from.get(name);
    return connector?.organization === caller.organization ? connector : undefined;
  };
  const require = (caller: Caller, name: string, message = `Connector ${name} not found`, from: ConfigState = state): ConnectorEntry => {
    const connector = seen(caller, name, from);
    if (connector === undefined) throw notFound(message);
    return connector;
  };

  /** What is wrong with it for this caller. */
  const validate = (caller: Caller, config: Config): Validation =>
    withProblems(catalogue.validate(config, caller.organization), caller.isPlatform ? [] : foreignTopics(config, caller.organization));

  /** @throws Refusal 400 with all problems. */
  function check(caller: Caller, name: string, given: Config): Config {
    const config: Config = { ...given, name };
    const plugin = catalogue.find(config['connector.class'] ?? '');
    if (plugin === undefined) {
      throw badRequest(
        config['connector.class'] === undefined
          ? 'Connector config contains no connector type'
          : `Failed to find any class that implements Connector and which name matches ${config['connector.class']}, available connectors are: ${namesOf(catalogue)}`,
      );
    }
    const refused = refusalOf(validate(caller, config));
    if (refused !== null) throw badRequest(refused);
    return config;
  }

  /** The records that make a connector, or change it. */
  async function write(
    caller: Caller,
    config: Config,
    before: ConnectorEntry | undefined,
    target: TargetState | undefined,
    from: ConfigState,
  ): Promise<readonly ConfigRecord[]> {
    const { name = '' } = config;
    const { type } = catalogue.find(config['connector.class']!)!;
    if (before !== undefined && before.type !== type) throw badRequest(`Connector ${name} is a ${before.type}: delete it before it becomes a ${type}`);
    const common = catalogue.common(config);
    const count = tasksOf(type, common.tasksMax);
    const kept = before?.slots.slice(0, count) ?? [];
    const others = from.all().filter((each) => each.name !== name);
    const added = chooseSlots(count - kept.length, { count: slotCount, weights: weigh([...others, { slots: kept }]), workers: statuses.workers() });
    if (before === undefined && type === 'sink')
      await setStart(admin, { group: groupOf(name), organization: caller.organization, common, isExplicit: config['start'] !== undefined });
    const since = before?.since ?? (await statusEnd());
    const stored = { config, type, organization: caller.organization, outboundHosts: await caller.outboundHosts(), slots: [...kept, ...added], since };
    return [...(target === undefined ? [] : [targetRecord(name, target)]), connectorRecord(name, stored)];
  }

  const put = (
    caller: Caller,
    name: string,
    decide: (before: ConnectorEntry | undefined) => Promise<{ readonly config: Config; readonly target?: TargetState }>,
    ofAnother: () => Refusal = () => conflict(`Connector ${name} already exists`),
  ) =>
    configs.change<Created>(async (from) => {
      const holder = from.get(name);
      if (holder !== undefined && holder.organization !== caller.organization) throw ofAnother();
      const { config, target } = await decide(holder);
      const records = await write(caller, config, holder, target, from);
      const { type } = catalogue.find(config['connector.class']!)!;
      const tasks = holder === undefined ? [] : infoOf(holder).tasks; // those of before, as in Kafka Connect
      return { records, result: { info: { name, config, type, tasks }, isNew: holder === undefined } };
    });
  const { change } = configs;

  return {
    all: (caller: Caller): readonly ConnectorEntry[] =>
      state
        .all()
        .filter(({ organization }) => organization === caller.organization)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    validate,
    get: require,
    find: seen,

    /** @throws Refusal 409 when there is one of that name, whoever has it. */
    async create(caller: Caller, name: string, given: Config, target: TargetState | undefined): Promise<Created> {
      requireName(name, given);
      const config = check(caller, name, given);
      return put(caller, name, async (before) => {
        if (before !== undefined) throw conflict(`Connector ${name} already exists`);
        return { config, target: target ?? 'STARTED' };
      });
    },
    async replace(caller: Caller, name: string, given: Config): Promise<Created> {
      requireName(name, given);
      const config = check(caller, name, given);
      return put(caller, name, async (before) => ({ config, ...(before === undefined ? { target: 'STARTED' } : {}) }));
    },
    /** @param patch Null takes a key away. */
    patch(caller: Caller, name: string, patch: Readonly<Record<string, string | null>>): Promise<Created> {
      const missing = () => notFound(`Connector ${name} not found`);
      const decide = async (before: ConnectorEntry | undefined) => {
        if (before === undefined) throw missing();
        const merged = Object.entries({ ...before.config, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null);
        const config = Object.fromEntries(merged);
        requireName(name, config);
        return { config: check(caller, name, config) };
      };
      return put(caller, name, decide, missing);
    },
    remove: (caller: Caller, name: string): Promise<void> =>
      change((from) => {
        require(caller, name, undefined, from);
        return { records: forgetRecords(name), result: undefined };
      }),
    setTarget: (caller: Caller, name: string, target: TargetState): Promise<void> =>
      change((from) => {
        const before = require(caller, name, `Unknown connector ${name}`, from);
        return { records: before.target === target ? [] : [targetRecord(name, target)], result: undefined };
      }),

    /** @returns Its state with what starts again as RESTARTING. */
    restart: (
      caller: Caller,
      name: string,
      { includeTasks, onlyFailed }: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
    ): Promise<ConnectorStatusView> =>
      change((from) => {
        const connector = require(caller, name, `Unknown connector: ${name}`, from);
        const now = statusOf(connector, statuses);
        const isChosen = (stateName: string) => stateName !== 'STOPPED' && (!onlyFailed || stateName === 'FAILED');
        const tasks = includeTasks ? now.tasks.filter(({ state: each }) => isChosen(each)).map(({ id }) => id) : [];
        const request: RestartRequest = { connector: isChosen(now.connector.state), tasks };
        const restarting = <T extends { readonly state: string }>(view: T): T => ({ ...view, state: 'RESTARTING' });
        return {
          records: request.connector || tasks.length > 0 ? [restartRecord(name, request)] : [],
          result: {
            ...now,
            connector: request.connector ? restarting(now.connector) : now.connector,
            tasks: now.tasks.map((task) => (tasks.includes(task.id) ? restarting(task) : task)),
          },
        };
      }),
    restartTask: (caller: Caller, name: string, task: number): Promise<void> =>
      change((from) => {
        const connector = require(caller, name, `Unknown connector: ${name}`, from);
        if (!taskNumbers(connector).includes(task)) throw notFound(`Unknown task: ${name}-${task}`);
        return { records: [restartRecord(name, { connector: false, tasks: [task] })], result: undefined };
      }),
    resetTopics: (caller: Caller, name: string): Promise<void> =>
      change((from) => ({ records: seen(caller, name, from) === undefined ? [] : [topicsResetRecord(name)], result: undefined })),
    /** While nobody changes it. @throws Refusal 400 unless it is STOPPED. */
    whileStopped: <T>(caller: Caller, name: string, work: (connector: ConnectorEntry) => Promise<T>): Promise<T> =>
      change(async (from) => {
        const connector = require(caller, name, undefined, from);
        if (connector.target !== 'STOPPED') {
          throw badRequest(
            `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
          );
        }
        return { records: [], result: await work(connector) };
      }),
  };
}

function requireName(name: string, { name: given = name }: Config): void {
  if (given !== name) throw badRequest(`Connector name configuration (${given}) doesn't match connector name in the URL (${name})`);
}

const namesOf = ({ plugins }: Catalogue): string =>
  plugins
    .filter(({ type }) => type === 'sink' || type === 'source')
    .map((plugin) => plugin.class)
    .join(', ');

/** Topics that a sink names and that are not of its organization, as problems. Those that a pattern finds are left out when it reads. */
function foreignTopics(config: Config, organization: string): readonly { readonly option: string; readonly message: string }[] {
  return (config['topics'] ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '' && !isTopicOf(organization, topic))
    .map((topic) => ({
      option: 'topics',
      message: `Invalid value ${topic} for configuration topics: connectors of ${organization} may read topics sink.${organization}.* only`,
    }));
}
