// Where the source stands: a partition for each object that is being read or was read lately, and, of a listing, one for how far it has come.
import { z } from 'zod';
import type { JsonObject, PositionChange, Positions } from '../_source/index.ts';

/** An object as it was when it was found: written anew under the same name, it is another. */
export interface ObjectId {
  readonly bucket: string;
  readonly key: string;
  /** Entity tag without quotes; empty where it was not told. */
  readonly etag: string;
}
/** Milliseconds since 1970. */
export type ObjectPlace = { readonly records: number } | { readonly done: number };

const objectPartition = z.strictObject({ bucket: z.string(), key: z.string(), etag: z.string() });
const objectPosition = z.union([z.strictObject({ records: z.int().min(0) }), z.strictObject({ done: z.number() })]);
const listingPartition = z.strictObject({ bucket: z.string(), prefix: z.string() });
const listingPosition = z.union([z.strictObject({ after: z.string() }), z.strictObject({ since: z.number() })]);

export function checkPosition(partition: JsonObject, position: JsonObject): string | null {
  const isObject = objectPartition.safeParse(partition).success;
  if (!isObject && !listingPartition.safeParse(partition).success)
    return 'A partition is {"bucket","key","etag"} for an object, or {"bucket","prefix"} for a listing.';
  if (isObject)
    return objectPosition.safeParse(position).success ? null : 'The position of an object is {"records":N}, those that were read, or {"done":MILLISECONDS}.';
  return listingPosition.safeParse(position).success ? null : 'The position of a listing is {"after":NAME} or {"since":MILLISECONDS}.';
}

const partitionOf = ({ bucket, key, etag }: ObjectId): JsonObject => ({ bucket, key, etag });
export const idText = ({ bucket, key, etag }: ObjectId): string => JSON.stringify([bucket, key, etag]);

export function objectPlace(positions: Positions, id: ObjectId): ObjectPlace {
  const found = objectPosition.safeParse(positions.get(partitionOf(id)));
  return found.success ? found.data : { records: 0 };
}
export const objectChange = (id: ObjectId, place: ObjectPlace | null): PositionChange => ({ partition: partitionOf(id), position: place });

/** Objects that were read before `ms`. */
export function doneBefore(positions: Positions, ms: number, most: number): readonly PositionChange[] {
  const changes: PositionChange[] = [];
  for (const { partition, position } of positions.all()) {
    if (changes.length >= most) break;
    const place = objectPartition.safeParse(partition).success ? objectPosition.safeParse(position).data : undefined;
    if (place !== undefined && 'done' in place && place.done < ms) changes.push({ partition, position: null });
  }
  return changes;
}

export interface ListingId {
  readonly bucket: string;
  readonly prefix: string;
}
export function listingPlace(positions: Positions, { bucket, prefix }: ListingId): { readonly after?: string; readonly since?: number } {
  const found = listingPosition.safeParse(positions.get({ bucket, prefix }));
  return found.success ? found.data : {};
}
export const listingChange = ({ bucket, prefix }: ListingId, place: { readonly after: string } | { readonly since: number }): PositionChange => ({
  partition: { bucket, prefix },
  position: place,
});
