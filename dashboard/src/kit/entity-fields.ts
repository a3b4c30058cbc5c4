// Which fields name entities that have a page of their own.
import type { EntityType } from '../gql/graphql.ts';

/** Fields whose whole value names it: the same that the API looks in. */
const FIELDS: Readonly<Record<EntityType, readonly string[]>> = {
  host: ['host.name'],
  user: ['user.name', 'user.target.name'],
  address: ['source.ip', 'destination.ip', 'host.ip'],
  domain: ['dns.question.name', 'url.domain', 'destination.domain', 'source.domain', 'tls.client.server_name'],
  hash: ['related.hash'],
  service_identity: ['user.id', 'user.name', 'user.target.id', 'user.target.name', 'tls.server.subject'],
};
export const entityFields = (type: EntityType): readonly string[] => FIELDS[type];

const TYPES: ReadonlyMap<string, EntityType> = new Map([
  ...(['host', 'user', 'address', 'domain', 'hash'] as const).flatMap((type) => FIELDS[type].map((field) => [field, type] as const)),
  ['related.ip', 'address'],
  ['related.user', 'user'],
  ['related.hosts', 'host'],
]);

/** Whether a value of the field is an indicator that one may hunt for. */
export const isHuntable = (field: string): boolean =>
  ['address', 'domain', 'hash'].includes(entityTypeOf(field) ?? '') || field === 'related.hosts' || field === 'url.original';

/** Null for a field that names no entity with a page. */
export const entityTypeOf = (field: string): EntityType | null => (/\.hash\.\w+$/.test(field) ? 'hash' : (TYPES.get(field) ?? null));
