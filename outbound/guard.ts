// Whether a target may be reached: by its name, and by every address that the name leads to.
import { RetryableError } from '../pipeline/core/errors.ts';
import { canonicalAddress, networkOf, reachOf } from './address.ts';
import { allowListOf, eitherOf, within } from './allow-list.ts';
import type { AllowList } from './allow-list.ts';
import type { OutboundConfig } from './config.ts';
import type { Resolve } from './resolve.ts';
import { isLocalName, isMetadataName, nameOf, refused } from './target.ts';
import type { Place } from './target.ts';

export interface Guard {
  /**
   * Resolves a name, once. @returns All of its addresses, canonical: connect to these and to nothing else.
   * @throws ConfigError OUTBOUND_REFUSED. RetryableError OUTBOUND_FAILED when the name has no address.
   */
  readonly vet: (place: Place, organization?: AllowList) => Promise<readonly string[]>;
  /** What can be said without a name server: all there is of an address. @throws ConfigError OUTBOUND_REFUSED */
  readonly glance: (place: Place, organization?: AllowList) => void;
}

const NOTHING_ALLOWED: AllowList = { opens: () => false };

/** @throws ConfigError INVALID_CONFIG */
export function openGuard(config: OutboundConfig, resolve: Resolve): Guard {
  const installation = allowListOf(config.allow, 'outbound.allow');
  const networks = config.organizationNetworks.map(networkOf).filter((network) => network !== null);
  const allowed = (organization: AllowList = NOTHING_ALLOWED) => eitherOf(installation, within(organization, networks));
  return {
    async vet(place, organization) {
      const allow = allowed(organization);
      checkName(place, config.ports, allow);
      const found = place.isAddress ? [place.host] : await inTime(resolve(place.host, allow.opens(place, null)), config.connectMs, place.host);
      return checkedAddresses(place, found, config.ports, allow, organization);
    },
    glance(place, organization) {
      const allow = allowed(organization);
      checkName(place, config.ports, allow);
      if (place.isAddress) checkedAddresses(place, [place.host], config.ports, allow, organization);
    },
  };
}

/** What can be refused without asking a name server: a name that nobody opened is not even looked up. */
function checkName(target: Place, ports: readonly number[], allow: AllowList): void {
  const { host, port, isTls, transport } = target;
  if (isMetadataName(target))
    throw refused('address', host, 'leads to a metadata service, which hands out credentials of this machine', 'It cannot be allowed.');
  if (allow.opens(target, null)) return;
  const entry = `outbound.allow: ${nameOf(target)}`;
  if (transport !== undefined)
    throw refused('scheme', nameOf(target), 'is not HTTPS, and nobody has opened it', `Have it allowed (${entry}, or the organization's outboundHosts).`);
  if (!isTls) throw refused('scheme', host, 'is asked without TLS', `Use https://, or have it allowed (${entry}).`);
  if (isLocalName(target))
    throw refused('name', host, 'is a name that only means something on a network of its own', `Use its public name, or have it allowed (${entry}).`);
  if (!ports.includes(port))
    throw refused('port', `Port ${port} of ${host}`, 'is not open to users', `Use port ${ports.join(' or ')}, or have it allowed (${entry}).`);
}

/** All or none: of a name with one public and one private address nobody knows where it leads. @param asked What the organization would open if it could. */
function checkedAddresses(
  target: Place,
  found: readonly string[],
  ports: readonly number[],
  allow: AllowList,
  asked: AllowList = NOTHING_ALLOWED,
): readonly string[] {
  return found.map((text) => {
    const address = canonicalAddress(text);
    const reach = address === null ? ({ kind: 'special', reason: 'a link-local address' } as const) : reachOf(address);
    const { host } = target;
    const leads = target.isAddress ? 'is' : 'leads to';
    if (reach.kind === 'never') throw refused('address', host, `${leads} ${reach.reason}`, 'It cannot be allowed.');
    if (address !== null && allow.opens(target, address)) return address;
    if (address === null || reach.kind === 'special')
      throw refused(
        'address',
        host,
        `${leads} an address that users may not point at (${reach.kind === 'special' ? reach.reason : ''})`,
        address !== null && asked.opens(target, address)
          ? "The organization's outboundHosts has it, but this installation does not let organizations open that network: whoever runs it does, by outbound.allow, or for all organizations by outbound.organizationNetworks."
          : "Have the host or its network allowed: by outbound.allow, or by the organization's outboundHosts where outbound.organizationNetworks lets it.",
      );
    checkName(target, ports, { opens: () => false }); // an entry for a network could have opened it, and has not
    return address;
  });
}

async function inTime<T>(work: Promise<T>, ms: number, host: string): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new RetryableError('OUTBOUND_FAILED', `${host} was not resolved within ${ms} ms.`, { host })), ms);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
