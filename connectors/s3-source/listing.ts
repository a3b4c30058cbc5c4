// Finds objects by listing the bucket.
import { asError } from '../_aws/failure.ts';
import { listingOf } from '../_aws/s3.ts';
import type { S3, S3Object } from '../_aws/s3.ts';
import type { Positions } from '../_source/index.ts';
import type { Finder, Found, Nothing } from './finder.ts';
import { isWanted } from './finder.ts';
import type { S3SourceConfig } from './index.ts';
import { doneBefore, listingChange, listingPlace, objectChange, objectPlace } from './place.ts';
import type { ObjectId } from './place.ts';

const FORGOTTEN_AT_ONCE = 1_000;

export function openListing(config: S3SourceConfig, s3: S3, now: () => number): Finder {
  const { bucket, prefix, order, startAfter, overlapMinutes, lookBackHours, pollIntervalMs } = config;
  const id = { bucket, prefix };
  const overlapMs = overlapMinutes * 60_000;
  /** Listed and not read yet, next one first. */
  let waiting: S3Object[] = [];
  /** Of `name`: where the next page begins. What is not wanted moves no position: what is may yet come before it. */
  let passedOver: string | null = null;
  /** Of `time`: where the next look begins. */
  let sinceNext: number | null = null;

  const page = async (query: Readonly<Record<string, string>>, signal: AbortSignal) => {
    const answer = await s3.call({ method: 'GET', query: { 'list-type': '2', 'encoding-type': 'url', ...(prefix !== '' && { prefix }), ...query }, signal });
    if (answer.status !== 200) throw asError(answer, 'Listing the bucket', now());
    return listingOf(answer);
  };
  const objectOf = ({ key, etag }: S3Object): ObjectId => ({ bucket, key, etag: etag.replaceAll('"', '') });
  const found = (object: S3Object): Found => ({ object: objectOf(object), bytes: object.bytes });

  async function nextByName(positions: Positions, signal: AbortSignal): Promise<Found | Nothing> {
    const { after = startAfter } = listingPlace(positions, id);
    waiting = waiting.filter(({ key }) => compare(key, after) > 0);
    if (waiting.length > 0) return found(waiting[0]!);
    const from = passedOver !== null && compare(passedOver, after) > 0 ? passedOver : after;
    const { objects, next } = await page(from === '' ? {} : { 'start-after': from }, signal);
    waiting = objects.filter(({ key, bytes }) => isWanted(config, key, bytes));
    passedOver = next === null ? null : objects.at(-1)!.key;
    return waiting.length > 0 ? found(waiting[0]!) : { changes: [], waitMs: next === null ? pollIntervalMs : 0 };
  }

  async function nextByTime(positions: Positions, signal: AbortSignal): Promise<Found | Nothing> {
    const isUnread = (object: S3Object) => !('done' in objectPlace(positions, objectOf(object)));
    waiting = waiting.filter(isUnread);
    if (waiting.length > 0) return found(waiting[0]!);
    const { since } = listingPlace(positions, id);
    if (sinceNext !== null && sinceNext !== since) {
      // All that the last look has found is read.
      const changes = [listingChange(id, { since: sinceNext }), ...doneBefore(positions, sinceNext - overlapMs, FORGOTTEN_AT_ONCE)];
      sinceNext = null;
      return { changes, waitMs: pollIntervalMs };
    }
    const from = since === undefined ? now() - lookBackHours * 3_600_000 : since - overlapMs;
    let latest = since ?? from;
    let token: string | null = null;
    do {
      const { objects, next }: Awaited<ReturnType<typeof page>> = await page(token === null ? {} : { 'continuation-token': token }, signal);
      for (const object of objects) {
        if (object.modifiedMs < from || !isWanted(config, object.key, object.bytes)) continue;
        latest = Math.max(latest, object.modifiedMs);
        if (isUnread(object)) waiting.push(object);
      }
      token = next;
    } while (token !== null);
    waiting.sort((a, b) => a.modifiedMs - b.modifiedMs || compare(a.key, b.key));
    if (latest !== since) sinceNext = latest;
    return waiting.length > 0 ? found(waiting[0]!) : { changes: [], waitMs: sinceNext === null ? pollIntervalMs : 0 };
  }

  return {
    next: order === 'name' ? nextByName : nextByTime,
    finished: (object) => {
      const listed = waiting.find(({ key }) => key === object.key);
      return order === 'name'
        ? { changes: [objectChange(object, null), listingChange(id, { after: object.key })] }
        : { changes: [objectChange(object, { done: listed?.modifiedMs ?? now() })] };
    },
  };
}

/** As the store orders names: by the bytes of their UTF-8. */
const compare = (a: string, b: string): number => Buffer.from(a).compare(Buffer.from(b));
