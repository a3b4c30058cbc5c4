// What is set aside: the original bytes, with the error that stopped them in headers (KIP-1034's names, and our own).
import type { RecordError } from '../core/errors.ts';
import { FatalError } from '../core/errors.ts';
import { APPENDED_HEADER, appendedHeader, frameId } from './input.ts';
import type { InputRecord } from './input.ts';
import type { Headers } from './port.ts';

const MAX_TEXT = 4096;
const text = (value: string | number): Buffer => Buffer.from(String(value).slice(0, MAX_TEXT));

export interface DeadLetterOrigin {
  readonly app: string;
  readonly stage: string;
  readonly version: string;
}

/** Headers of a dead letter; key and value are the record's own. A record that was sent again counts its attempts. */
export function deadLetterHeaders(record: InputRecord<unknown>, error: RecordError, { app, stage, version }: DeadLetterOrigin, wallMs: number): Headers {
  const { raw, tp } = record;
  const cause = error.cause instanceof Error ? error.cause : error;
  const before = new Map(raw.headers);
  const attempt = Number(before.get('__goshawk.errors.attempt')?.toString() ?? 0) + 1;
  return [
    ...raw.headers.filter(([name]) => !name.startsWith('__streams.errors.') && !name.startsWith('__goshawk.errors.') && name !== APPENDED_HEADER),
    [APPENDED_HEADER, appendedHeader(record.appendedAt)],
    ['__streams.errors.exception', text(error.code === 'UNEXPECTED' ? cause.name : error.name)],
    ['__streams.errors.stacktrace', text(cause.stack ?? '')],
    ['__streams.errors.message', text(error.message)],
    ['__streams.errors.topic', text(tp.topic)],
    ['__streams.errors.partition', text(tp.partition)],
    ['__streams.errors.offset', text(raw.offset)],
    ['__goshawk.errors.stage', text(stage)],
    ['__goshawk.errors.app', text(app)],
    ['__goshawk.errors.version', text(version)],
    ['__goshawk.errors.code', text(error.code)],
    ['__goshawk.errors.attempt', text(attempt)],
    ['__goshawk.errors.first.failure.ms', before.get('__goshawk.errors.first.failure.ms') ?? text(wallMs)],
    ['__goshawk.errors.schema.id', text(raw.value === null ? -1 : frameId(raw.value))],
    ['__goshawk.errors.timestamp', text(raw.timestampMs)],
    ['__goshawk.errors.organization', text(organizationOf(record))],
  ];
}

/** Of the raw topic; behind it what the value says; empty when nobody can tell. */
function organizationOf({ tp, value }: InputRecord<unknown>): string {
  const parts = tp.topic.split('.');
  if (parts[0] === 'raw' && parts.length >= 3) return parts[1]!;
  const decoded = value as { organization?: unknown; event?: { organization?: unknown } } | null | undefined;
  const organization = decoded?.organization ?? decoded?.event?.organization;
  return typeof organization === 'string' ? organization : '';
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
      `${this.#stage} failed on ${bad} of ${all} records within a minute. They are dead letters with code UNEXPECTED; go back to the version before, then send them again.`,
      { bad, all },
    );
  }
}
