import { parse } from 'tldts';
import type { Draft } from './draft.ts';
import { setEcs } from './draft.ts';

/** Names only: no addresses of the web are taken apart. */
const OPTIONS = { extractHostname: false, validateHostname: false } as const;
const LONGEST = 255;

/**
 * Sets `registered_domain`, `subdomain` and `top_level_domain` of a name, by the ICANN part of the Public Suffix List that the package tldts
 * carries (so it changes with releases only). Nothing for addresses, names of one part, and public suffixes themselves.
 * @see https://publicsuffix.org/list/
 */
export function setRegisteredDomain(event: Draft, of: 'url' | 'destination' | 'dns.question', name: string | null): void {
  if (name === null || name.length > LONGEST || !name.includes('.') || name.includes(':')) return;
  const { domain, subdomain, publicSuffix, isIp } = parse(name.replace(/\.$/, '').toLowerCase(), OPTIONS);
  if (isIp === true || domain === null) return;
  setEcs(event, `${of}.registered_domain`, domain);
  setEcs(event, `${of}.subdomain`, subdomain);
  setEcs(event, `${of}.top_level_domain`, publicSuffix);
}
