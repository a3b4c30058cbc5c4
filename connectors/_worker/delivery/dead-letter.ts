// A record set aside, as Kafka Connect does it (KIP-298): its own key and bytes, why in headers.
import type { Position } from '../../../pipeline/core/index.ts';
import type { Headers, OutRecord } from '../../../pipeline/runtime/port.ts';
import type { Entry, Refusal } from './entry.ts';

export interface LetterContext {
  readonly connector: string;
  readonly task: number;
  readonly topic: string;
  readonly partitions: number;
  /** `errors.deadletterqueue.context.headers.enable`. */
  readonly hasHeaders: boolean;
}

const PREFIX = '__connect.errors.';
const MAX_STACK = 4_000;
const MAX_MESSAGE = 2_000;

export function deadLetterOf({ tp, raw, refusal }: Entry, context: LetterContext): OutRecord {
  const { key, value, headers, offset } = raw;
  return {
    topic: context.topic,
    partition: tp.partition % context.partitions,
    key,
    value,
    headers: context.hasHeaders ? [...headers, ...errorHeaders({ ...tp, offset }, refusal!, context)] : headers,
  };
}

function errorHeaders({ topic, partition, offset }: Position, { stage, className, error }: Refusal, { connector, task }: LetterContext): Headers {
  const values: Readonly<Record<string, string>> = {
    topic,
    partition: String(partition),
    offset: String(offset),
    'connector.name': connector,
    'task.id': String(task),
    stage,
    'class.name': className,
    'exception.class.name': error.name,
    'exception.message': error.message.slice(0, MAX_MESSAGE),
    'exception.stacktrace': (error.stack ?? `${error.name}: ${error.message}`).slice(0, MAX_STACK),
  };
  return Object.entries(values).map(([name, text]) => [`${PREFIX}${name}`, Buffer.from(text)]);
}
