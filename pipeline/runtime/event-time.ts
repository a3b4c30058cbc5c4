import type { Micros } from '../core/index.ts';

/** Where a schema keeps its event time. `paths` are added to what a stage reads when its input is a source of watermarks. */
export interface EventTime {
  readonly paths: object;
  readonly of: (value: never) => { readonly time: Micros; readonly dataset: string };
}

/** Schemas that carry time into a topology. Others are never read before a stage that does. */
export const EVENT_TIMES: ReadonlyMap<string, EventTime> = new Map<string, EventTime>([
  ['goshawk.v1.Event', { paths: { time: true, dataset: true }, of: (event: { time: Micros; dataset: string }) => event }],
  ['goshawk.v1.Enriched', { paths: { event: { time: true, dataset: true } }, of: ({ event }: { event: { time: Micros; dataset: string } }) => event }],
]);

/** Both projections; `true` wins. */
export function merged(a: object | true, b: object | true): object | true {
  if (a === true || b === true) return true;
  const all: Record<string, unknown> = { ...a };
  for (const [name, below] of Object.entries(b)) all[name] = name in all ? merged(all[name] as object | true, below as object | true) : below;
  return all;
}
