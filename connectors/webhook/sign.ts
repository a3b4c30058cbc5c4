// Standard Webhooks 1.0: keys, and the three headers that tell a receiver who sent what and when.
import { createHmac, createPrivateKey, sign as signBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ConfigError } from '../../pipeline/core/errors.ts';

export type SigningKey = { readonly version: 'v1'; readonly secret: Buffer } | { readonly version: 'v1a'; readonly key: KeyObject };

/** What precedes the seed in the PKCS #8 form of an ed25519 key (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * @param text Keys with spaces or commas between them: `whsec_<base64>` of 24 to 64 bytes, or `whsk_<base64>` of an ed25519 key (32 bytes, or 64 with the public half).
 * @throws ConfigError SINK_MISCONFIGURED; the message has none of the key.
 */
export function parseSigningKeys(text: string): readonly SigningKey[] {
  const keys = text.split(/[\s,]+/).filter((part) => part !== '');
  if (keys.length === 0) throw refused(1, 'is missing');
  return keys.map((part, index) => {
    const [, prefix, base64 = ''] = /^(whsec|whsk)_(.+)$/.exec(part) ?? [];
    if (prefix === undefined || !BASE64.test(base64)) throw refused(index + 1, 'is neither whsec_<base64> nor whsk_<base64>');
    const bytes = Buffer.from(base64, 'base64');
    if (prefix === 'whsec') {
      if (bytes.length < 24 || bytes.length > 64) throw refused(index + 1, `has ${bytes.length} bytes, where 24 to 64 are asked for`);
      return { version: 'v1', secret: bytes };
    }
    if (bytes.length !== 32 && bytes.length !== 64) throw refused(index + 1, `has ${bytes.length} bytes, where an ed25519 key has 32 or 64`);
    const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
    return { version: 'v1a', key };
  });
}

const refused = (nth: number, what: string) => new ConfigError('SINK_MISCONFIGURED', `signingKeys: key ${nth} ${what}.`);

/** A record's id without dots, which the signed text keeps for itself. No two ids become one. */
export const webhookId = (id: string): string => id.replaceAll('%', '%25').replaceAll('.', '%2e');

/** The headers of one attempt. @param id Without a dot. @param nowMs Wall clock. */
export function signatureHeaders(keys: readonly SigningKey[], id: string, nowMs: number, body: Buffer): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signedBytes = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const signatures = keys.map((key) =>
    key.version === 'v1'
      ? `v1,${createHmac('sha256', key.secret).update(signedBytes).digest('base64')}`
      : `v1a,${signBytes(null, signedBytes, key.key).toString('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
