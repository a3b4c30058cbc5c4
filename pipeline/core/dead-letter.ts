// What the headers of a dead letter say: names of KIP-1034, and our own. Written by the runtime and the relay, read by everybody else.
import type { Micros, Position } from './index.ts';

const STREAMS = '__streams.errors.';
const OURS = '__goshawk.errors.';
/** A record that was set aside and sent again; see redriven.ts. */
export const REDRIVEN_HEADER = '__goshawk.redriven';

export const LETTER_HEADERS = {
  exception: `${STREAMS}exception`,
  stacktrace: `${STREAMS}stacktrace`,
  message: `${STREAMS}message`,
  topic: `${STREAMS}topic`,
  partition: `${STREAMS}partition`,
  offset: `${STREAMS}offset`,
  stage: `${OURS}stage`,
  app: `${OURS}app`,
  version: `${OURS}version`,
  code: `${OURS}code`,
  attempt: `${OURS}attempt`,
  firstFailureMs: `${OURS}first.failure.ms`,
  schemaId: `${OURS}schema.id`,
  timestamp: `${OURS}timestamp`,
  organization: `${OURS}organization`,
  /** Why the value is not the record's own bytes. */
  without: `${OURS}without`,
} as const;
type Field = keyof typeof LETTER_HEADERS;
const FIELDS: ReadonlyMap<string, Field> = new Map(Object.entries(LETTER_HEADERS).map(([field, name]) => [name, field as Field]));

/** Names that are ours on a dead letter. What else it carries are the record's own headers. */
export const isErrorHeader = (name: string): boolean => name.startsWith(STREAMS) || name.startsWith(OURS) || name === REDRIVEN_HEADER;

/** As the broker port gives it. */
export interface LetterRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  readonly timestampMs: number;
  readonly offset: number;
}
export interface DeadLetter {
  /** `partition:offset` on dead-letters.v1. */
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  /** When it was set aside. */
  readonly at: Micros;
  /** UNKNOWN when the record says nothing: something else wrote it. */
  readonly code: string;
  readonly stage: string;
  readonly app: string;
  readonly version: string;
  readonly message: string;
  /** Where the refused record lay. After it was sent again, still where it lay first, if that was a raw topic. */
  readonly position: Position;
  /** Empty when nobody can tell. */
  readonly organization: string;
  /** 1 = it failed once. */
  readonly attempt: number;
  readonly firstFailureMs: number;
  /** Of the value's writer; -1 when it has none. */
  readonly schemaId: number;
  /** Broker's time of the refused record, milliseconds; 0 when not known. */
  readonly timestampMs: number;
  /** Why the bytes are not here, for example because retention was quicker; empty when they are. */
  readonly without: string;
  readonly bytes: number;
}

/** Reads our headers and nothing else of the record, whatever is in the others. Never throws. */
export function parseDeadLetter(partition: number, record: LetterRecord): DeadLetter {
  const found: Partial<Record<Field, string>> = {};
  for (const [name, value] of record.headers) {
    const field = FIELDS.get(name);
    if (field !== undefined) found[field] = value.toString('utf8'); // ours stand behind the record's own
  }
  const { offset } = record;
  return {
    id: `${partition}:${offset}`,
    partition,
    offset,
    at: record.timestampMs * 1000,
    code: found.code || 'UNKNOWN',
    stage: found.stage ?? '',
    app: found.app ?? '',
    version: found.version ?? '',
    message: found.message ?? '',
    position: { topic: found.topic ?? '', partition: whole(found.partition, 0), offset: whole(found.offset, 0) },
    organization: found.organization ?? '',
    attempt: whole(found.attempt, 1),
    firstFailureMs: whole(found.firstFailureMs, record.timestampMs),
    schemaId: whole(found.schemaId, -1),
    timestampMs: whole(found.timestamp, 0),
    without: found.without ?? '',
    bytes: record.value?.length ?? 0,
  };
}
const whole = (text: string | undefined, otherwise: number): number => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise);

const ID = /^(\d{1,9}):(\d{1,15})$/;
/** Undefined for anything that is no id of a dead letter. */
export function parseLetterId(id: string): { readonly partition: number; readonly offset: number } | undefined {
  const match = ID.exec(id);
  return match === null ? undefined : { partition: Number(match[1]), offset: Number(match[2]) };
}

/** Which dead letters; what is absent does not matter. */
export interface DeadLetterFilter {
  readonly ids?: readonly string[];
  readonly code?: string;
  readonly stage?: string;
  readonly version?: string;
  readonly organization?: string;
  /** Where the refused record lay. */
  readonly topic?: string;
  /** Set aside at or after. */
  readonly from?: Micros;
  /** Set aside before. */
  readonly to?: Micros;
}

export function letterMatcher({ ids, from = 0, to = Infinity, ...texts }: DeadLetterFilter): (letter: DeadLetter) => boolean {
  const wanted = ids === undefined ? undefined : new Set(ids);
  const { code, stage, version, organization, topic } = texts;
  return (letter) =>
    (wanted === undefined || wanted.has(letter.id)) &&
    letter.at >= from &&
    letter.at < to &&
    (code === undefined || letter.code === code) &&
    (stage === undefined || letter.stage === stage) &&
    (version === undefined || letter.version === version) &&
    (organization === undefined || letter.organization === organization) &&
    (topic === undefined || letter.position.topic === topic);
}
