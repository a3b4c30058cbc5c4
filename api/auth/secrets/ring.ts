// The keys that secrets are sealed with: from the configuration, or for a local installation from a file beside the signing key.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, FatalError } from '../../../pipeline/core/errors.ts';

export interface SecretKey {
  /** Beginning of the key's hash: says which key a value is sealed with, and nothing about the key. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}
export interface SecretKeys {
  /** The first seals, all open. Read again when the file was changed, so that a running process knows a new key. */
  readonly list: () => readonly SecretKey[];
  /** Null: they come from the configuration, and are changed there. */
  readonly file: string | null;
}

const FILE = 'secrets.key';
const KEY_BYTES = 32;
const HOW =
  'A key is 32 random bytes in base64, as `openssl rand -base64 32` prints them; with several, separated by commas or lines, the first seals and all open.';

/**
 * @param configured Of `api.secretKey`; empty = `<folder>/secrets.key`, which is made (0600) when it is missing. Two processes that start at once end with the same one.
 * @throws ConfigError INVALID_CONFIG; FatalError DATA_FOLDER when the file cannot be used; `list` throws it too when there is none, as in a folder that cannot be written.
 */
export function openSecretKeys(configured: string, folder: string): SecretKeys {
  if (configured !== '') {
    const keys = parseKeys(configured);
    if (keys === null) throw new ConfigError('INVALID_CONFIG', `api.secretKey: ${HOW}`);
    return { list: () => keys, file: null };
  }
  const file = join(folder, FILE);
  if (!existsSync(file)) makeFirst(folder, file);
  let mark = '';
  let keys: readonly SecretKey[] = [];
  const list = () => {
    const now = markOf(file);
    if (now !== mark) keys = readKeys(file);
    mark = now;
    return keys;
  };
  if (existsSync(file)) list(); // says at once when it cannot be used
  return { file, list };
}

/** A folder that cannot be written, as secrets of Kubernetes are, keeps nobody from starting: the key is missed by who first needs it. */
function makeFirst(folder: string, file: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    place(file, [newKey()], linkSync);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

export function newKey(): SecretKey {
  return keyOf(randomBytes(KEY_BYTES));
}

/** Replaces the keys of a local installation, all at once. */
export function writeKeys(file: string, keys: readonly SecretKey[]): void {
  place(file, keys, renameSync);
}

function place(file: string, keys: readonly SecretKey[], into: (draft: string, file: string) => void): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${keys.map(({ bytes }) => bytes.toString('base64')).join('\n')}\n`, { mode: 0o600 });
  try {
    into(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readKeys(file: string): readonly SecretKey[] {
  const keys = parseKeys(readFileSync(file, 'utf8'));
  if (keys !== null) return keys;
  throw new FatalError('DATA_FOLDER', `${file} cannot be used: ${HOW} Restore it from a backup: without it nobody's second factor can be checked.`, { file });
}

/** Null when one of them is no key, or there is none. */
function parseKeys(text: string): readonly SecretKey[] | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const keys = parts.map((part) => (/^[A-Za-z0-9+/_-]{43}=?$/.test(part) ? Buffer.from(part, 'base64') : Buffer.alloc(0)));
  return keys.length > 0 && keys.every((bytes) => bytes.length === KEY_BYTES) ? keys.map(keyOf) : null;
}

const keyOf = (bytes: Buffer): SecretKey => ({ id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes });
function markOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new FatalError('DATA_FOLDER', `${file} is missing. ${HOW}`, { file });
  return `${found.mtimeMs} ${found.ino}`;
}
