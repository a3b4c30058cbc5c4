// A worker: knows all connectors, runs its share of their tasks, and answers for all of them.
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { topics } from '../../topologies/topics.ts';
import type { Authorize } from './caller.ts';
import type { Catalogue } from './catalogue.ts';
import { openConfigLog } from './config-log.ts';
import { ConfigState } from './config-state.ts';
import type { ConnectorEntry } from './config-state.ts';
import { openConnectors } from './connectors.ts';
import { joinCrew } from './crew.ts';
import type { Crew } from './crew.ts';
import { openOffsets } from './offsets.ts';
import { registerRoutes } from './rest/routes.ts';
import { openServer } from './rest/server.ts';
import { watchRisks } from './retention.ts';
import type { RiskWatchOptions } from './retention.ts';
import { Runner } from './runner.ts';
import { bySlotWeight, hasTooMuch, weigh } from './slots.ts';
import { openStatusLog } from './status-log.ts';
import type { TaskStateName } from './status-state.ts';
import type { StartTask } from './task.ts';

/** Topics, group and transactional id that the workers of one installation share. */
export interface WorkerNames {
  readonly configs: string;
  readonly statuses: string;
  readonly slots: string;
  readonly group: string;
  readonly transactionalId: string;
}
export const NAMES: WorkerNames = {
  configs: topics.connectConfigs.name,
  statuses: topics.connectStatus.name,
  slots: topics.connectSlots.name,
  group: 'goshawk.connect',
  transactionalId: 'goshawk-connect-configs',
};

export interface WorkerOptions {
  readonly broker: Broker;
  /** Host and port of its REST interface: what status calls it. No other worker's. */
  readonly workerId: string;
  readonly catalogue: Catalogue;
  readonly start: StartTask;
  readonly authorize: Authorize;
  readonly version: string;
  readonly commit: string;
  readonly names?: WorkerNames;
  /** How long others wait for a worker that has died. */
  readonly sessionTimeoutMs?: number;
  /** Between reports of how far tasks have come. */
  readonly progressMs?: number;
  /** Between looks at how near connectors are to losing records. */
  readonly riskMs?: number;
  /** Between looks whether tasks that are gone have left the workers uneven. */
  /** Raises and ends alarms where they become alerts; absent = they are in the log. */
  readonly tell?: RiskWatchOptions['tell'];
  readonly evenMs?: number;
  /** How long tasks may take to end before their offsets are changed. */
  readonly patienceMs?: number;
  readonly requestsPerSecond?: number;
  readonly log: Logger;
}
export interface Worker {
  /** The REST interface, not listening. */
  readonly app: FastifyInstance;
  /** Resolves with what ended it by itself. */
  readonly failed: Promise<Error>;
  /** Its own tasks. */
  readonly states: () => ReadonlyMap<TaskStateName, number>;
  /** Of the connectors that it speaks for, the nearest to losing records: see `Risk.usedRatio`. */
  readonly risk: () => number;
  /** By name, of all organizations. */
  readonly connectors: () => readonly ConnectorEntry[];
  /** Ends its tasks, tells the others, and leaves. */
  readonly stop: () => Promise<void>;
}

const SESSION_MS = 6_000;
const PROGRESS_MS = 5_000;
const RISK_MS = 60_000;
const EVEN_MS = 15_000;
const PATIENCE_MS = 10_000;
const HEALTH_MS = 5_000;
const FLUSH_MS = 3_000;
const REQUESTS_PER_SECOND = 50;

/** Resolves when it knows all connectors and has its share of the tasks. @throws RetryableError TOPIC_MISSING, BROKER_UNAVAILABLE. */
export async function openWorker(options: WorkerOptions): Promise<Worker> {
  const { broker, workerId, catalogue, start, authorize, log, names = NAMES } = options;
  const admin = broker.admin();
  const slotCount = await requireTopics(names, await admin.topics());
  const statuses = await openStatusLog({ broker, topic: names.statuses, changed: () => {}, log });
  const state = new ConfigState();
  const risks = watchRisks({
    broker,
    admin,
    catalogue,
    nowMs: Date.now,
    connectors: () => runner.owned(),
    changed: () => runner.report(),
    tell: options.tell ?? (async () => {}),
    everyMs: options.riskMs ?? RISK_MS,
    log,
  });
  const runner = new Runner({
    workerId,
    configs: state,
    statuses,
    start,
    versionOf: (connector) => versionOf(catalogue, connector),
    riskOf: risks.of,
    progressMs: options.progressMs ?? PROGRESS_MS,
  });
  const configs = await openConfigLog({ broker, state, topic: names.configs, transactionalId: names.transactionalId, changed: () => runner.reconcile(), log });
  const crew = await joinCrew({
    broker,
    groupId: names.group,
    topic: names.slots,
    assignor: bySlotWeight(() => weigh(state.all())),
    sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_MS,
    assigned: (slots, generation) => runner.assigned(slots, generation),
    lost: () => runner.lost(),
    log,
  });
  const stopEvening = evenOut(crew, () => hasTooMuch(workerId, statuses.state.workers(), weigh(state.all())), options.evenMs ?? EVEN_MS);
  let failure: Error | null = null;
  void crew.failed.then((error) => {
    failure = error;
    runner.lost();
  });

  const app = openServer({ authorize, log, nowMs: () => performance.now(), requestsPerSecond: options.requestsPerSecond ?? REQUESTS_PER_SECOND });
  registerRoutes(app, {
    connectors: openConnectors({
      configs,
      statuses: statuses.state,
      statusEnd: async () =>
        (await admin.offsets([{ topic: names.statuses, partition: 0 }], 'latest')).get(tpKey({ topic: names.statuses, partition: 0 })) ?? 0,
      catalogue,
      admin,
      slotCount,
    }),
    statuses: statuses.state,
    offsets: openOffsets({
      broker,
      admin,
      catalogue,
      transactionalIdOf: (connector, task) => `goshawk-connect-${connector}-${task}`,
      patienceMs: options.patienceMs ?? PATIENCE_MS,
    }),
    catalogue,
    version: options.version,
    commit: options.commit,
    clusterId: () => admin.clusterId(),
    async trouble() {
      if (failure !== null) return `This worker has left the others: ${failure.message}`;
      const timer = new AbortController();
      const late = delay(HEALTH_MS, 'The broker does not answer.', { signal: timer.signal }).catch(() => null);
      const found = await Promise.race([
        configs.refresh().then(
          () => null,
          (error: Error) => error.message,
        ),
        late,
      ]);
      timer.abort();
      return found;
    },
    log,
  });
  return {
    app,
    failed: crew.failed,
    states: () => runner.states(),
    risk: () => Math.max(0, ...runner.owned().map(({ name }) => risks.of(name)?.usedRatio ?? 0)),
    connectors: () => state.all(),
    async stop() {
      stopEvening();
      await app.close();
      await risks.stop();
      await runner.stop();
      await statuses.flush(FLUSH_MS);
      await crew.leave();
      await Promise.all([configs.close(), statuses.close(), admin.close()]);
    },
  };
}

/** Looks again and again whether slots are to be divided anew. @returns Ends it. */
function evenOut(crew: Crew, isUneven: () => boolean, everyMs: number): () => void {
  let isDividing = false;
  const timer = setInterval(() => {
    if (isDividing || !isUneven()) return;
    isDividing = true;
    const done = () => {
      isDividing = false;
    };
    crew.divide().then(done, done); // what ends the crew is told by `failed`
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** @throws Error that says why it cannot run. */
function versionOf(catalogue: Catalogue, { config }: ConnectorEntry): string {
  const plugin = catalogue.find(config['connector.class'] ?? '');
  if (plugin === undefined) throw new Error(`This worker has no connectors of class ${config['connector.class']}`);
  return plugin.version;
}

/** @returns How many slots there are. */
async function requireTopics({ configs, statuses, slots }: WorkerNames, there: ReadonlyMap<string, number>): Promise<number> {
  const missing = [configs, statuses, slots].filter((name) => !there.has(name));
  if (missing.length > 0)
    throw new RetryableError('TOPIC_MISSING', `Topics of the workers do not exist: ${missing.join(', ')}. Create them with \`./goshawk topics --create\`.`);
  return there.get(slots)!;
}
