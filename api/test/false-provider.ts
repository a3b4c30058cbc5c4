// An identity provider that says whatever a test wants, signed however it wants: what attackers run, or make of one that others run.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FalseProvider {
  readonly issuer: string;
  /** Answer of the token endpoint. */
  idToken: string;
  /** Members of the description, over those that are right. */
  description: Record<string, unknown>;
  /** Public keys by name; the right one is `one`. */
  keys: Record<string, KeyObject>;
  /** How often keys were asked for. */
  keyRequests: number;
  readonly close: () => Promise<void>;
}

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export type Signer = (input: string) => Buffer;
export const signedBy =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), key);
export const unsigned: Signer = () => Buffer.alloc(0);
/** With what everybody knows. */
export const hmacBy =
  (secret: string | Buffer): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();
export const publicPem = (): string => rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;

/** A JWT of any header and claims. */
export function jwt(claims: object, header: object = {}, by: Signer = signedBy(rsa.privateKey)): string {
  const input = `${part({ alg: 'RS256', kid: 'one', ...header })}.${part(claims)}`;
  return `${input}.${by(input).toString('base64url')}`;
}

export async function openFalseProvider(): Promise<FalseProvider> {
  const server = createServer((request, response) => {
    const answer = (value: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return answer({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['RS256'],
          ...provider.description,
        });
      case '/jwks':
        provider.keyRequests += 1;
        return answer({ keys: Object.entries(provider.keys).map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' })) });
      case '/token':
        return answer({ access_token: 'x', token_type: 'Bearer', id_token: provider.idToken });
      default:
        return response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: FalseProvider = {
    issuer,
    idToken: '',
    description: {},
    keys: { one: rsa.publicKey },
    keyRequests: 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}
