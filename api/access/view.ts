// How REST shows what is kept of users, roles, keys and organizations; GraphQL has the same members.
import { isoOf } from '../time.ts';

/** Members whose name ends in `At` are times: as text, at any depth of rows in rows. */
export function documentOf(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(name, value)]));
}

function shown(name: string, value: unknown): unknown {
  if (typeof value === 'number' && name.endsWith('At')) return isoOf(value);
  if (Array.isArray(value)) return value.map((item: unknown) => (typeof item === 'object' && item !== null ? documentOf(item) : item));
  return typeof value === 'object' && value !== null ? documentOf(value) : value;
}
