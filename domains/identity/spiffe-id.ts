// SPIFFE IDs. Not read by `new URL()`, which decodes, lower-cases and resolves what has to be refused.
export const SPIFFE = 'spiffe://';
const DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const MAX_ID = 2_048;

export interface SpiffeId {
  readonly id: string;
  readonly trustDomain: string;
  /** Empty, or with a slash in front. */
  readonly path: string;
}

/**
 * Null when it is none: any other byte, an empty segment, `.` or `..`, a slash at the end, or more than 2,048 bytes. Upper-case letters in scheme or
 * trust domain are refused, as go-spiffe does.
 * @see SPIFFE-ID, section 2.
 */
export function parseSpiffeId(text: string): SpiffeId | null {
  if (text.length > MAX_ID || !text.startsWith(SPIFFE)) return null;
  const rest = text.slice(SPIFFE.length);
  const slash = rest.indexOf('/');
  const trustDomain = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash);
  const isPath =
    path === '' ||
    path
      .slice(1)
      .split('/')
      .every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  return DOMAIN.test(trustDomain) && isPath ? { id: text, trustDomain, path } : null;
}
