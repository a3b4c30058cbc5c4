// Connectors as the REST interface shows them: the shapes of Kafka Connect 4.2, and our own of deliveries.
import type { ConnectorEntry } from './config-state.ts';
import type { Risk } from './retention.ts';
import type { ConnectorStateName, StatusState, TaskStateName } from './status-state.ts';
import { NO_PROGRESS } from './task.ts';
import type { TaskProgress } from './task.ts';

export interface ConnectorInfo {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
  readonly type: 'sink' | 'source';
}
interface StatusView<State extends string> {
  readonly state: State;
  readonly worker_id: string;
  /** Only of what failed. */
  readonly trace?: string;
  /** Of the plugin; absent while nobody runs it. */
  readonly version?: string;
}
export interface ConnectorStatusView {
  readonly name: string;
  readonly connector: StatusView<ConnectorStateName>;
  readonly tasks: readonly ({ readonly id: number } & StatusView<TaskStateName>)[];
  readonly type: 'sink' | 'source';
}
export interface DeliveryView {
  readonly name: string;
  readonly type: 'sink' | 'source';
  readonly state: ConnectorStateName;
  readonly tasks: readonly ({
    readonly id: number;
    readonly state: TaskStateName;
    readonly worker_id: string;
    /** When these counts were told; null = never. Milliseconds since 1970. */
    readonly reportedAt: number | null;
  } & TaskProgress)[];
  /** How near it is to losing records, of sinks; null = not known yet. Looked at once a minute. */
  readonly risk: Risk | null;
  /** Sums of all tasks, and the last error and progress and the oldest owed of any. */
  readonly total: TaskProgress;
}

/** Tasks that there are: none of what is stopped, as in Kafka Connect. */
export const taskNumbers = ({ target, slots }: ConnectorEntry): readonly number[] => (target === 'STOPPED' ? [] : [...slots.keys()]);

export const infoOf = (connector: ConnectorEntry): ConnectorInfo => ({
  name: connector.name,
  config: connector.config,
  tasks: taskNumbers(connector).map((task) => ({ connector: connector.name, task })),
  type: connector.type,
});

/** What is told by a worker that has the slot no more is not true any more. */
function view<State extends string>(
  status: { readonly state: State; readonly worker_id: string; readonly trace: string | null; readonly version: string } | null,
  owner: string | null,
): StatusView<State | 'UNASSIGNED'> {
  if (status === null || status.worker_id !== owner) return { state: 'UNASSIGNED', worker_id: owner ?? status?.worker_id ?? '' };
  const { state, worker_id, trace, version } = status;
  return { state, worker_id, ...(trace === null ? {} : { trace }), ...(version === '' ? {} : { version }) };
}

export function taskStatusOf(connector: ConnectorEntry, task: number, statuses: StatusState): { readonly id: number } & StatusView<TaskStateName> {
  return { id: task, ...view(statuses.task(connector.name, task, connector.since), statuses.ownerOf(connector.slots[task] ?? -1)) };
}

export const statusOf = (connector: ConnectorEntry, statuses: StatusState): ConnectorStatusView => ({
  name: connector.name,
  connector: connectorStateOf(connector, statuses),
  tasks: taskNumbers(connector).map((task) => taskStatusOf(connector, task, statuses)),
  type: connector.type,
});

/** What is asked for counts as soon as it is written, for what nobody needs to do anything about. */
function connectorStateOf(connector: ConnectorEntry, statuses: StatusState): StatusView<ConnectorStateName> {
  const told = view(statuses.connector(connector.name, connector.since), statuses.ownerOf(connector.slots[0] ?? -1));
  return told.state === 'FAILED' || told.state === 'UNASSIGNED' || connector.target === 'STARTED' ? told : { ...told, state: connector.target };
}

export function deliveryOf(connector: ConnectorEntry, statuses: StatusState): DeliveryView {
  const tasks = taskNumbers(connector).map((task) => {
    const told = statuses.task(connector.name, task, connector.since);
    const { state, worker_id } = taskStatusOf(connector, task, statuses);
    return { id: task, state, worker_id, reportedAt: told === null || told.progress === null ? null : told.writtenAtMs, ...NO_PROGRESS, ...told?.progress };
  });
  const { risk = null } = statuses.connector(connector.name, connector.since) ?? {};
  return { name: connector.name, type: connector.type, state: connectorStateOf(connector, statuses).state, tasks, risk, total: sumOf(tasks) };
}

function sumOf(tasks: readonly TaskProgress[]): TaskProgress {
  const sum = (of: (task: TaskProgress) => number) => tasks.reduce((total, task) => total + of(task), 0);
  const latest = (values: readonly (number | null)[]) => values.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
  const earliest = (values: readonly (number | null)[]) => values.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
  return {
    delivered: sum((task) => task.delivered),
    present: sum((task) => task.present),
    rejected: sum((task) => task.rejected),
    filtered: sum((task) => task.filtered),
    owed: sum((task) => task.owed),
    owedBytes: sum((task) => task.owedBytes),
    lag: tasks.some(({ lag }) => lag === null) ? null : sum(({ lag }) => lag ?? 0),
    duplicates: sum((task) => task.duplicates),
    lastError: tasks.reduce<TaskProgress['lastError']>((a, { lastError: b }) => (a === null || (b !== null && b.at > a.at) ? b : a), null),
    lastProgressAt: latest(tasks.map((task) => task.lastProgressAt)),
    oldestOwedAt: earliest(tasks.map((task) => task.oldestOwedAt)),
  };
}
