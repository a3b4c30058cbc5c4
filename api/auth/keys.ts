// The installation's own signing key: an Ed25519 key in the data folder, made at the first start.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { FatalError } from '../../pipeline/core/errors.ts';

export interface SigningKeys {
  /** Names the key in token headers: its RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** What /.well-known/jwks.json answers. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

export const ALGORITHM = 'EdDSA';
const KEY_FILE = 'token-signing.jwk';

/** Of a local installation. */
export const keyFolderOf = (dataFolder: string): string => join(dataFolder, 'keys');
/** Whether an installation has been there already. */
export const hasKey = (folder: string): boolean => existsSync(join(folder, KEY_FILE));

/**
 * Reads `<folder>/token-signing.jwk`, or makes folder (0700) and key (0600). Two processes that start at once end with the same key.
 * @throws FatalError DATA_FOLDER when the file is there and cannot be used.
 */
export async function openKeys(folder: string): Promise<SigningKeys> {
  const file = join(folder, KEY_FILE);
  if (!existsSync(file)) await makeKey(folder, file);
  return readKey(file);
}

async function makeKey(folder: string, file: string): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
  try {
    linkSync(draft, file); // unlike rename, does not replace a key that another process has just put there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function readKey(file: string): Promise<SigningKeys> {
  try {
    const secret = JSON.parse(readFileSync(file, 'utf8')) as JWK;
    const { d: _private, ...open } = secret;
    if (secret.kty !== 'OKP' || secret.crv !== 'Ed25519') throw new Error(`not an Ed25519 key but ${String(secret.kty)} ${String(secret.crv)}`);
    const kid = await calculateJwkThumbprint(open);
    const [privateKey, publicKey] = await Promise.all([importJWK(secret, ALGORITHM), importJWK(open, ALGORITHM)]);
    return { kid, privateKey: privateKey as CryptoKey, publicKey: publicKey as CryptoKey, jwks: { keys: [{ ...open, kid, alg: ALGORITHM, use: 'sig' }] } };
  } catch (error) {
    throw new FatalError(
      'DATA_FOLDER',
      `${file} cannot be used as the signing key (${error instanceof Error ? error.message : String(error)}). Restore it from a backup, or delete it: a new one is made and everybody logs in again.`,
      { file },
      { cause: error },
    );
  }
}
