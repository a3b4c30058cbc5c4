// What an operator opens on purpose: hosts and networks inside of the own walls, other ports, plain HTTP, connections that are not HTTP.
import type { BlockList } from 'node:net';
import { ConfigError } from '../pipeline/core/errors.ts';
import { canonicalAddress, contains, networkOf, reachOf } from './address.ts';

/** What is spoken: HTTP unless it says otherwise. */
export type Transport = 'tcp' | 'udp';

export interface Asked {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** Absent = HTTP. An entry for the one never opens the other. */
  readonly transport?: Transport | undefined;
}

/** Each entry opens a host or network for one scheme and one port, whatever the address is, metadata services excepted. */
export interface AllowList {
  /** @param address Null before the name is resolved: then whether an entry could still open it. */
  readonly opens: (target: Asked, address: string | null) => boolean;
}

interface Scheme {
  readonly isTls: boolean;
  readonly transport: Transport | undefined;
  /** Null = the entry has to say it. */
  readonly port: number | null;
}
interface Entry extends Scheme {
  readonly port: number;
  readonly isHost: (host: string) => boolean;
  readonly network: BlockList | null;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  https: { isTls: true, transport: undefined, port: 443 },
  http: { isTls: false, transport: undefined, port: 80 },
  tls: { isTls: true, transport: 'tcp', port: null },
  tcp: { isTls: false, transport: 'tcp', port: null },
  udp: { isTls: false, transport: 'udp', port: null },
};
const ENTRY = /^(?:(https?|tls|tcp|udp):\/\/)?(\[[^\]]+\](?:\/\d+)?|[^\s:/[\]]+(?:\/\d+)?)(?::(\d{1,5}))?$/;
const NAME = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * @param entries `[http://]host[:port]`, where host is a name, `*.name` (what is below it), an address, or a network; IPv6 in brackets
 *   when a port follows.
 *   Without `http://` only HTTPS is opened; without a port 443, or 80. `tls://host:port`, `tcp://host:port` and `udp://host:port` open what is not
 *   HTTP, each only that: syslog, another Kafka.
 * @param option Named in the error.
 * @throws ConfigError INVALID_CONFIG with all entries that cannot be read.
 */
export function allowListOf(entries: readonly string[], option: string): AllowList {
  const read = entries.map(readEntry);
  const wrong = entries.filter((_entry, n) => read[n] === null);
  if (wrong.length > 0)
    throw new ConfigError(
      'INVALID_CONFIG',
      `${option}: ${wrong.map((entry) => JSON.stringify(entry)).join(', ')} cannot be read. Write a host, *.host, address or network, with http:// before it and :port behind it where they are needed: siem.example.com:8088, http://10.1.2.3:9200, tls://10.1.2.4:6514, [fd12:3456::]/32.`,
      { option },
    );
  const known = read.filter((entry) => entry !== null);
  return {
    opens: ({ isTls, host, port, transport }, address) =>
      known.some(
        (entry) =>
          entry.isTls === isTls &&
          entry.transport === transport &&
          entry.port === port &&
          (entry.network === null ? entry.isHost(host) : address === null || contains(entry.network, address)),
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
  if (alone !== null) return { ...SCHEMES.https!, port: 443, isHost: () => false, network: alone };
  const [, name = 'https', bracketed = '', portText] = ENTRY.exec(text.toLowerCase()) ?? [];
  const scheme = SCHEMES[name]!;
  const port = portText === undefined ? scheme.port : Number(portText);
  if (port === null || port < 1 || port > 65_535) return null;
  const place = bracketed.replace(/^\[([^\]]+)\]/, '$1');
  const network = networkOf(canonicalAddress(place) ?? place);
  if (network !== null) return { ...scheme, port, isHost: () => false, network };
  // All-digit ends are addresses in a spelling of their own (127.1), never names.
  if (place !== bracketed || !NAME.test(place) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(place)) return null;
  const isHost = place.startsWith('*.') ? (host: string) => host.endsWith(place.slice(1)) : (host: string) => host === place;
  return { ...scheme, port, isHost, network: null };
}
