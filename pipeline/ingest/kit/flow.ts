// What every record of a flow has, once its ends are known.
import { communityId } from '../../../domains/network/address.ts';
import type { Draft } from './draft.ts';
import { setField } from './mapping.ts';
import { sum } from './values.ts';

/**
 * Sets the sums of both directions and, where both ends are known, the community id, from source, destination and transport. These must be
 * the event's own and set before.
 */
export function completeFlow(event: Draft): void {
  const { source, destination, network } = event;
  const transport = network?.transport ?? null;
  setField(event, 'network.bytes', sum(source?.bytes ?? null, destination?.bytes ?? null));
  setField(event, 'network.packets', sum(source?.packets ?? null, destination?.packets ?? null));
  const id = communityId(transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null);
  setField(event, 'network.community_id', id);
  const ip = source?.ip ?? destination?.ip ?? null;
  if (ip !== null) setField(event, 'network.type', ip.includes(':') ? 'ipv6' : 'ipv4');
}

/** Whether the transport has ports: of others, sensors write types or nothing in their place. */
export const hasPorts = (transport: string | null): boolean => transport === 'tcp' || transport === 'udp' || transport === 'sctp' || transport === 'dccp';
