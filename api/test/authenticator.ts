// A security key in software, as WebAuthn (level 3, sections 6.1, 6.5 and 7) has it: it makes a key pair for a domain and signs challenges.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Authenticator {
  /** The key's own id, base64url. */
  readonly id: string;
  /** Answers `navigator.credentials.create`. */
  readonly create: (options: { readonly challenge: string }, page?: Page) => object;
  /** Answers `navigator.credentials.get`. */
  readonly get: (options: { readonly challenge: string }, page?: Page & { readonly userHandle?: string }) => object;
}
/** What a test makes other than it should be. */
interface Page {
  readonly origin?: string;
  readonly domain?: string;
  /** The owner was seen (touched it), and known (PIN, finger). */
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  /** Counts up by itself unless given. */
  readonly counter?: number;
}

const ORIGIN = 'http://localhost:8080';
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

export function openAuthenticator(): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let count = 0;

  const dataOf = ({ domain = 'localhost', isPresent = true, isVerified = true, counter }: Page, credential: Buffer): Buffer => {
    const flags = (isPresent ? USER_PRESENT : 0) | (isVerified ? USER_VERIFIED : 0) | (credential.length > 0 ? HAS_CREDENTIAL : 0);
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(counter ?? ++count);
    return Buffer.concat([sha256(domain), Buffer.from([flags]), counted, credential]);
  };
  const clientData = (type: string, challenge: string, { origin = ORIGIN }: Page): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const answer = (response: object) => ({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });

  return {
    id,
    create({ challenge }, page = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)]);
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.from([0xa0]),
        cborText('authData'),
        cborBytes(dataOf(page, credential)),
      ]);
      return answer({
        clientDataJSON: clientData('webauthn.create', challenge, page).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      });
    },
    get({ challenge }, page = {}) {
      const client = clientData('webauthn.get', challenge, page);
      const data = dataOf(page, Buffer.alloc(0));
      return answer({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', Buffer.concat([data, sha256(client)]), privateKey).toString('base64url'),
        ...(page.userHandle !== undefined && { userHandle: page.userHandle }),
      });
    },
  };
}

/** RFC 9053: EC2 (1: 2), ES256 (3: -7), P-256 (-1: 1), x (-2), y (-3). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, 'base64url')),
  ]);
}

/** RFC 8949, up to 65,535 bytes. */
function cborBytes(bytes: Buffer): Buffer {
  const head = bytes.length < 24 ? [0x40 | bytes.length] : bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
}
/** Shorter than 24 characters. */
const cborText = (text: string): Buffer => Buffer.concat([Buffer.from([0x60 | text.length]), Buffer.from(text)]);
