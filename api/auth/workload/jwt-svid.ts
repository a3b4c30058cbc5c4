// JWT-SVIDs: what a workload shows in place of a password, signed by an authority of its trust domain. Pure.
import { compactVerify, importJWK } from 'jose';
import type { JWK } from 'jose';
import { z } from 'zod';
import { parseSpiffeId } from '../../../domains/identity/spiffe-id.ts';
import type { SpiffeId } from '../../../domains/identity/spiffe-id.ts';

/** SPIFFE names these nine; no secrets, no `none`, no Edwards curves. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];
/** Clocks differ; the standard allows a minute. */
const LEEWAY_SECONDS = 60;
const MAX_TOKEN = 16_384;

const header = z.strictObject({ alg: z.enum(ALGORITHMS), typ: z.enum(['JWT', 'JOSE']).optional(), kid: z.string().min(1).optional() });
const claims = z.looseObject({
  sub: z.string(),
  aud: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  exp: z.number(),
  nbf: z.number().optional(),
});
/** Without keys it is one too: then nothing of the domain is valid any more. */
const bundleForm = z.looseObject({
  keys: z.array(z.unknown()).max(1_000),
  spiffe_sequence: z.number().nonnegative().optional(),
  spiffe_refresh_hint: z.number().nonnegative().optional(),
});
const bundleKey = z.looseObject({ kty: z.enum(['EC', 'RSA']), use: z.literal('jwt-svid'), kid: z.string().min(1).optional() });

/** Public keys of one trust domain (JWK Set with `use`). Entries of another use, or that cannot be read, are none of its keys. */
export interface Bundle {
  readonly keys: readonly unknown[];
}
/** `unknown-key`: perhaps of a newer bundle. */
export type SvidVerdict =
  { readonly kind: 'svid'; readonly id: SpiffeId; readonly expiresAt: number } | { readonly kind: 'refused' | 'unknown-key'; readonly reason: string };

/** What a token says before anything is checked; null when it has not the form of a JWT-SVID. */
export function saidBy(token: string): { readonly id: SpiffeId; readonly audiences: readonly string[] } | null {
  const read = parse(token);
  if (read === null) return null;
  const id = parseSpiffeId(read.claims.sub);
  return id === null ? null : { id, audiences: [read.claims.aud].flat() };
}

/**
 * @param audience Our own: it has to be among those of the token.
 * @param bundle Of the trust domain that the token names, and of no other.
 * @param nowSeconds Of the wall clock, since 1970.
 * @see JWT-SVID, sections 2 to 5.
 */
export async function verifyJwtSvid(token: string, audience: string, bundle: Bundle, nowSeconds: number): Promise<SvidVerdict> {
  const read = parse(token);
  if (read === null) return refused('it has not the form of a JWT-SVID, or another algorithm');
  const id = parseSpiffeId(read.claims.sub);
  if (id === null) return refused('its subject is no SPIFFE ID');
  const { kid, alg } = read.header;
  const keys = keysOf(bundle).filter((key) => kid === undefined || key.kid === kid);
  // Without a name the key has to be the only one that could have signed.
  const fitting = keys.filter((key) => fits(key, alg));
  if (fitting.length !== 1)
    return { kind: 'unknown-key', reason: fitting.length === 0 ? 'no key of its trust domain has signed it' : 'it does not say which key has signed it' };
  if (!(await isSigned(token, fitting[0]!, alg))) return refused('its signature does not hold');
  const { aud, exp, nbf } = read.claims;
  if (![aud].flat().includes(audience)) return refused('it is for another audience');
  if (exp + LEEWAY_SECONDS <= nowSeconds) return refused('it has expired');
  if (nbf !== undefined && nbf - LEEWAY_SECONDS > nowSeconds) return refused('it is not valid yet');
  return { kind: 'svid', id, expiresAt: exp };
}

/** Of a bundle as it is given or fetched; null when it is none. */
export const parseBundle = (value: unknown): Bundle | null => bundleForm.safeParse(value).data ?? null;
/** That a JWT-SVID can be checked with. */
export const keysOf = ({ keys }: Bundle): readonly JWK[] => keys.flatMap((key) => (bundleKey.safeParse(key).success ? [key as JWK] : []));

const refused = (reason: string): SvidVerdict => ({ kind: 'refused', reason });

function parse(token: string): { readonly header: z.infer<typeof header>; readonly claims: z.infer<typeof claims> } | null {
  const parts = token.split('.');
  if (token.length > MAX_TOKEN || parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return null;
  const [head, body] = parts.slice(0, 2).map(jsonOf);
  const readHead = header.safeParse(head);
  const readBody = claims.safeParse(body);
  return readHead.success && readBody.success ? { header: readHead.data, claims: readBody.data } : null;
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
/** By kind of key, so that the header does not choose what a key is used for. */
const fits = ({ kty, crv, alg: only }: JWK, alg: string): boolean =>
  (only === undefined || only === alg) && (alg.startsWith('ES') ? kty === 'EC' && crv === CURVES[alg] : kty === 'RSA');

async function isSigned(token: string, key: JWK, alg: string): Promise<boolean> {
  try {
    const { use: _use, key_ops: _ops, ...material } = key; // `jwt-svid` is not a use that Web Crypto knows
    await compactVerify(token, await importJWK(material, alg), { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}
