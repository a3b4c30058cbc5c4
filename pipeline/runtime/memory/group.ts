import { FatalError, FencedError } from '../../core/errors.ts';
import type { Assignor, Claim, GroupMetadata, Offsets, TopicPartition } from '../port.ts';

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}
export type CommittedOffsets = ReadonlyMap<string, CommittedOffset>;
/** The broker's offset.metadata.max.bytes. */
const MAX_METADATA_BYTES = 4_096;

/** @throws FatalError as the broker's 12 when a text is too long. */
export function withMetadata(offsets: Offsets, metadata?: ReadonlyMap<string, string>): CommittedOffsets {
  return new Map(
    [...offsets].map(([key, offset]) => {
      const text = metadata?.get(key) ?? '';
      if (Buffer.byteLength(text) > MAX_METADATA_BYTES)
        throw new FatalError('BROKER_REFUSED', `The metadata of ${key} exceeds ${MAX_METADATA_BYTES} bytes`, { code: 12 });
      return [key, { offset, metadata: text }];
    }),
  );
}

export const offsetsOf = (committed: CommittedOffsets): Offsets => new Map([...committed].map(([key, { offset }]) => [key, offset]));

/** A member as the coordinator sees it. */
export interface Member {
  readonly id: string;
  readonly topics: readonly string[];
  readonly assignor: Assignor;
  readonly claim: Claim | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Whether it would answer: an idle member sends heartbeats by itself, one that works does so only by `beat`, a dead one never. */
  readonly isBeating: () => boolean;
}
export interface Joined {
  readonly group: GroupMetadata;
  readonly owned: readonly TopicPartition[];
}
interface Seat {
  readonly member: Member;
  lastBeatMs: number;
  join: ((joined: Joined) => void) | null;
  readonly expelled: (error: FencedError) => void;
}
/** What a member must do: nothing, leave its work and join again, or find that it was expelled. */
export type Standing = 'member' | 'rebalancing' | 'expelled';

/** Coordinator of one consumer group: classic protocol, eager rebalances. The join and sync of the real one are one step. */
export class Group {
  readonly id: string;
  generation = 0;
  readonly offsets = new Map<string, CommittedOffset>();
  readonly #pending = new Map<number, Map<string, CommittedOffset>>(); // by producer id
  readonly #seats = new Map<string, Seat>();
  #isRebalancing = false;
  #rebalanceStartedMs = 0;
  readonly #partitionCounts: () => ReadonlyMap<string, number>;
  readonly #changed: () => void;

  constructor(id: string, partitionCounts: () => ReadonlyMap<string, number>, changed: () => void) {
    this.id = id;
    this.#partitionCounts = partitionCounts;
    this.#changed = changed;
  }

  get memberCount(): number {
    return this.#seats.size;
  }
  get state(): 'Empty' | 'Stable' | 'PreparingRebalance' {
    return this.#seats.size === 0 ? 'Empty' : this.#isRebalancing ? 'PreparingRebalance' : 'Stable';
  }

  /** Resolves when all members have joined, or those that did not were expelled. */
  join(member: Member, nowMs: number): Promise<Joined> {
    return new Promise((resolve, reject) => {
      const seat: Seat = { member, lastBeatMs: nowMs, join: resolve, expelled: reject };
      this.#seats.set(member.id, seat);
      this.#startRebalance(nowMs);
      this.#completeWhenAllJoined();
    });
  }

  leave(memberId: string, nowMs: number): void {
    const seat = this.#seats.get(memberId);
    if (!seat) return;
    this.#seats.delete(memberId);
    seat.expelled(new FencedError('GENERATION_FENCED', `Member ${memberId} left group ${this.id}`, { code: 25 })); // if it waits for a join
    this.#startRebalance(nowMs);
    this.#completeWhenAllJoined();
  }

  beat(memberId: string, nowMs: number): Standing {
    const seat = this.#seats.get(memberId);
    if (!seat) return 'expelled';
    seat.lastBeatMs = nowMs;
    return this.#isRebalancing && !seat.join ? 'rebalancing' : 'member';
  }

  /** A member with nothing to do but work. Unlike `beat` it does not count as a heartbeat. */
  isSettledFor(memberId: string): boolean {
    const seat = this.#seats.get(memberId);
    return seat !== undefined && !(this.#isRebalancing && !seat.join);
  }

  /** Time moved: expels who has been silent for its session, or did not join a rebalance in time. */
  expire(nowMs: number): void {
    for (const { member, lastBeatMs, join, expelled } of this.#seats.values()) {
      const seat = this.#seats.get(member.id)!;
      if (member.isBeating()) seat.lastBeatMs = nowMs;
      const isSilent = nowMs - (member.isBeating() ? nowMs : lastBeatMs) > member.sessionTimeoutMs;
      const isLate = this.#isRebalancing && !join && nowMs - this.#rebalanceStartedMs > member.rebalanceTimeoutMs;
      if (!isSilent && !isLate) continue;
      this.#seats.delete(member.id);
      expelled(new FencedError('GENERATION_FENCED', `Member ${member.id} of group ${this.id} was expelled`, { code: 25 }));
      this.#startRebalance(nowMs);
    }
    this.#completeWhenAllJoined();
  }

  /** Refuses a commit by who is not a member (25) or of another generation (22). Old members may commit until all have joined. */
  checkMember({ memberId, generationId }: GroupMetadata): void {
    if (!this.#seats.has(memberId)) throw new FencedError('GENERATION_FENCED', `Group ${this.id} does not know member "${memberId}"`, { code: 25 });
    if (generationId !== this.generation) {
      throw new FencedError('GENERATION_FENCED', `Generation ${generationId} of group ${this.id} is over: it is ${this.generation}`, { code: 22 });
    }
  }

  commit(offsets: CommittedOffsets): void {
    for (const [partition, offset] of offsets) this.offsets.set(partition, offset);
    this.#changed();
  }

  /** Offsets that belong to a transaction: they count when it commits. */
  commitPending(producerId: number, offsets: CommittedOffsets): void {
    const pending = this.#pending.get(producerId) ?? new Map<string, CommittedOffset>();
    for (const [partition, offset] of offsets) pending.set(partition, offset);
    this.#pending.set(producerId, pending);
  }

  endTransaction(producerId: number, isCommitted: boolean): void {
    const pending = this.#pending.get(producerId);
    this.#pending.delete(producerId);
    if (pending && isCommitted) for (const [partition, offset] of pending) this.offsets.set(partition, offset);
    this.#changed();
  }

  /** True while an open transaction may still move the offset of one of the partitions: 88 UNSTABLE_OFFSET_COMMIT. */
  isUnstable(partitions: readonly string[]): boolean {
    return [...this.#pending.values()].some((pending) => partitions.some((partition) => pending.has(partition)));
  }

  #startRebalance(nowMs: number): void {
    if (!this.#isRebalancing) this.#rebalanceStartedMs = nowMs;
    this.#isRebalancing = this.#seats.size > 0;
    if (!this.#isRebalancing) this.generation++; // emptiness is a generation too
    this.#changed();
  }

  #completeWhenAllJoined(): void {
    const seats = [...this.#seats.values()];
    if (!this.#isRebalancing || seats.some(({ join }) => !join)) return;
    this.#isRebalancing = false;
    this.generation++;
    const subscribed = new Set(seats.flatMap(({ member }) => member.topics));
    const counts = new Map([...this.#partitionCounts()].filter(([topic]) => subscribed.has(topic)));
    const assigned = seats[0]!.member.assignor.assign(
      seats.map(({ member: { id: memberId, topics, claim } }) => ({ memberId, topics, claim })),
      counts,
    );
    for (const seat of seats) {
      const join = seat.join!;
      seat.join = null;
      join({
        group: { groupId: this.id, generationId: this.generation, memberId: seat.member.id, groupInstanceId: null },
        owned: assigned.get(seat.member.id) ?? [],
      });
    }
    this.#changed();
  }
}
