// The installation's own signing keys: Ed25519 keys in the data folder, the first made at the first start, each next one by `rotate.ts`.
// Processes read the folder again as it changes, so all of them know a key before it signs, and no token stops holding because another key signs.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { FatalError } from '../../pipeline/core/errors.ts';

export interface SigningKey {
  /** Names the key in token headers: its RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}
/** Times are seconds since 1970. The members of `SigningKey` are those of the key that signs at the moment. */
export interface SigningKeys extends SigningKey {
  /** Reads the folder when it was not looked at for a while, and gives the key that signs at `nowSeconds`. */
  readonly current: (nowSeconds: number) => Promise<SigningKey>;
  /** Public half of a key whose tokens may still live. @throws Error when the key is unknown, past, or refused. */
  readonly verifying: (kid: string | undefined, nowSeconds: number) => Promise<CryptoKey>;
  /** Public half of a key of any time, for documents that are kept for years. @throws Error when it is unknown. */
  readonly ofDocument: (kid: string | undefined) => CryptoKey;
  /** What /.well-known/jwks.json answers: what verifies tokens at `nowSeconds`, and what will sign next. */
  readonly jwks: (nowSeconds: number) => { readonly keys: readonly JWK[] };
}
/** What a key's file holds: a JWK with members of ours, which are absent where they say nothing. */
export type KeyContent = JWK & { readonly signsFrom?: unknown; readonly refusedFrom?: unknown };
/** A key as its file has it. */
export interface KeyFile {
  readonly file: string;
  /** 1, 2, ... */
  readonly number: number;
  readonly kid: string;
  readonly signsFrom: number;
  /** Its tokens are refused from then on, although they may not have expired. */
  readonly refusedFrom: number | null;
  /** The private half is deleted once the key signs no more. */
  readonly privateKey: CryptoKey | null;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

export const ALGORITHM = 'EdDSA';
/** No token is made for longer than a day; beyond that, clocks of processes differ. */
export const LONGEST_TOKEN_SECONDS = 86_400 + 300;
const LOOK_EVERY_MS = 10_000;
/** A key that nobody knows may have been made just now; who invents key ids makes us look no more often than so. */
const LOOK_FOR_UNKNOWN_MS = 1_000;
const FIRST_FILE = 'token-signing.jwk';
const NAME = /^token-signing(?:-(\d{1,9}))?\.jwk$/;

/** Of a local installation. */
export const keyFolderOf = (dataFolder: string): string => join(dataFolder, 'keys');
/** Whether an installation has been there already. */
export const hasKey = (folder: string): boolean => existsSync(join(folder, FIRST_FILE));

/**
 * Reads the keys of the folder, or makes folder (0700) and first key (0600). Two processes that start at once end with the same key.
 *
 * @param clockMs Between looks at the folder; tests move it by hand.
 * @throws FatalError DATA_FOLDER when a file is there and cannot be used.
 */
export async function openKeys(folder: string, clockMs: () => number = () => performance.now()): Promise<SigningKeys> {
  if (!hasKey(folder)) await makeKey(folder, 1, 0);
  let marks = marksOf(folder);
  let keys = await readKeys(folder);
  let lookedAt = clockMs();

  async function look(afterMs: number): Promise<void> {
    if (clockMs() - lookedAt < afterMs) return;
    lookedAt = clockMs();
    const now = marksOf(folder);
    if (now === marks) return;
    keys = await readKeys(folder);
    marks = now;
  }
  const isRefused = ({ refusedFrom }: KeyFile, now: number) => refusedFrom !== null && refusedFrom <= now;
  /** The next key has signed for longer than a token lives. */
  const isPast = ({ number }: KeyFile, now: number) => keys.some((next) => next.number > number && next.signsFrom + LONGEST_TOKEN_SECONDS <= now);
  const signing = (now: number): SigningKey => signingKeyOf(keys, now);
  const wallSeconds = () => Math.floor(Date.now() / 1_000);

  return {
    get kid() {
      return signing(wallSeconds()).kid;
    },
    get privateKey() {
      return signing(wallSeconds()).privateKey;
    },
    get publicKey() {
      return signing(wallSeconds()).publicKey;
    },
    async current(now) {
      await look(LOOK_EVERY_MS);
      return signing(now);
    },
    async verifying(kid, now) {
      await look(LOOK_EVERY_MS);
      const isKnown = keys.some((key) => key.kid === kid);
      if (!isKnown) await look(LOOK_FOR_UNKNOWN_MS);
      const key = keys.find((each) => each.kid === kid);
      if (key === undefined || isRefused(key, now) || isPast(key, now)) throw new Error('signed with a key that does not hold');
      return key.publicKey;
    },
    ofDocument(kid) {
      const key = keys.find((each) => each.kid === kid);
      if (key === undefined) throw new Error('signed with a key that is not of this installation');
      return key.publicKey;
    },
    jwks: (now) => ({ keys: keys.filter((key) => !isRefused(key, now) && !isPast(key, now)).map(({ publicJwk }) => publicJwk) }),
  };
}

/** The newest that signs by now. @throws FatalError DATA_FOLDER when all are refused, which rotating leaves nobody with. */
export function signingKeyOf(keys: readonly KeyFile[], now: number): SigningKey {
  const usable = keys.flatMap(({ privateKey, refusedFrom, ...key }) =>
    privateKey === null || (refusedFrom !== null && refusedFrom <= now) ? [] : [{ ...key, privateKey }],
  );
  const key = usable.filter(({ signsFrom }) => signsFrom <= now).at(-1) ?? usable[0];
  if (key === undefined) throw new FatalError('DATA_FOLDER', 'No signing key may be used any more. Make one with ./goshawk keys rotate.');
  return key;
}

/** Makes the key of this number, unless another process has just made it. @returns Whether it is ours. */
export async function makeKey(folder: string, number: number, signsFrom: number): Promise<boolean> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, number === 1 ? FIRST_FILE : `token-signing-${number}.jwk`);
  const draft = writeDraft(file, { ...(await exportJWK(privateKey)), ...(signsFrom > 0 && { signsFrom }) });
  try {
    linkSync(draft, file); // unlike rename, does not replace a key that another process has just put there
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Replaces what a key's file says, all at once. */
export function rewriteKey(file: string, change: (content: KeyContent) => KeyContent): void {
  renameSync(writeDraft(file, change(JSON.parse(readFileSync(file, 'utf8')) as KeyContent)), file);
}

function writeDraft(file: string, content: object): string {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  return draft;
}

/** In order of their numbers. @throws FatalError DATA_FOLDER */
export async function readKeys(folder: string): Promise<readonly KeyFile[]> {
  const files = readdirSync(folder).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [{ file: join(folder, name), number: Number(match[1] ?? 1) }];
  });
  return Promise.all(files.sort((a, b) => a.number - b.number).map(({ file, number }) => readKey(file, number)));
}

/** Changes when a file was added, taken away or replaced. */
const marksOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => {
      const { mtimeMs, ino } = statSync(join(folder, name));
      return `${name} ${mtimeMs} ${ino}`;
    })
    .join('\n');

async function readKey(file: string, number: number): Promise<KeyFile> {
  try {
    const { kty, crv, x, d, signsFrom, refusedFrom } = JSON.parse(readFileSync(file, 'utf8')) as KeyContent;
    if (kty !== 'OKP' || crv !== 'Ed25519') throw new Error(`not an Ed25519 key but ${String(kty)} ${String(crv)}`);
    const open: JWK = { kty, crv, x: x ?? '' };
    const kid = await calculateJwkThumbprint(open);
    return {
      file,
      number,
      kid,
      signsFrom: typeof signsFrom === 'number' ? signsFrom : 0,
      refusedFrom: typeof refusedFrom === 'number' ? refusedFrom : null,
      privateKey: d === undefined ? null : ((await importJWK({ ...open, d }, ALGORITHM)) as CryptoKey),
      publicKey: (await importJWK(open, ALGORITHM)) as CryptoKey,
      publicJwk: { ...open, kid, alg: ALGORITHM, use: 'sig' },
    };
  } catch (error) {
    throw new FatalError(
      'DATA_FOLDER',
      `${file} cannot be used as the signing key (${error instanceof Error ? error.message : String(error)}). Restore it from a backup, or delete it: a new one is made and everybody logs in again.`,
      { file },
      { cause: error },
    );
  }
}
