// Per entity and pane of stream time: what one upstream task saw. Panes of all tasks are added up by `features`.
//
// What comes behind the watermark of its source is added up apart, until the watermark passes the pane in which it came: so partials follow
// from the events alone, not from how the tasks before this one are interleaved.
import type { Micros, Outcome, Store } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import type { Enriched, FeaturePartial } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { FeaturesConfig } from './config.ts';
import { hash64Hex, withValue } from './distinct.ts';
import { deleteHeld, putWithin } from './held.ts';

type Pane = Omit<FeaturePartial, 'organization' | 'entityType' | 'entity' | 'paneStart' | 'paneMicros' | 'upstream'>;
interface Stores {
  readonly panes: Store<Pane>;
  readonly held: Store<number>;
}
const EMPTY: Pane = { events: 0, failures: 0, bytesOut: 0, bytesIn: 0, destinations: [], ports: [], users: [], actions: [] };

/** Store key `paneStart|organization|type|entity`, so that one scan finds the entities of a pane. The entity comes last: it may hold any character. */
const timeKey = (time: Micros) => String(time).padStart(16, '0');
/** Store key of what is late: `late<closesAt>|paneStart|organization|type|entity`. */
const LATE = 'late';
const TIMER = 'pane|';

export const partials = ({ paneSeconds, distinctLimit, maxHeld }: FeaturesConfig) => {
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
      const paneStart = Math.floor(event.time / paneMicros) * paneMicros;
      const closesAt = Math.floor(Math.max(event.time, behind) / paneMicros) * paneMicros + paneMicros;
      const isLate = closesAt > paneStart + paneMicros;
      const group = isLate ? LATE + timeKey(closesAt) : timeKey(paneStart);
      const prefix = isLate ? `${group}|${timeKey(paneStart)}|${event.organization}` : `${group}|${event.organization}`;
      const entities = [host === null ? [] : [`host|${host}`], user === null ? [] : [`user|${user}`], address === null ? [] : [`address|${address}`]].flat();
      let isWhole = true;
      for (const entity of entities) isWhole = add(ctx.stores, `${prefix}|${entity}`, observed) && isWhole;
      ctx.schedule(TIMER + group, closesAt);
      return isWhole ? pass() : drop('over-limit');
    },

    /** What late events add goes out as a second partial of their pane. */
    onTimer(timer, ctx) {
      const group = timer.slice(TIMER.length);
      const late = group.startsWith(LATE) ? Number(group.slice(LATE.length)) : undefined;
      const closed = [...ctx.stores.panes.scan(`${group}|`, `${group}}`)]; // `}` is the character after `|`
      return closed.map(([key, sums]) => {
        deleteHeld(ctx.stores.panes, ctx.stores.held, key);
        const [paneStart, organization = '', entityType = '', ...entity] = key.split('|').slice(late === undefined ? 0 : 1);
        const partial: FeaturePartial = { organization, entityType, entity: entity.join('|'), paneStart: Number(paneStart), paneMicros, upstream: 0, ...sums };
        return send(topics.partials, `${organization}|${entityType}|${partial.entity}`, partial, late);
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
