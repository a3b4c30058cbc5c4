// Where a dead letter goes back to, and as what.
import { isErrorHeader } from '../../core/dead-letter.ts';
import type { DeadLetter } from '../../core/dead-letter.ts';
import { redrivenHeader } from '../../core/redriven.ts';
import { redrivable, redrivenTopic } from '../../../topologies/topics.ts';
import { APPENDED_HEADER, microsHeader } from '../input.ts';
import type { OutRecord, RawRecord } from '../port.ts';

/** Why a dead letter is not sent again. */
export type Obstacle = 'bytes are gone' | 'a batch, not a record' | 'no topic to go back to' | 'too large' | 'too old';

export interface Target {
  readonly topic: string;
  readonly partition: number;
}
const STAGE_TOPICS: ReadonlySet<string> = new Set(redrivable.map(({ name }) => name));
const RAW = /^raw\.([^.]+)\../;

/**
 * A raw record goes through its organization's topic for such records, not back to its own: there a sensor could have written what we
 * write beside it. Anything else goes back to the topic it came from; stages that did not refuse it pass it by.
 * @param partitions By name; of a topic that is still to be made, what it will have.
 */
export function targetOf(letter: DeadLetter, partitions: ReadonlyMap<string, number>): Target | Obstacle {
  if (letter.code === 'BATCH_UNREADABLE') return 'a batch, not a record';
  if (letter.without !== '') return 'bytes are gone';
  const { topic, partition } = letter.position;
  const organization = RAW.exec(topic)?.[1];
  if (organization !== undefined) {
    const name = redrivenTopic(organization).name;
    const count = partitions.get(name) ?? partitions.get(topic);
    return count === undefined ? 'no topic to go back to' : { topic: name, partition: partition % count };
  }
  return STAGE_TOPICS.has(topic) && partition < (partitions.get(topic) ?? 0) ? { topic, partition } : 'no topic to go back to';
}

const copyOf = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

/**
 * Key, value and headers are the record's own; beside them where and when it was appended first, which make it the same event again.
 * Bytes are copied: those of `record` keep a whole fetch in memory.
 */
export function redrivenRecord(letter: DeadLetter, { key, value, headers }: RawRecord, target: Target): OutRecord {
  const { id, stage, attempt, firstFailureMs, position } = letter;
  const own = headers.filter(([name]) => !isErrorHeader(name) && name !== APPENDED_HEADER);
  const appended = headers.findLast(([name]) => name === APPENDED_HEADER)?.[1] ?? microsHeader(letter.timestampMs * 1000);
  const copied = [...own, [APPENDED_HEADER, appended] as const].map(([name, bytes]) => [name, Buffer.from(bytes)] as const);
  return { ...target, key: copyOf(key), value: copyOf(value), headers: [...copied, redrivenHeader({ stage, letter: id, attempt, firstFailureMs, position })] };
}

/** About what a record takes in a batch, uncompressed. */
export function sizeOf({ key, value, headers = [] }: OutRecord): number {
  let bytes = 100 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += 10 + name.length + text.length;
  return bytes;
}
