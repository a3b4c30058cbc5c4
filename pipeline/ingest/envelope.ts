import { hash } from 'node:crypto';
import type { Event } from '../../schemas/avro/types.gen.ts';

/**
 * Where an event goes: what one host tells stays in order, what has no host is spread over sixteen keys per sensor.
 * Hosts are entities of an organization, hence its name in front.
 */
export function eventKey({ organization, host, sensor, id }: Pick<Event, 'organization' | 'host' | 'sensor' | 'id'>): string {
  const name = host?.name ?? null;
  return name === null ? `${organization}|sensor|${sensor}|${id[0]}` : `${organization}|host|${name}`;
}

/** SHA-256 of the bytes, cut to 64 bits, 16 hex digits. Cryptographic, since a sender could choose content that collides with an event to come. */
export const contentHash = (native: Uint8Array): string => hash('sha256', native, 'hex').slice(0, 16);
