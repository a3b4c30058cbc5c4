// What an operator opens on purpose: hosts and networks inside of the own walls, other ports, plain HTTP.
import type { BlockList } from 'node:net';
import { ConfigError } from '../pipeline/core/errors.ts';
import { canonicalAddress, contains, networkOf, reachOf } from './address.ts';

/** Each entry opens a host or network for one scheme and one port, whatever the address is, metadata services excepted. */
export interface AllowList {
  /** @param address Null before the name is resolved: then whether an entry could still open it. */
  readonly opens: (target: { readonly isTls: boolean; readonly host: string; readonly port: number }, address: string | null) => boolean;
}

interface Entry {
  readonly isTls: boolean;
  readonly port: number;
  readonly isHost: (host: string) => boolean;
  readonly network: BlockList | null;
}

const ENTRY = /^(?:(https?):\/\/)?(\[[^\]]+\](?:\/\d+)?|[^\s:/[\]]+(?:\/\d+)?)(?::(\d{1,5}))?$/;
const NAME = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * @param entries `[http://]host[:port]`, where host is a name, `*.name` (what is below it), an address, or a network; IPv6 in brackets
 *   when a port follows.
 *   Without `http://` only HTTPS is opened; without a port 443, or 80.
 * @param option Named in the error.
 * @throws ConfigError INVALID_CONFIG with all entries that cannot be read.
 */
export function allowListOf(entries: readonly string[], option: string): AllowList {
  const read = entries.map(readEntry);
  const wrong = entries.filter((_entry, n) => read[n] === null);
  if (wrong.length > 0)
    throw new ConfigError(
      'INVALID_CONFIG',
      `${option}: ${wrong.map((entry) => JSON.stringify(entry)).join(', ')} cannot be read. Write a host, *.host, address or network, with http:// before it and :port behind it where they are needed: siem.example.com:8088, http://10.1.2.3:9200, [fd12:3456::]/32.`,
      { option },
    );
  const known = read.filter((entry) => entry !== null);
  return {
    opens: ({ isTls, host, port }, address) =>
      known.some(
        (entry) =>
          entry.isTls === isTls && entry.port === port && (entry.network === null ? entry.isHost(host) : address === null || contains(entry.network, address)),
      ),
  };
}

/** Opens what one of the lists opens. */
export const eitherOf = (...lists: readonly AllowList[]): AllowList => ({ opens: (target, address) => lists.some((list) => list.opens(target, address)) });

/** Whether `allowListOf` can read it. */
export const isAllowEntry = (text: string): boolean => readEntry(text) !== null;

/** Of the list of somebody who may not open everything: public addresses, and those within the networks. */
export const within = (list: AllowList, networks: readonly BlockList[]): AllowList => ({
  opens: (target, address) =>
    list.opens(target, address) && (address === null || reachOf(address).kind === 'public' || networks.some((network) => contains(network, address))),
});

function readEntry(text: string): Entry | null {
  const alone = networkOf(text);
  if (alone !== null) return { isTls: true, port: 443, isHost: () => false, network: alone };
  const [, scheme = 'https', bracketed = '', portText] = ENTRY.exec(text.toLowerCase()) ?? [];
  const port = portText === undefined ? (scheme === 'https' ? 443 : 80) : Number(portText);
  if (port < 1 || port > 65_535) return null;
  const place = bracketed.replace(/^\[([^\]]+)\]/, '$1');
  const network = networkOf(canonicalAddress(place) ?? place);
  if (network !== null) return { isTls: scheme === 'https', port, isHost: () => false, network };
  // All-digit ends are addresses in a spelling of their own (127.1), never names.
  if (place !== bracketed || !NAME.test(place) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(place)) return null;
  const isHost = place.startsWith('*.') ? (host: string) => host.endsWith(place.slice(1)) : (host: string) => host === place;
  return { isTls: scheme === 'https', port, isHost, network: null };
}
