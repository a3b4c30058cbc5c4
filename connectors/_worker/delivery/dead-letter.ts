// A record set aside: its own key and bytes, why in headers.
import type { OutRecord } from '../../../pipeline/runtime/port.ts';
import { errorHeaders } from '../error-headers.ts';
import type { Entry } from './entry.ts';

export interface LetterContext {
  readonly connector: string;
  readonly task: number;
  readonly topic: string;
  readonly partitions: number;
  /** `errors.deadletterqueue.context.headers.enable`. */
  readonly hasHeaders: boolean;
}

/** @param entry With a refusal. */
export function deadLetterOf({ tp, raw, refusal }: Entry, { connector, task, topic, partitions, hasHeaders }: LetterContext): OutRecord {
  const { key, value, headers, offset } = raw;
  const { stage, className, error } = refusal!;
  const { name, message, stack = `${name}: ${message}` } = error;
  const why = () => errorHeaders({ connector, task, place: { ...tp, offset }, stage, className, error: { name, message, stack } });
  return { topic, partition: tp.partition % partitions, key, value, headers: hasHeaders ? [...headers, ...why()] : headers };
}
