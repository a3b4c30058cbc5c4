// Per entity, dataset and pane of stream time: what one upstream task saw. Panes of all tasks and datasets are added up by `features`.
//
// Live, a pane closes by the watermark of its dataset, so a slow dataset holds up its own panes only. What comes behind that watermark, or
// behind the watermark of its source, is added up apart until the pane in which it came is over. A lane waits for all datasets and goes by the
// source alone: so its partials follow from the events, not from how the tasks before this one are interleaved.
import type { Micros, Outcome, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { Enriched, FeaturePartial } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { FeaturesConfig } from './config.ts';
import { hash64Hex, withValue } from './distinct.ts';
import { deleteHeld, putWithin } from './held.ts';

type Pane = Omit<FeaturePartial, 'organization' | 'entityType' | 'entity' | 'dataset' | 'paneStart' | 'paneMicros' | 'upstream'>;
interface Stores {
  readonly panes: Store<Pane>;
  readonly held: Store<number>;
}
const EMPTY: Pane = { events: 0, failures: 0, bytesOut: 0, bytesIn: 0, destinations: [], ports: [], users: [], actions: [] };

/**
 * Panes that close together have a group, and a timer, `dataset|closesAt`; those that came in time and those that came late. Store key:
 * `dataset|closesAt|paneStart|organization|type|entity`. The entity comes last: it may hold any character.
 */
const timeKey = (time: Micros) => String(time).padStart(16, '0');
const TIMER = 'close|';

export interface FeaturesOptions {
  /** A lane: order is all, so every pane and window waits for the watermark of all datasets. */
  readonly isLane?: boolean;
}

export const partials = ({ paneSeconds, distinctLimit, maxHeld }: FeaturesConfig, { isLane = false }: FeaturesOptions = {}) => {
  const paneMicros = paneSeconds * 1_000_000;

  const add = ({ panes, held }: Stores, key: string, event: Observed): boolean => {
    const before = panes.get(key) ?? EMPTY;
    const next: Pane = {
      events: before.events + 1,
      failures: before.failures + (event.isFailure ? 1 : 0),
      bytesOut: before.bytesOut + event.bytesOut,
      bytesIn: before.bytesIn + event.bytesIn,
      destinations: event.destination === null ? before.destinations : withValue(before.destinations, hash64Hex(event.destination), distinctLimit),
      ports: event.port === null ? before.ports : withValue(before.ports, event.port, distinctLimit),
      users: event.user === null ? before.users : withValue(before.users, hash64Hex(event.user), distinctLimit),
      actions: event.action === null ? before.actions : withValue(before.actions, hash64Hex(event.action), distinctLimit),
    };
    return putWithin(panes, held, key, next, maxHeld);
  };

  return defineStage<Enriched>()({
    name: 'partials',
    reads: {
      event: {
        time: true,
        dataset: true,
        organization: true,
        outcome: true,
        action: true,
        host: { name: true },
        user: { name: true },
        source: { ip: true, bytes: true },
        destination: { ip: true, port: true, bytes: true },
      },
    },
    stores: { panes: keyValue<Pane>(), held: keyValue<number>() },

    process({ value: { event }, behind = -Infinity }, ctx): Outcome<Enriched> {
      const host = event.host?.name ?? null;
      const user = event.user?.name ?? null;
      const address = event.source?.ip ?? null;
      if (host === null && user === null && address === null) return pass();
      const observed: Observed = {
        isFailure: event.outcome === 'failure',
        bytesOut: event.source?.bytes ?? 0,
        bytesIn: event.destination?.bytes ?? 0,
        destination: event.destination?.ip ?? null,
        port: event.destination?.port ?? null,
        user,
        action: event.action,
      };
      const { dataset } = event;
      const paneStart = Math.floor(event.time / paneMicros) * paneMicros;
      const reached = isLane ? behind : Math.max(behind, ctx.watermark(dataset));
      const closesAt = Math.floor(Math.max(event.time, reached) / paneMicros) * paneMicros + paneMicros;
      const group = `${dataset}|${timeKey(closesAt)}`;
      const prefix = `${group}|${timeKey(paneStart)}|${event.organization}`;
      const entities = [host === null ? [] : [`host|${host}`], user === null ? [] : [`user|${user}`], address === null ? [] : [`address|${address}`]].flat();
      let isWhole = true;
      for (const entity of entities) isWhole = add(ctx.stores, `${prefix}|${entity}`, observed) && isWhole;
      ctx.schedule(TIMER + group, closesAt, isLane ? undefined : dataset);
      return isWhole ? pass() : drop('over-limit');
    },

    /** What late events add goes out as a second partial of their pane, which says how late. */
    onTimer(timer, ctx) {
      const group = timer.slice(TIMER.length);
      const closed = [...ctx.stores.panes.scan(`${group}|`, `${group}}`)]; // `}` is the character after `|`
      return closed.map(([key, sums]) => {
        deleteHeld(ctx.stores.panes, ctx.stores.held, key);
        const [dataset = '', closesAt, start, organization = '', entityType = '', ...rest] = key.split('|');
        const [paneStart, entity] = [Number(start), rest.join('|')];
        const partial: FeaturePartial = { organization, entityType, entity, dataset, paneStart, paneMicros, upstream: 0, ...sums };
        const late = Number(closesAt) > paneStart + paneMicros ? Number(closesAt) : undefined;
        return send(topics.partials, `${organization}|${entityType}|${entity}`, partial, late);
      });
    },
  });
};

interface Observed {
  readonly isFailure: boolean;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly destination: string | null;
  readonly port: number | null;
  readonly user: string | null;
  readonly action: string | null;
}
