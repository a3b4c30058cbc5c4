import { FatalError, FencedError } from '../../core/errors.ts';
import type { GroupMetadata, OutRecord } from '../port.ts';
import type { CommittedOffsets, Group } from './group.ts';
import type { PartitionLog } from './log.ts';

interface Transactional {
  readonly producerId: number;
  epoch: number;
  timeoutMs: number;
  startedMs: number | null; // null: no transaction is open
  readonly logs: Set<PartitionLog>;
  readonly groups: Set<Group>;
}
/** What a producer holds after its init. It is fenced as soon as the epoch is not the last one. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly epoch: number;
}

/** Coordinator of all transactions. Markers are written in the moment of the decision. */
export class Transactions {
  readonly #byId = new Map<string, Transactional>();
  readonly #nextProducerId: () => number;

  constructor(nextProducerId: () => number) {
    this.#nextProducerId = nextProducerId;
  }

  /** Aborts what the predecessor left open and fences it. */
  init(transactionalId: string, timeoutMs: number, nowMs: number): ProducerIdentity {
    const known = this.#byId.get(transactionalId);
    if (known) this.#end(known, false, nowMs);
    const state: Transactional = known ?? { producerId: this.#nextProducerId(), epoch: -1, timeoutMs, startedMs: null, logs: new Set(), groups: new Set() };
    state.epoch++;
    state.timeoutMs = timeoutMs;
    this.#byId.set(transactionalId, state);
    return { transactionalId, producerId: state.producerId, epoch: state.epoch };
  }

  append(who: ProducerIdentity, log: PartitionLog, records: readonly OutRecord[], nowMs: number): number {
    const state = this.#open(who, nowMs);
    state.logs.add(log);
    return log.append(records, who.producerId, true, nowMs);
  }

  addGroup(who: ProducerIdentity, group: Group, nowMs: number): void {
    this.#open(who, nowMs).groups.add(group);
  }

  /** @param member `null` skips the check of the group, as versions of the request without these fields do. */
  /** @param member A broker asks no questions of one that gives neither name nor generation. */
  commitOffsets(who: ProducerIdentity, group: Group, offsets: CommittedOffsets, member: GroupMetadata): void {
    const state = this.#current(who);
    if (!state.groups.has(group)) throw new FatalError('BROKER_REFUSED', `Group ${group.id} is not part of the transaction`);
    if (member.memberId !== '' || member.generationId >= 0) group.checkMember(member);
    group.commitPending(who.producerId, offsets);
  }

  end(who: ProducerIdentity, isCommitted: boolean, nowMs: number): void {
    this.#end(this.#current(who), isCommitted, nowMs);
  }

  /** Aborts what has been open for longer than its timeout. Its producer is fenced then. */
  expire(nowMs: number): void {
    for (const state of this.#byId.values()) {
      if (state.startedMs === null || nowMs - state.startedMs < state.timeoutMs) continue;
      state.epoch++;
      this.#end(state, false, nowMs);
    }
  }

  #current({ transactionalId, epoch }: ProducerIdentity): Transactional {
    const state = this.#byId.get(transactionalId);
    if (state?.epoch !== epoch)
      throw new FencedError('PRODUCER_FENCED', `Transactional id ${transactionalId} has a newer owner, or its transaction timed out`, { code: 47 });
    return state;
  }

  #open(who: ProducerIdentity, nowMs: number): Transactional {
    const state = this.#current(who);
    state.startedMs ??= nowMs;
    return state;
  }

  #end(state: Transactional, isCommitted: boolean, nowMs: number): void {
    for (const log of state.logs) log.mark(state.producerId, isCommitted ? 'commit' : 'abort', nowMs);
    for (const group of state.groups) group.endTransaction(state.producerId, isCommitted);
    state.logs.clear();
    state.groups.clear();
    state.startedMs = null;
  }
}
