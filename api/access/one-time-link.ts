// Links that let somebody in, once. They are shown once; what is kept of the token is a hash.
import { createHash, randomBytes } from 'node:crypto';

/** A link is looked for across organizations; the transaction needs one all the same. */
export const ANY_ORGANIZATION = 'default';

export interface OneTimeLink {
  /** The part behind `#` is the token: browsers do not send it. */
  readonly link: string;
  readonly tokenHash: Buffer;
}

/**
 * @param prefix Of the token, so that scanners find it when it leaks.
 * @param page Of the dashboard: `https://goshawk.example/invitation`.
 */
export function oneTimeLink(prefix: string, page: string): OneTimeLink {
  const token = prefix + randomBytes(32).toString('base64url');
  return { link: `${page}#${token}`, tokenHash: hashOfToken(token) };
}

/** Of any text; 256 random bits need nothing slower. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();
