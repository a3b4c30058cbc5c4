// One object, record by record.
import type { Readable } from 'node:stream';
import { MAX_RECORD_BYTES } from '../../pipeline/core/connector.ts';
import { ConfigError, PipelineError, RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { asError, failureOf } from '../_aws/failure.ts';
import { canBeAsked } from '../_aws/s3.ts';
import type { S3 } from '../_aws/s3.ts';
import { JsonElements } from '../_source/json-elements.ts';
import type { Piece, Splitter } from '../_source/json-elements.ts';
import { Lines } from '../_source/lines.ts';
import type { S3SourceConfig } from './index.ts';
import type { ObjectId } from './place.ts';
import { unpacked } from './unpack.ts';

/** What cannot be read, now or later: it is set aside, and the next is read. */
export class UnreadableObject extends Error {
  /** In few words of a closed set. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const MAX_RECORDS = 2_000;
const MAX_BYTES = 2 << 20;

export class Reading {
  readonly object: ObjectId;
  readonly #body: Readable;
  readonly #pieces: AsyncIterator<readonly Piece[]>;
  /** Cut already, not given yet. */
  #waiting: Piece[] = [];
  #hasEnded = false;
  /** Comes behind the records before it. */
  #failure: UnreadableObject | null = null;
  /** Records that were given, those that were passed over included. */
  #count = 0;

  constructor(object: ObjectId, body: Readable, splitter: Splitter) {
    this.object = object;
    this.#body = body;
    this.#pieces = cut(body, splitter);
  }

  get count(): number {
    return this.#count;
  }

  async skip(records: number): Promise<void> {
    while (this.#count < records && (await this.#fill())) this.#count += this.#waiting.splice(0, records - this.#count).length;
  }

  /** @returns The next ones; `isLast` when there are no more. @throws UnreadableObject behind the last that can be read. */
  async next(): Promise<{ readonly pieces: readonly Piece[]; readonly isLast: boolean }> {
    const pieces: Piece[] = [];
    let bytes = 0;
    while (pieces.length < MAX_RECORDS && bytes < MAX_BYTES && (await this.#fill())) {
      const piece = this.#waiting.shift()!;
      pieces.push(piece);
      bytes += piece.bytes.length;
    }
    this.#count += pieces.length;
    const isOver = !(await this.#fill());
    if (pieces.length === 0 && this.#failure !== null) throw this.#failure;
    return { pieces, isLast: isOver && this.#failure === null };
  }

  close(): void {
    this.#body.destroy();
  }

  async #fill(): Promise<boolean> {
    while (this.#waiting.length === 0 && !this.#hasEnded) {
      const next = await this.#pieces.next().catch((error: unknown) => this.#broken(error));
      if (next.done === true) this.#hasEnded = true;
      else this.#waiting.push(...next.value);
    }
    return this.#waiting.length > 0;
  }

  #broken(error: unknown): { readonly done: true } {
    if (!(error instanceof UnreadableObject)) throw error;
    this.#failure = error;
    return { done: true };
  }
}

async function* cut(body: Readable, splitter: Splitter): AsyncGenerator<readonly Piece[]> {
  try {
    let isEmpty = true;
    for await (const chunk of body) {
      isEmpty = false;
      yield splitter.push(chunk as Buffer);
    }
    yield splitter.end();
    if (!isEmpty && splitter instanceof JsonElements && !splitter.isFound) throw new UnreadableObject('no-records', 'There is nothing where recordsAt leads.');
  } catch (error) {
    if (error instanceof UnreadableObject) throw error;
    if (error instanceof RecordError) throw new UnreadableObject('not-json', error.message);
    if (error instanceof PipelineError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (/^(Z_|ZSTD_)/.test(code)) throw new UnreadableObject('not-unpackable', `It cannot be unpacked: ${message}.`);
    throw new RetryableError('SINK_UNAVAILABLE', `An object broke off: ${message}.`, {}, { cause: error });
  }
}

/** @throws UnreadableObject; RetryableError SINK_UNAVAILABLE; ConfigError SINK_MISCONFIGURED. */
export async function openReading(
  s3: S3,
  object: ObjectId,
  { content, recordsAt, maxObjectBytes }: Pick<S3SourceConfig, 'content' | 'recordsAt' | 'maxObjectBytes'>,
  now: () => number,
  signal: AbortSignal,
): Promise<Reading> {
  const { key, etag } = object;
  if (!canBeAsked(key)) throw new UnreadableObject('name', 'Its name has a part that is `.` or `..`, which no URL can carry.');
  const answer = await s3
    .stream({ method: 'GET', key, headers: etag === '' ? {} : { 'if-match': `"${etag}"` }, signal }, maxObjectBytes)
    .catch((error: unknown) => {
      if (error instanceof ConfigError && error.code === 'OUTBOUND_TOO_LARGE') throw tooLarge(maxObjectBytes);
      if (error instanceof ConfigError) throw new ConfigError('SINK_MISCONFIGURED', error.message, error.details, { cause: error });
      throw error;
    });
  const { status, headers, body } = answer;
  if (status !== 200) {
    const whole: Buffer[] = [];
    for await (const chunk of body) whole.push(chunk as Buffer);
    const refused = { status, headers, body: Buffer.concat(whole) };
    const { verdict, code, message } = failureOf(refused);
    if (verdict === 'missing') throw new UnreadableObject('gone', 'It is not there any more.');
    if (verdict === 'conflict') throw new UnreadableObject('replaced', 'It was written anew before it was read; what is there now is told of by itself.');
    if (code === 'InvalidObjectState') throw new UnreadableObject('archived', message);
    throw asError(refused, `Reading ${key}`, now());
  }
  const splitter = content === 'lines' ? new Lines(MAX_RECORD_BYTES) : new JsonElements(segmentsOf(recordsAt), MAX_RECORD_BYTES);
  return new Reading(object, unpacked(body), splitter);
}

export const tooLarge = (most: number) => new UnreadableObject('too-large', `It is larger than maxObjectBytes, ${most}.`);

const segmentsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
