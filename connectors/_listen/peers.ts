// Addresses: where a source listens, and whom it listens to.
import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';

const NETWORK = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i;

/** An address, or a network in CIDR form. */
const network = z.string().refine((text) => networkOf(text, new BlockList()), { error: 'is no address and no network' });
/** Options that every listening source without credentials has. */
export const peerOptions = {
  host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address to listen on.' }),
  organization: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .default('default')
    .meta({ description: 'Whose records are those of senders without a credential.' }),
  allowFrom: z
    .array(network)
    .default([])
    .meta({ description: 'Addresses and networks that may send without a credential; empty for all that reach the port. Others are counted as not-allowed.' }),
};

export const sourceName = (fallback: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .default(fallback)
    .meta({ description: 'Records of senders without a credential go to `raw.<organization>.gateway-<source>`.' });

function networkOf(text: string, list: BlockList): boolean {
  const [, address = '', bits] = NETWORK.exec(text) ?? [];
  try {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
    return true;
  } catch {
    return false;
  }
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
export const plainAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

/** Whether an address, as `plainAddress` gives it, may send. */
export function allowing(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const list = new BlockList();
  for (const text of networks) networkOf(text, list);
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** What failed when a port was bound, for who configures it. */
export const bindError = (error: NodeJS.ErrnoException, option: string, host: string, port: number): Error =>
  error.code === 'EADDRINUSE' || error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL'
    ? new ConfigError(
        'PORT_IN_USE',
        `${option}: cannot listen on ${host} port ${port} (${error.code === 'EADDRINUSE' ? 'taken' : error.code === 'EACCES' ? 'not permitted: ports below 1024 need privileges' : 'no such address here'}). Choose another.`,
        { port },
        { cause: error },
      )
    : error;

export const urlOf = (scheme: string, address: string, port: number): string => `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`;
