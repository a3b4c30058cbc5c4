// Tasks lie in slots, and workers divide slots among them as a consumer group divides partitions: a slot is a partition of a topic without records.
import type { Assignor, TopicPartition } from '../../pipeline/runtime/port.ts';

/** Tasks by slot. */
export const weigh = (connectors: readonly { readonly slots: readonly number[] }[]): ReadonlyMap<number, number> => {
  const weights = new Map<number, number>();
  for (const { slots } of connectors) for (const slot of slots) weights.set(slot, (weights.get(slot) ?? 0) + 1);
  return weights;
};

export interface SlotChoice {
  /** Slots there are: 0 to count - 1. */
  readonly count: number;
  /** Tasks by slot, before. */
  readonly weights: ReadonlyMap<number, number>;
  /** Who has which slots now, as far as is known. */
  readonly workers: readonly { readonly slots: readonly number[] }[];
}

/**
 * A slot for each of some new tasks: one that no task has, where there is one, of the worker with the fewest tasks.
 * As few tasks as possible share a slot, so the next rebalance can spread them evenly, however many workers there are.
 */
export function chooseSlots(tasks: number, { count, weights, workers }: SlotChoice): readonly number[] {
  const load = new Map(weights);
  const tasksIn = (slot: number) => load.get(slot) ?? 0;
  const owner = new Map(workers.flatMap((worker) => worker.slots.map((slot) => [slot, worker] as const)));
  const loadOfOwner = (slot: number) => owner.get(slot)?.slots.reduce((sum, each) => sum + tasksIn(each), 0) ?? Number.MAX_SAFE_INTEGER;
  return Array.from({ length: tasks }, () => {
    let best = 0;
    for (let slot = 1; slot < count; slot++) {
      const difference = tasksIn(slot) - tasksIn(best) || loadOfOwner(slot) - loadOfOwner(best);
      if (difference < 0) best = slot;
    }
    load.set(best, tasksIn(best) + 1);
    return best;
  });
}

/** Whether this worker has so much more to do than another that slots are to be divided anew. */
export function hasTooMuch(
  workerId: string,
  workers: readonly { readonly worker_id: string; readonly slots: readonly number[] }[],
  weights: ReadonlyMap<number, number>,
): boolean {
  const loadOf = ({ slots }: { readonly slots: readonly number[] }) => slots.reduce((sum, slot) => sum + (weights.get(slot) ?? 0), 0);
  const own = workers.find((worker) => worker.worker_id === workerId);
  if (own === undefined) return false;
  const gap = loadOf(own) - Math.min(...workers.map(loadOf));
  return own.slots.some((slot) => weights.has(slot) && weights.get(slot)! < gap);
}

interface Share {
  readonly memberId: string;
  readonly slots: number[];
}

/**
 * Divides slots by the tasks in them, then by their number. Members keep what they say they own; then as few as possible move until no move
 * makes the shares more even. Every leader gives the same answer, as far as it knows the same tasks.
 *
 * @param weights Asked when it is this member that divides.
 */
export const bySlotWeight = (weights: () => ReadonlyMap<number, number>): Assignor => ({
  name: 'goshawk-connect-slots',
  assign(members, partitionCounts) {
    const [[topic, count] = ['', 0]] = partitionCounts;
    const known = weights();
    // A slot without tasks weighs next to nothing, so that those are spread too, and never at the price of a task.
    const weightOf = (slot: number) => (known.get(slot) ?? 0) + 0.001;
    const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const shares: Share[] = sorted.map(({ memberId }) => ({ memberId, slots: [] }));
    const free: number[] = [];
    for (let slot = 0; slot < count; slot++) {
      const at = latestClaim(sorted, slot);
      if (at < 0) free.push(slot);
      else shares[at]!.slots.push(slot);
    }
    const loadOf = ({ slots }: Share) => slots.reduce((sum, slot) => sum + weightOf(slot), 0);
    for (const slot of free.sort((a, b) => weightOf(b) - weightOf(a) || a - b)) leastOf(shares, loadOf).slots.push(slot);
    while (moveOne(shares, loadOf, weightOf));
    return new Map(shares.map(({ memberId, slots }) => [memberId, slots.sort((a, b) => a - b).map((partition): TopicPartition => ({ topic, partition }))]));
  },
});

/** Index of the member whose claim holds: of the latest generation, then the first. -1 = nobody's. */
function latestClaim(members: Parameters<Assignor['assign']>[0], slot: number): number {
  let best = -1;
  for (const [index, { claim }] of members.entries()) {
    if (claim?.numbers.includes(slot) && (best < 0 || claim.generationId > members[best]!.claim!.generationId)) best = index;
  }
  return best;
}

function leastOf(shares: readonly Share[], loadOf: (share: Share) => number): Share {
  let least = shares[0]!;
  for (const share of shares) if (loadOf(share) < loadOf(least)) least = share;
  return least;
}

/** Moves a slot to the lightest share, from the heaviest that has one whose move evens them out. @returns false when none has. */
function moveOne(shares: readonly Share[], loadOf: (share: Share) => number, weightOf: (slot: number) => number): boolean {
  const to = leastOf(shares, loadOf);
  for (const from of [...shares].sort((a, b) => loadOf(b) - loadOf(a))) {
    const gap = loadOf(from) - loadOf(to);
    const distance = (slot: number) => Math.abs(gap / 2 - weightOf(slot));
    // Sums of fractions differ by their order: what is the same but for that is no gain.
    const [slot] = from.slots.filter((each) => weightOf(each) < gap - 1e-6).sort((a, b) => distance(a) - distance(b) || b - a);
    if (slot === undefined) continue;
    from.slots.splice(from.slots.indexOf(slot), 1);
    to.slots.push(slot);
    return true;
  }
  return false;
}
