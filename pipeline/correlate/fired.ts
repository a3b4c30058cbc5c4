// What a group has told, compared with what its matches say now: the difference is what a late match changed.
import type { Micros } from '../core/index.ts';
import type { ChangeCode, Contribution, EventRef } from '../../schemas/avro/types.gen.ts';
import type { Entry } from './entry.ts';
import { sortKey } from './entry.ts';

/** A finding that went out and may still change. */
export interface Fired {
  readonly id: string;
  readonly revision: number;
  readonly state: 'holds' | 'withdrawn' | 'replaced';
  readonly first: Micros;
  readonly last: Micros;
  readonly count: number;
  /** The correlation was over its budget when it fired: a draft, and so are its revisions. Absent: it was not. */
  readonly isShadow?: true;
  /** The match that made the condition true. */
  readonly lastRule: string;
  readonly lastEvent: EventRef;
}

/** A firing as the matches have it now. */
export interface Held {
  readonly id: string;
  readonly inside: readonly Entry[];
}

/** One finding to tell of. */
export interface Told {
  readonly fired: Fired;
  readonly code: ChangeCode;
  /** Of the finding as it was; null when there was none. */
  readonly before: Fired | null;
  /** Whether the finding that it was is another one now. */
  readonly supersedes: string | null;
  /** Matches that contribute; null when it is withdrawn. */
  readonly inside: readonly Entry[] | null;
}

/**
 * @param isShadow Of what fires for the first time.
 * @param before All of the group.
 * @param isJudged Which of them are judged anew; the others stay.
 * @param now All firings of that part, in order.
 */
export function compared(
  before: readonly Fired[],
  isJudged: (fired: Fired) => boolean,
  now: readonly Held[],
  isShadow: boolean,
): { readonly fired: readonly Fired[]; readonly told: readonly Told[] } {
  const [first] = now;
  if (before.length === 0 && now.length === 1 && first !== undefined) {
    const fired = firedOf(first, 1, isShadow); // mostly
    return { fired: [fired], told: [{ fired, code: 'completed', before: null, supersedes: null, inside: first.inside }] };
  }
  const known = new Map(before.map((fired) => [fired.id, fired]));
  const lost = new Map(before.filter((fired) => fired.state === 'holds' && isJudged(fired)).map((fired) => [fired.id, fired]));
  const told: Told[] = [];
  const fresh: Held[] = [];
  const seen = new Set<string>();
  for (const held of now) {
    if (seen.has(held.id)) continue; // two firings that begin at one time are one finding
    seen.add(held.id);
    const same = known.get(held.id);
    if (same === undefined || same.state !== 'holds') fresh.push(held);
    else if (lost.delete(held.id) && !isSame(same, held.inside))
      told.push({ fired: firedOf(held, same.revision + 1, same.isShadow === true), code: 'extended', before: same, supersedes: null, inside: held.inside });
  }
  for (const held of fresh) {
    const again = known.get(held.id);
    const replaced = [...lost.values()].find(({ first, last }) => first <= held.inside.at(-1)!.time && last >= held.inside[0]!.time);
    if (replaced !== undefined) {
      lost.delete(replaced.id);
      known.set(replaced.id, { ...replaced, state: 'replaced' });
    }
    const earlier = replaced ?? again;
    const fired = firedOf(held, (again?.revision ?? 0) + 1, earlier === undefined ? isShadow : earlier.isShadow === true);
    told.push({
      fired,
      code: replaced === undefined ? 'completed' : 'replaced',
      before: replaced ?? null,
      supersedes: replaced?.id ?? null,
      inside: held.inside,
    });
  }
  for (const gone of lost.values())
    told.push({ fired: { ...gone, revision: gone.revision + 1, state: 'withdrawn' }, code: 'broken', before: gone, supersedes: null, inside: null });
  for (const { fired } of told) known.set(fired.id, fired);
  return { fired: [...known.values()], told };
}

export const keyOf = ({ lastEvent, lastRule }: Fired): string => sortKey(lastEvent, lastRule);
export const contribution = ({ first, last, count }: Fired): Contribution => ({ time: first, lastTime: last, eventCount: count });

function firedOf({ id, inside }: Held, revision: number, isShadow: boolean): Fired {
  const last = inside.at(-1)!;
  return {
    id,
    revision,
    state: 'holds',
    first: inside[0]!.time,
    last: last.time,
    count: inside.length,
    ...(isShadow ? { isShadow } : {}),
    lastRule: last.ruleId,
    lastEvent: last.event,
  };
}

const isSame = (fired: Fired, inside: readonly Entry[]): boolean => fired.count === inside.length && keyOf(fired) === inside.at(-1)!.key;
