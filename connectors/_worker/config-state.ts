// What connectors there are, folded from the records of the topic of configurations. Keys and values are those of Kafka Connect, with what is
// ours beside.
import type { RawRecord } from '../../pipeline/runtime/port.ts';

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';
export const TARGET_STATES: readonly TargetState[] = ['STARTED', 'PAUSED', 'STOPPED'];

/** What the record of a connector holds. */
export interface StoredConnector {
  /** As its owner wrote it, `name` included; secrets are references. */
  readonly config: Readonly<Record<string, string>>;
  readonly type: 'sink' | 'source';
  /** Of whoever made it. */
  readonly organization: string;
  /** What that had opened of the network for itself when the connector was last configured. */
  readonly outboundHosts: readonly string[];
  /** Slot of each task, by its number. The owner of the first one speaks for the connector. */
  readonly slots: readonly number[];
  /** Offset from which on the status topic speaks of this connector, and not of an earlier one of the same name. */
  readonly since: number;
}
export interface ConnectorEntry extends StoredConnector {
  readonly name: string;
  readonly target: TargetState;
  /** Offset of the record: another configuration has another one. */
  readonly revision: number;
  /** Times that it, and its tasks by their number, were asked to start again since this worker reads. */
  readonly restarts: Restarts;
  /** When it was last forgotten which topics it uses; broker's time, milliseconds. 0 = never. */
  readonly topicsSinceMs: number;
}
interface Restarts {
  readonly connector: number;
  readonly tasks: readonly number[];
}

/** A request to start again what is named. */
export interface RestartRequest {
  readonly connector: boolean;
  /** By number. */
  readonly tasks: readonly number[];
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
/** A record for the topic of configurations. A null value forgets. */
export interface ConfigRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}
const record = (key: string, value: unknown): ConfigRecord => ({ key: Buffer.from(key), value: value === null ? null : json(value) });

export const connectorRecord = (name: string, { config, ...ours }: StoredConnector): ConfigRecord =>
  record(`connector-${name}`, { properties: config, ...ours });
/** As Kafka Connect writes it since 3.5: older workers take what is stopped for paused. */
export const targetRecord = (name: string, target: TargetState): ConfigRecord =>
  record(`target-state-${name}`, { state: target === 'STOPPED' ? 'PAUSED' : target, 'state.v2': target });
export const restartRecord = (name: string, { connector, tasks }: RestartRequest): ConfigRecord => record(`restart-connector-${name}`, { connector, tasks });
export const topicsResetRecord = (name: string): ConfigRecord => record(`topics-reset-${name}`, {});
export const forgetRecords = (name: string): readonly ConfigRecord[] =>
  ['connector', 'target-state', 'restart-connector', 'topics-reset'].map((kind) => record(`${kind}-${name}`, null));

const KEY = /^(connector|target-state|restart-connector|topics-reset)-(.+)$/s;

export class ConfigState {
  readonly #entries = new Map<string, ConnectorEntry>();
  /** Those that came before their connector: both are written at once, in this order. */
  readonly #targets = new Map<string, TargetState>();

  get(name: string): ConnectorEntry | undefined {
    return this.#entries.get(name);
  }
  all(): readonly ConnectorEntry[] {
    return [...this.#entries.values()];
  }

  /** @param isLive Restarts that were asked for before are over. @returns false when the record cannot be read: it is passed over. */
  take({ key, value, offset, timestampMs }: Pick<RawRecord, 'key' | 'value' | 'offset' | 'timestampMs'>, isLive: boolean): boolean {
    const [, kind, name = ''] = KEY.exec(key?.toString() ?? '') ?? [];
    if (kind === undefined) return false;
    try {
      this.#take(kind, name, value === null ? null : (JSON.parse(value.toString()) as Record<string, unknown>), { offset, timestampMs, isLive });
      return true;
    } catch {
      return false;
    }
  }

  #take(
    kind: string,
    name: string,
    value: Record<string, unknown> | null,
    at: { readonly offset: number; readonly timestampMs: number; readonly isLive: boolean },
  ) {
    const before = this.#entries.get(name);
    if (kind === 'connector') {
      if (value === null) this.#entries.delete(name);
      else this.#entries.set(name, this.#entryOf(name, value, at.offset, before));
    } else if (kind === 'target-state') {
      if (value === null) this.#targets.delete(name);
      else this.#target(name, (value['state.v2'] ?? value['state']) as TargetState, before);
    } else if (before !== undefined && value !== null) {
      if (kind === 'topics-reset') this.#entries.set(name, { ...before, topicsSinceMs: at.timestampMs });
      else if (at.isLive) this.#entries.set(name, { ...before, restarts: moreRestarts(before.restarts, value as unknown as RestartRequest) });
    }
  }

  #entryOf(name: string, value: Record<string, unknown>, offset: number, before: ConnectorEntry | undefined): ConnectorEntry {
    const { properties, ...ours } = value as unknown as Omit<StoredConnector, 'config'> & { readonly properties: StoredConnector['config'] };
    if (typeof properties !== 'object' || !Array.isArray(ours.slots)) throw new TypeError('not written by a worker of ours');
    return {
      ...ours,
      name,
      config: properties,
      revision: offset,
      target: this.#targets.get(name) ?? 'STARTED',
      restarts: before?.restarts ?? { connector: 0, tasks: [] },
      topicsSinceMs: before?.topicsSinceMs ?? 0,
    };
  }

  #target(name: string, target: TargetState, entry: ConnectorEntry | undefined): void {
    if (!TARGET_STATES.includes(target)) throw new TypeError('unknown state');
    this.#targets.set(name, target);
    if (entry !== undefined) this.#entries.set(name, { ...entry, target });
  }
}

function moreRestarts(before: Restarts, { connector, tasks }: RestartRequest): Restarts {
  const counts = [...before.tasks];
  for (const task of tasks) counts[task] = (counts[task] ?? 0) + 1;
  return { connector: before.connector + (connector ? 1 : 0), tasks: counts };
}
