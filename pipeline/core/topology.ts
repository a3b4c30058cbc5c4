import type { Loader, Micros, Stage, Topic } from './index.ts';

/** A stage, or a loader, and the topic it reads. */
export type Wire =
  | {
      readonly kind: 'stage';
      readonly name: string;
      readonly stage: Stage<unknown, object>;
      readonly from: Topic<unknown>;
      readonly to: readonly Topic<unknown>[];
      readonly commitEveryMs: number;
    }
  | { readonly kind: 'loader'; readonly name: string; readonly loader: Loader<unknown>; readonly from: Topic<unknown>; readonly group: string };
export interface Topology {
  readonly name: string;
  readonly wires: readonly Wire[];
  /** What its sources are to know of time; the runtime has defaults. */
  readonly time?: TopologyTime;
}
export interface TopologyTime {
  /** How late an event of a dataset may be. */
  readonly latenessOf: (dataset: string) => Micros;
  /** Events stamped further ahead of their append time move no watermark. */
  readonly maxFuture: Micros;
}

/** `to` lists what the stage may write to, for the printed picture and the checks at start. */
export interface Wiring<In> {
  readonly from: Topic<In>;
  readonly to: readonly Topic<unknown>[];
  readonly commitEveryMs?: number;
}

/** 100 ms between commits unless nobody waits for the stage. */
export const stage = <In, S extends object>(member: Stage<In, S>, { from, to, commitEveryMs = 100 }: Wiring<In>): Wire => ({
  kind: 'stage',
  name: member.name,
  stage: member as unknown as Stage<unknown, object>,
  from,
  to,
  commitEveryMs,
});

/** Loaders of one `group` share a consumer group, named `goshawk.<group>`. */
export const loader = <V>(member: Loader<V>, { from, group }: { readonly from: Topic<V>; readonly group: string }): Wire => ({
  kind: 'loader',
  name: member.name,
  loader: member as unknown as Loader<unknown>,
  from,
  group,
});

export const defineTopology = (name: string, wires: readonly Wire[], time?: TopologyTime): Topology => ({
  name,
  wires,
  ...(time === undefined ? {} : { time }),
});
