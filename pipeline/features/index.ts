// Panes of all upstream tasks and datasets, added up to windows per entity.
//
// Live, a window's feature goes out when the first dataset in it has passed its end, with all that is there by then, and again, revised, for each
// dataset that passes the end later with something new, and for late panes: nobody waits for the slowest dataset, and the last revision has
// everything. A lane waits for all datasets, a pane that came behind the end of its window likewise: so its features follow from the panes alone,
// not from their arrival.
import type { Context, Micros, Outcome, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { Feature, FeaturePartial } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { FeaturesConfig } from './config.ts';
import { union } from './distinct.ts';
import { deleteHeld, putWithin } from './held.ts';
import type { FeaturesOptions } from './partials.ts';

export { config } from './config.ts';
export type { FeaturesConfig } from './config.ts';
export { partials } from './partials.ts';

/** A window's sums, and whether its feature has gone out with all of them. */
type Sums = Pick<FeaturePartial, 'events' | 'failures' | 'bytesOut' | 'bytesIn' | 'destinations' | 'ports' | 'users' | 'actions'>;
interface Window extends Sums {
  readonly isTold: boolean;
}
interface Stores {
  /** By `start|length|organization|type|entity`; in a lane what waits to be added to a closed one by `late<at>|` and that. */
  readonly windows: Store<Window>;
  readonly held: Store<number>;
}
type Ctx = Context<Stores>;
const EMPTY: Window = { events: 0, failures: 0, bytesOut: 0, bytesIn: 0, destinations: [], ports: [], users: [], actions: [], isTold: false };
/** With the dataset whose watermark it waits for, none in a lane, and the key of the window. */
const CLOSE = 'close|';
const DROP = 'drop|';
const LATE = 'late';
const timeKey = (time: Micros) => String(time).padStart(16, '0');
/** A window holds up to 60 panes' worth of distinct values. */
const WINDOW_DISTINCT_FACTOR = 8;

export const features = ({ windowSeconds, distinctLimit, maxHeld, retentionSeconds }: FeaturesConfig, { isLane = false }: FeaturesOptions = {}) => {
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
    isTold: false,
  });
  /** @returns Whether all of the pane is in the entry. */
  const add = (key: string, pane: Sums, { stores: { windows, held } }: Ctx): boolean =>
    putWithin(windows, held, key, sum(windows.get(key) ?? EMPTY, pane), maxHeld);
  /** The feature as it is now; the window stays for late panes. */
  const tell = (key: string, window: Window, { stores: { windows }, schedule }: Ctx) => {
    windows.put(key, { ...window, isTold: true });
    schedule(DROP + key, endOf(key) + retention);
    return output(featureOf(key, window));
  };

  /** What came behind the end of its window, once everything before it must have come. */
  const addLate = (prefix: string, ctx: Ctx) => {
    const { windows, held } = ctx.stores;
    return [...windows.scan(`${prefix}|`, `${prefix}}`)].flatMap(([waiting, pane]) => {
      const key = waiting.slice(prefix.length + 1);
      deleteHeld(windows, held, waiting);
      if (Number(prefix.slice(LATE.length)) >= endOf(key) + retention) return [];
      const window = sum(windows.get(key) ?? EMPTY, pane);
      putWithin(windows, held, key, window, maxHeld); // takes no more room than it had while it waited
      return [tell(key, window, ctx)];
    });
  };

  return defineStage<FeaturePartial>()({
    name: 'features',
    reads: {
      organization: true,
      entityType: true,
      entity: true,
      dataset: true,
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
      let isAllWhole = true;
      let isTaken = false;
      const turn = Math.max(pane.paneStart + pane.paneMicros, behind);
      const reached = isLane ? Math.max(turn, ctx.watermark()) : ctx.watermark(); // windows are dropped by the slowest dataset
      const clock = isLane ? '' : pane.dataset;
      for (const seconds of windowSeconds) {
        const length = seconds * 1_000_000;
        const start = Math.floor(pane.paneStart / length) * length;
        const end = start + length;
        if (reached >= end + retention) continue; // the window is gone; the rows in the store stay as they are
        isTaken = true;
        const key = `${timeKey(start)}|${length}|${pane.organization}|${pane.entityType}|${pane.entity}`;
        const late = isLane && turn > end ? LATE + timeKey(turn) : undefined;
        const entry = late === undefined ? key : `${late}|${key}`;
        isAllWhole = add(entry, pane, ctx) && isAllWhole;
        if (ctx.stores.windows.get(entry) === undefined) continue; // no room
        if (late !== undefined) ctx.schedule(late, turn);
        else ctx.schedule(`${CLOSE}${clock}|${key}`, end, clock === '' ? undefined : clock); // at once, when the dataset has passed the end
      }
      if (!isTaken) return drop('late');
      return isAllWhole ? pass() : drop('over-limit');
    },

    onTimer(timer, ctx) {
      if (timer.startsWith(LATE)) return addLate(timer, ctx);
      const { windows, held } = ctx.stores;
      if (timer.startsWith(DROP)) {
        deleteHeld(windows, held, timer.slice(DROP.length));
        return [];
      }
      const key = timer.slice(timer.indexOf('|', CLOSE.length) + 1);
      const window = windows.get(key);
      return window === undefined || window.isTold ? [] : [tell(key, window, ctx)];
    },
  });
};
