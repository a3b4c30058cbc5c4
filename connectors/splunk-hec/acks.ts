// Requests that were taken and are not indexed yet: which, where to ask, and how long it is worth waiting.
// Splunk, "About HTTP Event Collector Indexer Acknowledgment".
import type { Outcome } from '../_sink/index.ts';
import { DELIVERED } from '../_sink/index.ts';

export type Acknowledged = Exclude<Outcome, { readonly kind: 'accepted' }>;

/** Where an id of an acknowledgement means something: one indexer, which a balancer finds by cookie, and one channel of it. */
export interface Place {
  readonly url: string;
  readonly channel: string;
  /** The value of the Cookie header; empty = none. */
  readonly cookie: string;
}
export const placeKey = ({ url, channel, cookie }: Place): string => `${url}\n${channel}\n${cookie}`;

export interface Acks {
  /** @returns What becomes of the request: delivered, or sent again. It settles in any case. */
  readonly await: (
    place: Place,
    ackId: number,
  ) => { readonly acknowledged: Promise<Acknowledged>; /** Ids of the channel begin anew: its server was started again. */ readonly isAnew: boolean };
  /** What there is to ask for. */
  readonly pending: () => readonly { readonly place: Place; readonly ackIds: readonly number[] }[];
  readonly told: (place: Place, acknowledged: readonly number[]) => void;
  /** Gives up what has waited too long. @returns How many requests. */
  readonly expire: () => number;
  /** Gives up everything. */
  readonly abandon: (message: string) => void;
  /** How long a request is waited for: at least `atLeastMs`, and longer where the indexers are slow. Milliseconds. */
  readonly patienceMs: () => number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly settle: (outcome: Acknowledged) => void;
}
interface Channel {
  readonly place: Place;
  readonly waiting: Map<number, Waiting>;
  /** The last ids that were given: one that comes again tells of a restart, in which the ids before it are lost. */
  readonly given: Set<number>;
  highest: number;
}

/** So many times the slowest that was acknowledged of late. */
const PATIENCE = 4;
const MOST_PATIENCE_MS = 3_600_000;
const REMEMBERED_IDS = 4_096;
/** Every failure leaves a channel behind, for as long as something of it is waited for. */
const MOST_CHANNELS = 64;

/** @param now Milliseconds. */
export function openAcks(atLeastMs: number, now: () => number): Acks {
  const channels = new Map<string, Channel>();
  let slowestMs = 0;

  const patienceMs = () => Math.max(atLeastMs, Math.min(slowestMs * PATIENCE, MOST_PATIENCE_MS));
  const giveUp = (channel: Channel, ids: Iterable<number>, message: string): number => {
    let count = 0;
    for (const id of ids) {
      channel.waiting.get(id)!.settle({ kind: 'retry', message, isAmbiguous: true });
      channel.waiting.delete(id);
      count += 1;
    }
    return count;
  };
  return {
    patienceMs,
    await(place, ackId) {
      const key = placeKey(place);
      const channel = channels.get(key) ?? { place, waiting: new Map<number, Waiting>(), given: new Set<number>(), highest: -1 };
      channels.set(key, channel);
      const isAnew = channel.given.has(ackId) || ackId < channel.highest - REMEMBERED_IDS;
      if (isAnew) {
        giveUp(channel, channel.waiting.keys(), 'The server was started again before it acknowledged.');
        channel.given.clear();
        channel.highest = -1;
      }
      channel.given.add(ackId);
      channel.highest = Math.max(channel.highest, ackId);
      if (channel.given.size > 2 * REMEMBERED_IDS) for (const id of channel.given) if (id < channel.highest - REMEMBERED_IDS) channel.given.delete(id);
      const { promise: acknowledged, resolve: settle } = Promise.withResolvers<Acknowledged>();
      channel.waiting.set(ackId, { sinceMs: now(), settle });
      return { acknowledged, isAnew };
    },
    pending: () => [...channels.values()].filter(({ waiting }) => waiting.size > 0).map(({ place, waiting }) => ({ place, ackIds: [...waiting.keys()] })),
    told(place, acknowledged) {
      const channel = channels.get(placeKey(place));
      for (const id of acknowledged) {
        const waiting = channel?.waiting.get(id);
        if (channel === undefined || waiting === undefined) continue;
        slowestMs = Math.max(now() - waiting.sinceMs, slowestMs * 0.99);
        channel.waiting.delete(id);
        waiting.settle(DELIVERED);
      }
    },
    expire() {
      const patience = patienceMs();
      let count = 0;
      for (const channel of channels.values()) {
        const late = [...channel.waiting].filter(([, { sinceMs }]) => now() - sinceMs >= patience).map(([id]) => id);
        count += giveUp(channel, late, `Not acknowledged within ${Math.round(patience / 1_000)} s.`);
      }
      if (channels.size > MOST_CHANNELS) for (const [key, { waiting }] of channels) if (waiting.size === 0) channels.delete(key);
      return count;
    },
    abandon(message) {
      for (const channel of channels.values()) giveUp(channel, channel.waiting.keys(), message);
    },
  };
}
