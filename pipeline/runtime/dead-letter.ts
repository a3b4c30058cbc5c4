// What is set aside: the original bytes, with the error that stopped them in headers (KIP-1034's names, and our own).
import { isErrorHeader, LETTER_HEADERS } from '../core/dead-letter.ts';
import type { RecordError } from '../core/errors.ts';
import { FatalError } from '../core/errors.ts';
import { APPENDED_HEADER, microsHeader, frameId } from './input.ts';
import type { InputRecord } from './input.ts';
import type { Headers } from './port.ts';

const MAX_TEXT = 4096;
const text = (value: string | number): Buffer => Buffer.from(String(value).slice(0, MAX_TEXT));

export interface DeadLetterOrigin {
  readonly app: string;
  readonly stage: string;
  readonly version: string;
}

/**
 * Headers of a dead letter; key and value are the record's own, and so are all headers that do not have our names. A record that was sent
 * again counts its attempts and keeps the place where it lay first; what a sensor says of itself under these names is dropped.
 */
export function deadLetterHeaders(record: InputRecord<unknown>, error: RecordError, { app, stage, version }: DeadLetterOrigin, wallMs: number): Headers {
  const { raw, redriven, position } = record;
  const cause = error.cause instanceof Error ? error.cause : error;
  return [
    ...raw.headers.filter(([name]) => !isErrorHeader(name) && name !== APPENDED_HEADER),
    [APPENDED_HEADER, microsHeader(record.appendedAt)],
    [LETTER_HEADERS.exception, text(error.code === 'UNEXPECTED' ? cause.name : error.name)],
    [LETTER_HEADERS.stacktrace, text(cause.stack ?? '')],
    [LETTER_HEADERS.message, text(error.message)],
    [LETTER_HEADERS.topic, text(position.topic)],
    [LETTER_HEADERS.partition, text(position.partition)],
    [LETTER_HEADERS.offset, text(position.offset)],
    [LETTER_HEADERS.stage, text(stage)],
    [LETTER_HEADERS.app, text(app)],
    [LETTER_HEADERS.version, text(version)],
    [LETTER_HEADERS.code, text(error.code)],
    [LETTER_HEADERS.attempt, text((redriven?.attempt ?? 0) + 1)],
    [LETTER_HEADERS.firstFailureMs, text(redriven?.firstFailureMs ?? wallMs)],
    [LETTER_HEADERS.schemaId, text(raw.value === null ? -1 : frameId(raw.value))],
    [LETTER_HEADERS.timestamp, text(record.tp.topic === position.topic ? raw.timestampMs : Math.floor(record.appendedAt / 1000))],
    [LETTER_HEADERS.organization, text(organizationOf(record))],
  ];
}

/** Of the raw topic; behind it what the value or the key says, which our stages wrote; empty when nobody can tell. */
function organizationOf({ tp, value, raw }: InputRecord<unknown>): string {
  const parts = tp.topic.split('.');
  if (parts[0] === 'raw') return parts.length >= 3 ? parts[1]! : '';
  const decoded = value as { organization?: unknown; event?: { organization?: unknown } } | null | undefined;
  const organization = decoded?.organization ?? decoded?.event?.organization;
  if (typeof organization === 'string') return organization;
  const bar = raw.key?.indexOf('|') ?? -1; // keys of our topics begin with it: `default|host|web-1`
  return bar > 0 ? raw.key!.toString('utf8', 0, bar) : '';
}

const WINDOW_MS = 60_000;
const BUCKET_MS = 5_000;
const MIN_UNEXPECTED = 20; // below that, one bad record among few would stop the stage
const MAX_RATIO = 0.05;

/** Stops a stage whose own bugs would drain its topic into dead letters: UNEXPECTED above 5 % of a minute's records. */
export class UnexpectedCircuit {
  readonly #stage: string;
  readonly #buckets: { startMs: number; records: number; unexpected: number }[] = [];

  constructor(stage: string) {
    this.#stage = stage;
  }

  /** @throws FatalError TOO_MANY_UNEXPECTED */
  note(records: number, unexpected: number, nowMs: number): void {
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || nowMs - bucket.startMs >= BUCKET_MS) this.#buckets.push((bucket = { startMs: nowMs, records: 0, unexpected: 0 }));
    while (this.#buckets[0]!.startMs < nowMs - WINDOW_MS) this.#buckets.shift();
    bucket.records += records;
    bucket.unexpected += unexpected;
    if (unexpected === 0) return;
    let all = 0;
    let bad = 0;
    for (const each of this.#buckets) {
      all += each.records;
      bad += each.unexpected;
    }
    if (bad < MIN_UNEXPECTED || bad / all <= MAX_RATIO) return;
    throw new FatalError(
      'TOO_MANY_UNEXPECTED',
      `${this.#stage} failed on ${bad} of ${all} records within a minute. They are dead letters with code UNEXPECTED: look at one with \`./goshawk dead-letters list --stage ${this.#stage} --code UNEXPECTED\`, go back to the version before, then send them again with \`./goshawk dead-letters redrive --stage ${this.#stage} --code UNEXPECTED --execute\`.`,
      { bad, all },
    );
  }
}
