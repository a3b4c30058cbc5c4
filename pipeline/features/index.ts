// Panes of all upstream tasks, added up to windows per entity. One feature when a window closes, another when a late pane changes it. A pane
// that comes behind the end of its window waits for the watermark, so that features follow from the panes alone, not from their arrival.
import type { Context, Micros, Outcome, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { Feature, FeaturePartial } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { FeaturesConfig } from './config.ts';
import { union } from './distinct.ts';
import { deleteHeld, putWithin } from './held.ts';

export { config } from './config.ts';
export type { FeaturesConfig } from './config.ts';
export { partials } from './partials.ts';

/** A window's sums, and whether its feature has gone out. */
type Sums = Pick<FeaturePartial, 'events' | 'failures' | 'bytesOut' | 'bytesIn' | 'destinations' | 'ports' | 'users' | 'actions'>;
interface Window extends Sums {
  readonly isClosed: boolean;
}
interface Stores {
  /** By `start|length|organization|type|entity`; what waits to be added to a closed one by `late<at>|` and that. */
  readonly windows: Store<Window>;
  readonly held: Store<number>;
}
type Ctx = Context<Stores>;
const EMPTY: Window = { events: 0, failures: 0, bytesOut: 0, bytesIn: 0, destinations: [], ports: [], users: [], actions: [], isClosed: false };
const CLOSE = 'close|';
const DROP = 'drop|';
const LATE = 'late';
const timeKey = (time: Micros) => String(time).padStart(16, '0');
/** A window holds up to 60 panes' worth of distinct values. */
const WINDOW_DISTINCT_FACTOR = 8;

export const features = ({ windowSeconds, distinctLimit, maxHeld, retentionSeconds }: FeaturesConfig) => {
  const limit = distinctLimit * WINDOW_DISTINCT_FACTOR;
  const retention = retentionSeconds * 1_000_000;
  const featureOf = (key: string, window: Window): Feature => {
    const [start, length, organization = '', entityType = '', ...entity] = key.split('|');
    return {
      organization,
      entityType,
      entity: entity.join('|'),
      windowStart: Number(start),
      windowMicros: Number(length),
      events: window.events,
      failures: window.failures,
      bytesOut: window.bytesOut,
      bytesIn: window.bytesIn,
      distinctDestinations: window.destinations.length,
      distinctPorts: window.ports.length,
      distinctUsers: window.users.length,
      distinctActions: window.actions.length,
    };
  };
  const output = (feature: Feature) => send(topics.features, `${feature.organization}|${feature.entityType}|${feature.entity}`, feature);
  const endOf = (key: string): Micros => {
    const [start, length] = key.split('|').map(Number);
    return start! + length!;
  };
  const sum = (window: Window, more: Sums): Window => ({
    events: window.events + more.events,
    failures: window.failures + more.failures,
    bytesOut: window.bytesOut + more.bytesOut,
    bytesIn: window.bytesIn + more.bytesIn,
    destinations: union(window.destinations, more.destinations, limit),
    ports: union(window.ports, more.ports, limit),
    users: union(window.users, more.users, limit),
    actions: union(window.actions, more.actions, limit),
    isClosed: window.isClosed,
  });
  /** @returns The entry as it is kept, and whether all of the pane is in it; undefined when there was no room for one. */
  const add = (key: string, pane: Sums, { stores: { windows, held } }: Ctx): { readonly kept: Window | undefined; readonly isWhole: boolean } => {
    const isWhole = putWithin(windows, held, key, sum(windows.get(key) ?? EMPTY, pane), maxHeld);
    return { kept: windows.get(key), isWhole };
  };

  /** What came behind the end of its window, once everything before it must have come. */
  const addLate = (prefix: string, { stores: { windows, held }, schedule }: Ctx) =>
    [...windows.scan(`${prefix}|`, `${prefix}}`)].flatMap(([waiting, pane]) => {
      const key = waiting.slice(prefix.length + 1);
      deleteHeld(windows, held, waiting);
      if (Number(prefix.slice(LATE.length)) >= endOf(key) + retention) return [];
      const window = { ...sum(windows.get(key) ?? EMPTY, pane), isClosed: true };
      putWithin(windows, held, key, window, maxHeld); // takes no more room than it had while it waited
      schedule(DROP + key, endOf(key) + retention);
      return [output(featureOf(key, window))];
    });

  return defineStage<FeaturePartial>()({
    name: 'features',
    reads: {
      organization: true,
      entityType: true,
      entity: true,
      paneStart: true,
      paneMicros: true,
      events: true,
      failures: true,
      bytesOut: true,
      bytesIn: true,
      destinations: true,
      ports: true,
      users: true,
      actions: true,
    },
    stores: { windows: keyValue<Window>(), held: keyValue<number>() },

    process({ value: pane, behind = -Infinity }, ctx): Outcome<FeaturePartial> {
      const changed: Feature[] = [];
      let isAllWhole = true;
      const turn = Math.max(pane.paneStart + pane.paneMicros, behind);
      for (const seconds of windowSeconds) {
        const length = seconds * 1_000_000;
        const start = Math.floor(pane.paneStart / length) * length;
        const end = start + length;
        if (Math.max(turn, ctx.watermark()) >= end + retention) continue; // the window is gone; the rows in the store stay as they are
        const key = `${timeKey(start)}|${length}|${pane.organization}|${pane.entityType}|${pane.entity}`;
        const late = turn > end ? LATE + timeKey(turn) : undefined;
        const { kept, isWhole } = add(late === undefined ? key : `${late}|${key}`, pane, ctx);
        isAllWhole &&= isWhole;
        if (kept === undefined) continue;
        if (late !== undefined) ctx.schedule(late, turn);
        else if (kept.isClosed) changed.push(featureOf(key, kept));
        else ctx.schedule(CLOSE + key, end);
      }
      const outputs = changed.map(output);
      return isAllWhole ? pass(...outputs) : drop('over-limit', ...outputs);
    },

    onTimer(timer, ctx) {
      if (timer.startsWith(LATE)) return addLate(timer, ctx);
      const key = timer.slice(timer.indexOf('|') + 1);
      const { windows, held } = ctx.stores;
      const window = windows.get(key);
      if (window === undefined) return [];
      if (timer.startsWith(DROP)) {
        deleteHeld(windows, held, key);
        return [];
      }
      windows.put(key, { ...window, isClosed: true });
      ctx.schedule(DROP + key, endOf(key) + retention);
      return [output(featureOf(key, window))];
    },
  });
};
