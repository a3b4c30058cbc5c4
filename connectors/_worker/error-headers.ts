// Why a record is a dead letter, in the headers of Kafka Connect (KIP-298).
import type { Headers } from '../../pipeline/runtime/port.ts';

export interface LetterReason {
  readonly connector: string;
  readonly task: number;
  /** Where the record lay, or where it was to go: a source's has no partition and offset yet. */
  readonly place: { readonly topic: string; readonly partition?: number; readonly offset?: number };
  /** As Kafka Connect calls it: TRANSFORMATION, TASK_PUT, TASK_POLL ... */
  readonly stage: string;
  readonly className: string;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string | undefined };
}

const PREFIX = '__connect.errors.';
const MAX_STACK = 4_000;
const MAX_MESSAGE = 2_000;

/** What is not known has no header. */
export function errorHeaders({ connector, task, place, stage, className, error }: LetterReason): Headers {
  const values: Readonly<Record<string, string | undefined>> = {
    topic: place.topic,
    partition: place.partition?.toString(),
    offset: place.offset?.toString(),
    'connector.name': connector,
    'task.id': String(task),
    stage,
    'class.name': className,
    'exception.class.name': error.name,
    'exception.message': error.message.slice(0, MAX_MESSAGE),
    'exception.stacktrace': error.stack?.slice(0, MAX_STACK),
  };
  return Object.entries(values).flatMap(([name, text]) => (text === undefined ? [] : [[`${PREFIX}${name}`, Buffer.from(text)] as const]));
}
