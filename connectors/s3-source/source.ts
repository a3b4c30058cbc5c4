// Objects one after the other, some thousand records at a time.
import { openS3 } from '../_aws/s3.ts';
import { openQueue } from '../_aws/sqs.ts';
import { MAX_RECORD_BYTES } from '../../pipeline/core/connector.ts';
import { inSourceWords } from '../_source/http.ts';
import type { Positions, Pulled, PulledSource, RefusedRecord, SourceDeps } from '../_source/index.ts';
import type { Piece } from '../_source/json-elements.ts';
import type { Found } from './finder.ts';
import type { S3SourceConfig } from './index.ts';
import { openListing } from './listing.ts';
import { openNotified } from './notified.ts';
import { idText, objectChange, objectPlace } from './place.ts';
import type { ObjectId } from './place.ts';
import { openReading, tooLarge, UnreadableObject } from './reading.ts';
import type { Reading } from './reading.ts';

export async function openS3Source(config: S3SourceConfig, deps: SourceDeps): Promise<PulledSource> {
  const s3 = openS3(config, deps, config.timeoutMs);
  const finder =
    config.find === 'listing'
      ? openListing(config, s3, deps.now)
      : openNotified(config, openQueue(config, config.queueUrl, deps, config.timeoutMs), deps.now, deps.log);
  let reading: Reading | null = null;

  /** Where the positions say, whatever was read beyond that. */
  async function readingAt(object: ObjectId, records: number): Promise<Reading> {
    if (reading !== null && idText(reading.object) === idText(object) && reading.count === records) return reading;
    reading?.close();
    reading = null;
    reading = await openReading(s3, object, config, deps.now, deps.signal);
    await reading.skip(records);
    return reading;
  }

  async function read({ object, bytes }: Found, positions: Positions): Promise<Pulled> {
    const place = objectPlace(positions, object);
    try {
      if (bytes !== undefined && bytes > config.maxObjectBytes) throw tooLarge(config.maxObjectBytes);
      const at = await readingAt(object, 'records' in place ? place.records : 0);
      const { pieces, isLast } = await at.next();
      const taken = recordsOf(pieces, object, at.count - pieces.length);
      if (!isLast) return { ...taken, positions: [objectChange(object, { records: at.count })] };
      end();
      const { changes, ...after } = finder.finished(object);
      return { ...taken, positions: changes, ...after };
    } catch (error) {
      end();
      if (!(error instanceof UnreadableObject)) throw error;
      const { reason, message } = error;
      deps.log.warn({ ...object, reason }, 'An object cannot be read and is set aside.');
      const { changes, ...after } = finder.finished(object);
      const value = Buffer.from(JSON.stringify(object));
      return { records: [], refused: [{ value, reason, message: `${object.bucket}/${object.key}: ${message}` }], positions: changes, ...after };
    }
  }
  function end(): void {
    reading?.close();
    reading = null;
  }

  return {
    poll: (positions, signal) =>
      inSourceWords(async () => {
        const found = await finder.next(positions, signal);
        if ('object' in found) {
          const pulled = await read(found, positions);
          return { ...pulled, ...(pulled.kept && { kept: inWords(pulled.kept) }) };
        }
        const { changes, waitMs, kept } = found;
        return { records: [], positions: changes, waitMs, ...(kept && { kept: inWords(kept) }) };
      }),
    close: async () => end(),
  };
}

const inWords =
  (kept: NonNullable<Pulled['kept']>): NonNullable<Pulled['kept']> =>
  (signal) =>
    inSourceWords(() => kept(signal));

function recordsOf(pieces: readonly Piece[], { bucket, key }: ObjectId, before: number): Pick<Pulled, 'records' | 'refused'> {
  const refused: RefusedRecord[] = [];
  const records = pieces.flatMap(({ bytes, isWhole }, index) => {
    if (isWhole) return [{ value: bytes }];
    refused.push({ value: bytes, reason: 'too-large', message: `${bucket}/${key}: record ${before + index + 1} is larger than ${MAX_RECORD_BYTES} bytes.` });
    return [];
  });
  return { records, refused };
}
