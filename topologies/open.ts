import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ConfigOf, Sections } from '../pipeline/core/config.ts';
import type { Owned } from '../pipeline/core/index.ts';
import type { Topology } from '../pipeline/core/topology.ts';

/** What a topology is made from, once per process. */
export interface TopologyDeps {
  /** Goes into event ids. */
  readonly installationId: string;
  /** For loaders. Null when this process has no database: then they are wired but cannot open. */
  readonly databaseUrl: string | null;
  /** The stages that this process will run; others need not load rules or files. Undefined = all. */
  readonly stages: readonly string[] | undefined;
  /** Committed offsets of a group on the broker, by `topic/partition`. */
  readonly committed: (group: string, partitions: readonly Owned[]) => Promise<ReadonlyMap<string, number>>;
  /** What topics hold: offsets [start, end), by `topic/partition`. Absent: loaders believe their positions. */
  readonly extents?: (partitions: readonly Owned[]) => Promise<ReadonlyMap<string, { readonly start: number; readonly end: number }>>;
  /** A lane, which is run with `until`: stages wait for every watermark, so that their output depends on the range alone. */
  readonly isLane?: boolean;
  readonly log: Logger;
  readonly metrics: Registry;
}

/**
 * The default export of `topologies/<name>/index.ts`. `sections` are the options of its stages; the caller loads them together with its own,
 * so that all problems are reported at once. `open` reads what the stages need (rules, a geography file, pools) and wires them; the caller
 * runs the result, and calls `close` after the last stage has stopped.
 */
export interface TopologyFile<S extends Sections = Sections> {
  readonly name: string;
  readonly sections: S;
  readonly open: (config: ConfigOf<S>, deps: TopologyDeps) => Promise<OpenTopology>;
}
export interface OpenTopology {
  readonly topology: Topology;
  readonly close: () => Promise<void>;
}
