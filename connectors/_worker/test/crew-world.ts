// Workers on a broker in memory, with a kind of sink that only counts, for tests of everything but delivery.
import pino from 'pino';
import { z } from 'zod';
import { allowListOf } from '../../../outbound/allow-list.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { settingsOf } from '../../../pipeline/core/topic-settings.ts';
import type { Broker } from '../../../pipeline/runtime/port.ts';
import { topics } from '../../../topologies/topics.ts';
import type { SourceConnector } from '../../_source/index.ts';
import type { Caller, ConnectPermission } from '../caller.ts';
import { openCatalogue } from '../catalogue.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Plugin } from '../settings/plugins.ts';
import { openSecrets } from '../settings/secrets.ts';
import { NO_PROGRESS } from '../task.ts';
import type { RunningTask, StartTask, TaskProgress, TaskSpec } from '../task.ts';
import { NAMES, openWorker } from '../worker.ts';
import type { Worker, WorkerNames, WorkerOptions } from '../worker.ts';

export const silent = pino({ level: 'silent' });

export const counting: Plugin = {
  name: 'counting',
  type: 'sink',
  version: '1.0.0',
  config: z.strictObject({ file: z.string().default('').meta({ description: 'Nothing.' }) }),
};
export const feeding: Plugin & Pick<SourceConnector, 'checkPosition'> = {
  name: 'feeding',
  type: 'source',
  version: '1.0.0',
  config: z.strictObject({ source: z.string().default('feed').meta({ description: 'Nothing.' }) }),
  checkPosition: ({ bucket }) => (bucket === '' ? 'A bucket has a name' : null),
};

/** A task that does nothing; the test moves it. */
export interface FakeTask {
  readonly spec: TaskSpec;
  readonly worker: string;
  state: 'running' | 'paused' | 'stopped';
  fail: (error: Error) => void;
  progress: TaskProgress;
}

/** Who `authorization: <name>` is. */
const CALLERS: Readonly<Record<string, Omit<Caller, 'may' | 'note' | 'outboundHosts'> & { readonly permissions: readonly ConnectPermission[] }>> = {
  engineer: { name: 'engineer', organization: 'default', isPlatform: false, permissions: ['connectors:read', 'connectors:manage'] },
  analyst: { name: 'analyst', organization: 'default', isPlatform: false, permissions: ['connectors:read'] },
  stranger: { name: 'stranger', organization: 'acme', isPlatform: false, permissions: ['connectors:read', 'connectors:manage'] },
  nobody: { name: 'nobody', organization: 'default', isPlatform: false, permissions: [] },
  platform: { name: 'platform', organization: 'default', isPlatform: true, permissions: ['connectors:read', 'connectors:manage'] },
};

export async function authorize(authorization: string | undefined): Promise<Caller> {
  const found = CALLERS[authorization ?? ''];
  if (found === undefined) throw new Refusal(401, 'HTTP 401 Unauthorized');
  return { ...found, may: (permission) => found.permissions.includes(permission), note: async () => {}, outboundHosts: async () => [] };
}

/** Names that only one test uses on a broker that many do. */
export const namesOf = (prefix: string): WorkerNames => ({
  configs: prefix + NAMES.configs,
  statuses: prefix + NAMES.statuses,
  slots: prefix + NAMES.slots,
  group: prefix + NAMES.group,
  transactionalId: prefix + NAMES.transactionalId,
});

/** The topics of the workers, and three sink topics. */
export async function prepare(broker: Broker, prefix = ''): Promise<void> {
  const { connectConfigs, connectStatus, connectOffsets, connectSlots } = topics;
  const own = [connectConfigs, connectStatus, connectSlots].map((topic) => settingsOf(topic, 1, prefix + topic.name));
  const sinks = ['default.ecs', 'default.ocsf', 'acme.ecs'].map((name) => `sink.${name}.${prefix}v1`).map((name) => ({ name, partitions: 1, config: {} }));
  own.push(settingsOf(connectOffsets, 1));
  await broker.admin().createTopics([...own, ...sinks], 1);
}

/** @param variables Of the worker's environment, which every organization may name. */
export const catalogueOf = (plugins: readonly Plugin[] = [counting, feeding], variables: NodeJS.ProcessEnv = { SECRET_WRONG: 'wrong' }) =>
  openCatalogue({
    plugins,
    version: '1.0.0',
    secretsOf: (organization) => openSecrets({ secretFolders: [], secretVariables: ['SECRET_*'] }, organization, variables),
    outbound: {
      request: () => {
        throw notFound('nothing is asked');
      },
    } as unknown as Outbound,
    allowOf: async () => allowListOf([], 'none'),
    extra: {},
    log: silent,
  });

export interface CrewWorld {
  readonly tasks: FakeTask[];
  /** Those that run now, `worker connector/task`, sorted. */
  readonly running: () => readonly string[];
  readonly open: (broker: Broker, workerId: string, more?: Partial<WorkerOptions>) => Promise<Worker>;
  /** Of connectors of this name, starting throws this. */
  readonly broken: Map<string, Error>;
}

export function crewWorld(): CrewWorld {
  const tasks: FakeTask[] = [];
  const broken = new Map<string, Error>();
  const startOn =
    (worker: string): StartTask =>
    async (spec) => {
      const error = broken.get(spec.connector);
      if (error !== undefined) throw error;
      const { promise, resolve } = Promise.withResolvers<Error>();
      const task: FakeTask = { spec, worker, state: spec.isPaused ? 'paused' : 'running', fail: resolve, progress: NO_PROGRESS };
      tasks.push(task);
      return {
        pause: async () => void (task.state = 'paused'),
        resume: async () => void (task.state = 'running'),
        stop: async () => void (task.state = 'stopped'),
        failed: promise,
        progress: () => task.progress,
      } satisfies RunningTask;
    };
  return {
    tasks,
    broken,
    running: () =>
      tasks
        .filter(({ state }) => state !== 'stopped')
        .map(({ worker, spec }) => `${worker} ${spec.connector}/${spec.task}`)
        .sort(),
    open: (broker, workerId, more = {}) =>
      openWorker({
        broker,
        workerId,
        catalogue: catalogueOf(),
        start: startOn(workerId),
        authorize,
        version: '4.2.2',
        commit: '0123456789abcdef',
        progressMs: 20,
        patienceMs: 2_000,
        evenMs: 20,
        requestsPerSecond: 10_000,
        log: silent,
        ...more,
      }),
  };
}
