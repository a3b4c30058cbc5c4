// What finds objects: a listing, or a queue.
import type { PositionChange, Positions } from '../_source/index.ts';
import type { S3SourceConfig } from './index.ts';
import type { ObjectId } from './place.ts';

export interface Found {
  readonly object: ObjectId;
  /** Undefined where nobody has told. */
  readonly bytes?: number | undefined;
}
/** Nothing to read for now; what may be done meanwhile. */
export interface Nothing {
  readonly changes: readonly PositionChange[];
  readonly waitMs: number;
  readonly kept?: (signal: AbortSignal) => Promise<void>;
}
export interface Finder {
  /** Follows from the positions: until the object is finished there, it is found again. */
  readonly next: (positions: Positions, signal: AbortSignal) => Promise<Found | Nothing>;
  /** What is kept with the last records of an object, and done after that. */
  readonly finished: (object: ObjectId) => { readonly changes: readonly PositionChange[]; readonly kept?: (signal: AbortSignal) => Promise<void> };
}

/** Folders that a console made are objects without bytes. */
export const isWanted = ({ prefix, suffixes }: Pick<S3SourceConfig, 'prefix' | 'suffixes'>, key: string, bytes?: number): boolean =>
  key.startsWith(prefix) && !(key.endsWith('/') && (bytes ?? 0) === 0) && (suffixes.length === 0 || suffixes.some((suffix) => key.endsWith(suffix)));
