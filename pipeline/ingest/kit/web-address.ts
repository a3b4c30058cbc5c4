import type { Draft } from './draft.ts';
import { setEcs } from './draft.ts';
import { count } from './values.ts';

/**
 * Sets url.* from an address or a path with query, however broken; never throws. The parts are as written, in url.path decoded where they
 * can be. `event.url` must be the event's own.
 */
export function setUrl(event: Draft, written: string | null): void {
  if (written === null || written === '' || written === '-') return;
  const scheme = schemeEnd(written);
  const afterScheme = scheme > 0 ? scheme + 3 : 0;
  const pathFrom = scheme > 0 ? endOfAuthority(written, afterScheme) : 0;
  const authority = written.slice(afterScheme, pathFrom);
  const fragmentAt = orEnd(written.indexOf('#', pathFrom), written);
  const queryAt = Math.min(orEnd(written.indexOf('?', pathFrom), written), fragmentAt);
  const path = decoded(written.slice(pathFrom, queryAt));
  const { domain, port } = hostAndPort(authority.slice(authority.lastIndexOf('@') + 1));
  event.url = {
    original: written,
    domain: domain ?? event.url?.domain ?? null,
    path: path === '' ? null : path,
    query: queryAt < fragmentAt && queryAt + 1 < fragmentAt ? written.slice(queryAt + 1, fragmentAt) : null,
  };
  if (scheme > 0) setEcs(event, 'url.scheme', written.slice(0, scheme).toLowerCase());
  setEcs(event, 'url.port', port);
  if (fragmentAt + 1 < written.length) setEcs(event, 'url.fragment', written.slice(fragmentAt + 1));
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot > 0 && dot < name.length - 1 && name.length - dot <= 16) setEcs(event, 'url.extension', name.slice(dot + 1));
}
const orEnd = (at: number, text: string): number => (at < 0 ? text.length : at);

/** Where `://` begins; 0 when no scheme comes before it. */
function schemeEnd(text: string): number {
  const at = text.indexOf('://');
  return at > 0 && at <= 16 && /^[a-zA-Z][a-zA-Z0-9+.-]*$/.test(text.slice(0, at)) ? at : 0;
}
function endOfAuthority(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 47 || code === 63 || code === 35) return at;
  }
  return text.length;
}
function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `host`, `host:port`, `1.2.3.4:80`, `[::1]:80`, `::1`. A port that is none stays part of the name. */
export function hostAndPort(written: string): { readonly domain: string | null; readonly port: number | null } {
  if (written === '') return { domain: null, port: null };
  const close = written.startsWith('[') ? written.indexOf(']') : -1;
  const colon = written.indexOf(':', Math.max(close, 0));
  if (close < 0 && colon >= 0 && written.includes(':', colon + 1)) return { domain: written, port: null }; // a bare IPv6 address
  const port = colon < 0 ? null : count(written.slice(colon + 1));
  const name = close > 0 ? written.slice(1, close) : port === null ? written : written.slice(0, colon);
  return { domain: name === '' ? null : name, port: port !== null && port <= 65_535 ? port : null };
}

/** `DOMAIN\name`, `name@domain` (an email too), `name`. */
export function account(written: string | null): { readonly name: string | null; readonly domain: string | null; readonly email: string | null } {
  if (written === null) return { name: null, domain: null, email: null };
  const slash = written.indexOf('\\');
  if (slash > 0) return { name: written.slice(slash + 1) || null, domain: written.slice(0, slash), email: null };
  const at = written.lastIndexOf('@');
  if (at > 0 && at < written.length - 1) return { name: written.slice(0, at), domain: written.slice(at + 1), email: written };
  return { name: written, domain: null, email: null };
}
