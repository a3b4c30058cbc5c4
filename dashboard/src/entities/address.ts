// Addresses of the area: /entities and /entities/<type>/<value>.
import type { EntityType, FollowedEntityType } from '../gql/graphql.ts';
import { readRange, type Range } from '../kit/range.ts';

const TYPES: readonly EntityType[] = ['host', 'user', 'address', 'domain', 'hash', 'service_identity'];
export const LISTED: readonly FollowedEntityType[] = ['host', 'user', 'address'];
const WORDS: Record<EntityType, string> = {
  host: 'Host',
  user: 'User',
  address: 'Address',
  domain: 'Domain',
  hash: 'Hash',
  service_identity: 'Service identity',
};

export const typeWord = (type: EntityType): string => WORDS[type];
/** Null for what stands in an address and is no type. */
export const readType = (text: string): EntityType | null => TYPES.find((type) => type === text) ?? null;

/** Absent means the default. */
export interface EntitySearch {
  readonly from?: string;
  readonly to?: string;
}
export const DEFAULT_RANGE: Range = { from: 'now-7d', to: 'now' };

/** What cannot be read is left out. */
export function readEntitySearch({ from, to }: Record<string, unknown>): EntitySearch {
  const range = readRange(from, to, DEFAULT_RANGE);
  return range === DEFAULT_RANGE ? {} : range;
}
export const rangeOf = (search: EntitySearch): Range => ({ from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? DEFAULT_RANGE.to });

export interface EntitiesSearch {
  /** Hosts when absent. */
  readonly type?: FollowedEntityType;
  /** Part of the name. */
  readonly name?: string;
}
export function readEntitiesSearch({ type, name }: Record<string, unknown>): EntitiesSearch {
  const listed = LISTED.find((each) => each === type);
  return { ...(listed === undefined ? {} : { type: listed }), ...(typeof name === 'string' && name !== '' ? { name } : {}) };
}
