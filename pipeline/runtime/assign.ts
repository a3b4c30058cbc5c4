import type { Assignor, TopicPartition } from './port.ts';

type GroupMember = Parameters<Assignor['assign']>[0][number];
/** One partition number and the topics that have it. */
interface NumberedTask {
  readonly number: number;
  readonly topics: readonly string[];
}

/**
 * Sticky, by partition number: one number of all topics goes to one member, so that a task (one partition number over its inputs) is never
 * torn apart. Members keep the tasks they say they own; then as few as possible move, until no member has two more than another that could
 * take one. Where two claim a task, the claim of the later generation holds, then the lower member id. Depends on nothing but its
 * arguments, whatever their order: every leader gives the same answer.
 *
 * Subscriptions differ while a new topic is made known to one member after the other. A member then gets of its tasks the topics that it
 * subscribes to; the rest of the task waits until its owner subscribes too, because a second owner would have a state of its own.
 */
export const stickyByNumber: Assignor = {
  // The name of the first version, which knew no claims: members of both may meet in one group during an upgrade.
  name: 'goshawk-by-number',
  assign(members, partitionCounts) {
    const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const tasks = tasksOf(partitionCounts);
    const owned = new Map<GroupMember, NumberedTask[]>(sorted.map((member) => [member, []]));
    const free: NumberedTask[] = [];
    for (const task of tasks) {
      const owner = ownerOf(task, sorted);
      if (owner === undefined) free.push(task);
      else owned.get(owner)!.push(task);
    }
    for (const task of free) {
      const taker = least(
        sorted.filter((member) => covers(member, task) > 0),
        (member) => owned.get(member)!.length,
        (member) => -covers(member, task),
      );
      if (taker !== undefined) owned.get(taker)!.push(task);
    }
    while (moveOne(sorted, owned));
    return new Map(sorted.map((member) => [member.memberId, partitionsOf(member, owned.get(member)!)]));
  },
};

function tasksOf(partitionCounts: ReadonlyMap<string, number>): NumberedTask[] {
  const topics = [...partitionCounts.keys()].sort();
  return Array.from({ length: Math.max(0, ...partitionCounts.values()) }, (_, number) => ({
    number,
    topics: topics.filter((topic) => number < partitionCounts.get(topic)!),
  }));
}

/** How many topics of the task the member subscribes to. */
const covers = ({ topics }: GroupMember, task: NumberedTask): number => task.topics.filter((topic) => topics.includes(topic)).length;

/** The first of those with the least first measure, then the least second one. */
function least(members: readonly GroupMember[], ...measures: readonly ((member: GroupMember) => number)[]): GroupMember | undefined {
  let best: GroupMember | undefined;
  for (const member of members) {
    const difference = best === undefined ? -1 : (measures.map((measure) => measure(member) - measure(best!)).find((each) => each !== 0) ?? 0);
    if (difference < 0) best = member;
  }
  return best;
}

function ownerOf(task: NumberedTask, sorted: readonly GroupMember[]): GroupMember | undefined {
  return least(
    sorted.filter((member) => member.claim?.numbers.includes(task.number) && covers(member, task) > 0),
    (member) => -member.claim!.generationId,
  );
}

/** Moves one task from a member with many to one with at least two fewer. @returns False when none is to be moved. */
function moveOne(sorted: readonly GroupMember[], owned: ReadonlyMap<GroupMember, NumberedTask[]>): boolean {
  const byLoad = [...sorted].sort((a, b) => owned.get(a)!.length - owned.get(b)!.length); // stable: ties stay in order of their ids
  for (const from of [...byLoad].reverse()) {
    const given = owned.get(from)!;
    for (const to of byLoad) {
      if (given.length - owned.get(to)!.length < 2) break;
      const task = given.filter((each) => covers(to, each) > 0).at(-1);
      if (task === undefined) continue;
      given.splice(given.indexOf(task), 1);
      owned.get(to)!.push(task);
      return true;
    }
  }
  return false;
}

function partitionsOf({ topics }: GroupMember, tasks: readonly NumberedTask[]): TopicPartition[] {
  return [...tasks]
    .sort((a, b) => a.number - b.number)
    .flatMap((task) => task.topics.filter((topic) => topics.includes(topic)).map((topic) => ({ topic, partition: task.number })));
}
