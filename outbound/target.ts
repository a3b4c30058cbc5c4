// From a text that somebody typed to a host and port. Whatever two programs could read differently is refused rather than interpreted.
import { isIP } from 'node:net';
import { ConfigError } from '../pipeline/core/errors.ts';
import { canonicalAddress } from './address.ts';
import type { Asked } from './allow-list.ts';

/** A host and a port, and what is spoken there. The host is in lower case; an address in its canonical form, without brackets. */
export interface Place extends Asked {
  readonly isAddress: boolean;
}
export interface Target extends Place {
  readonly url: URL;
}

/** Why a target is refused; the label of the metric. */
export type Refusal = 'spelling' | 'scheme' | 'user-info' | 'name' | 'port' | 'address' | 'header';

const MAX_URL = 8_192;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Names that mean something else on every network, and those under which clouds serve metadata. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa|onion|test|invalid)$/;
const METADATA_NAME =
  /^(metadata\.google\.internal|metadata\.goog|metadata|instance-data(\.ec2\.internal)?|metadata\.azure\.(com|internal)|metadata\.tencentyun\.com)$/;

/** @throws ConfigError OUTBOUND_REFUSED */
export function parseTarget(text: string): Target {
  if (text.length > MAX_URL) throw refused('spelling', 'an address', `is longer than ${MAX_URL} characters`, 'Shorten it.');
  if (!/^[\x21-\x5b\x5d-\x7e]*$/.test(text))
    throw refused(
      'spelling',
      'an address',
      'holds spaces, backslashes, control or other characters beyond ASCII',
      'Write them percent-encoded, names of hosts in punycode (xn--...).',
    );
  const [, scheme, authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme === undefined || !URL.canParse(text)) throw refused('spelling', 'an address', 'is not a complete URL', 'Write it as https://host/path.');
  if (!/^https?$/i.test(scheme)) throw refused('scheme', `${scheme}:`, 'is not HTTPS', 'Use https://.');
  if (authority.includes('@'))
    throw refused('user-info', 'an address', 'holds a name or password before the host', 'Leave them out and give credentials in their own field.');
  const url = new URL(text);
  const [, written = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(authority) ?? [];
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const address = canonicalAddress(bare);
  if (bare.endsWith('.') || (written.toLowerCase() !== url.hostname && isIP(bare) !== 6))
    throw refused('spelling', JSON.stringify(written), 'is another spelling of a host', `Write ${JSON.stringify(bare.replace(/\.+$/, ''))}.`);
  if (address === null && (bare.length > 253 || !bare.split('.').every((label) => LABEL.test(label))))
    throw refused('name', JSON.stringify(bare), 'is no name of a host', 'Check it.');
  const isTls = url.protocol === 'https:';
  url.hash = '';
  return { url, isTls, host: address ?? bare, isAddress: address !== null, port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port) };
}

/** @param text `tls://host:port`, `tcp://host:port` or `udp://host:port`, and nothing behind it. @throws ConfigError OUTBOUND_REFUSED */
export function parseEndpoint(text: string): Place {
  const [, scheme = '', authority = '', port = ''] = /^(tls|tcp|udp):\/\/(.*?)(?::([1-9]\d{0,4}))?$/s.exec(text) ?? [];
  if (scheme === '') throw refused('scheme', 'An address', 'does not begin with tls://, tcp:// or udp://', 'Write it as tls://host:port.');
  if (port === '' || Number(port) > 65_535) throw refused('port', 'An address', 'has no port', 'Write it as tls://host:port.');
  if (/[/?#]/.test(authority)) throw refused('spelling', 'An address', 'holds more than a host and a port', 'Write it as tls://host:port.');
  const { host, isAddress } = parseTarget(`https://${authority}:${port}`);
  return { isTls: scheme === 'tls', host, isAddress, port: Number(port), transport: scheme === 'udp' ? 'udp' : 'tcp' };
}

/** As an allow-list writes it. */
export function nameOf({ host, port, isTls, transport }: Asked): string {
  const scheme = transport === undefined ? (isTls ? '' : 'http://') : `${isTls ? 'tls' : transport}://`;
  return `${scheme}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A name that resolves differently from place to place, which only an allow-list opens. */
export const isLocalName = ({ host, isAddress }: Place): boolean => !isAddress && (!host.includes('.') || LOCAL_NAME.test(host));
/** No allow-list opens these. */
export const isMetadataName = ({ host }: Place): boolean => METADATA_NAME.test(host);

/** @param what Never holds more of an address than its host: paths and queries carry secrets. */
export const refused = (reason: Refusal, what: string, why: string, cure: string): ConfigError =>
  new ConfigError('OUTBOUND_REFUSED', `${what} ${why}. ${cure}`, { reason });
