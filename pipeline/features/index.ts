// Panes of all upstream tasks, added up to windows per entity. One feature when a window closes, another when a late pane changes it.
import type { Outcome } from '../core/index.ts';
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
interface Window extends Pick<FeaturePartial, 'events' | 'failures' | 'bytesOut' | 'bytesIn' | 'destinations' | 'ports' | 'users' | 'actions'> {
  readonly isClosed: boolean;
}
const EMPTY: Window = { events: 0, failures: 0, bytesOut: 0, bytesIn: 0, destinations: [], ports: [], users: [], actions: [], isClosed: false };
/** A window holds up to 60 panes' worth of distinct values. */
const WINDOW_DISTINCT_FACTOR = 8;

export const features = ({ windowSeconds, distinctLimit, maxHeld, retentionSeconds }: FeaturesConfig) => {
  const limit = distinctLimit * WINDOW_DISTINCT_FACTOR;
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

  return defineStage<FeaturePartial>()({
    name: 'features',
    reads: {
      organization: true,
      entityType: true,
      entity: true,
      paneStart: true,
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

    process({ value: pane }, ctx): Outcome<FeaturePartial> {
      const late: Feature[] = [];
      let isWhole = true;
      for (const seconds of windowSeconds) {
        const length = seconds * 1_000_000;
        const start = Math.floor(pane.paneStart / length) * length;
        const end = start + length;
        if (ctx.watermark() >= end + retentionSeconds * 1_000_000) continue; // the window is gone; the rows in the store stay as they are
        const key = `${String(start).padStart(16, '0')}|${length}|${pane.organization}|${pane.entityType}|${pane.entity}`;
        const before = ctx.stores.windows.get(key) ?? EMPTY;
        const window: Window = {
          events: before.events + pane.events,
          failures: before.failures + pane.failures,
          bytesOut: before.bytesOut + pane.bytesOut,
          bytesIn: before.bytesIn + pane.bytesIn,
          destinations: union(before.destinations, pane.destinations, limit),
          ports: union(before.ports, pane.ports, limit),
          users: union(before.users, pane.users, limit),
          actions: union(before.actions, pane.actions, limit),
          isClosed: before.isClosed,
        };
        if (!putWithin(ctx.stores.windows, ctx.stores.held, key, window, maxHeld)) {
          isWhole = false;
          if (ctx.stores.windows.get(key) === undefined) continue;
        }
        if (before.isClosed) late.push(featureOf(key, ctx.stores.windows.get(key) ?? window));
        else ctx.schedule(`close|${key}`, end);
      }
      return isWhole ? pass(...late.map(output)) : drop('over-limit', ...late.map(output));
    },

    onTimer(timer, ctx) {
      const [duty, key] = [timer.slice(0, timer.indexOf('|')), timer.slice(timer.indexOf('|') + 1)];
      const window = ctx.stores.windows.get(key);
      if (window === undefined) return [];
      if (duty === 'drop') {
        deleteHeld(ctx.stores.windows, ctx.stores.held, key);
        return [];
      }
      ctx.stores.windows.put(key, { ...window, isClosed: true });
      const [start, length] = key.split('|').map(Number);
      ctx.schedule(`drop|${key}`, start! + length! + retentionSeconds * 1_000_000);
      return [output(featureOf(key, window))];
    },
  });
};
