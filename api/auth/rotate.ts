// Another signing key takes over. Tokens of the one before hold until they expire, so nobody is logged out and nothing needs to restart.
import { statSync } from 'node:fs';
import { makeKey, readKeys, rewriteKey, signingKeyOf } from './keys.ts';

/** Until then every process has read the new key: it signs only when all can check it. */
export const NOTICE_SECONDS = 60;
const DAY_SECONDS = 86_400;

export interface Rotation {
  readonly kid: string;
  /** Seconds since 1970. */
  readonly signsFrom: number;
  readonly before: string;
}

/**
 * Makes the next key; it signs after `noticeSeconds`. Private halves of keys that signed before the present one are deleted: their public halves stay, for the documents
 * that they signed.
 * @param isLeaked The keys so far are known to others: tokens of theirs are refused from now on, and the new key signs at once. Sessions go on, since
 *   refresh tokens are not signed.
 * @returns Null when another process has made the next key at the same moment.
 */
export async function rotateKeys(
  folder: string,
  nowSeconds: number,
  { noticeSeconds = NOTICE_SECONDS, isLeaked = false }: { readonly noticeSeconds?: number; readonly isLeaked?: boolean } = {},
): Promise<Rotation | null> {
  const keys = await readKeys(folder);
  const signing = signingKeyOf(keys, nowSeconds);
  const number = (keys.at(-1)?.number ?? 0) + 1;
  const signsFrom = isLeaked ? nowSeconds : nowSeconds + noticeSeconds;
  if (!(await makeKey(folder, number, signsFrom))) return null;
  const made = (await readKeys(folder)).find((key) => key.number === number);
  if (made === undefined) return null;
  const present = keys.find(({ kid }) => kid === signing.kid)?.number ?? 0;
  for (const { file, number: old, privateKey, refusedFrom } of keys) {
    if (isLeaked) rewriteKey(file, ({ d: _private, ...content }) => ({ ...content, refusedFrom: refusedFrom ?? nowSeconds }));
    else if (old < present && privateKey !== null) rewriteKey(file, ({ d: _private, ...content }) => content);
  }
  return { kid: made.kid, signsFrom, before: signing.kid };
}

/** Rotates when the newest key has been there for so many days; by several processes at once it is done once. 0 days: never. */
export async function rotateWhenDue(folder: string, nowSeconds: number, days: number): Promise<Rotation | null> {
  const newest = (await readKeys(folder)).at(-1);
  if (days === 0 || newest === undefined) return null;
  const since = newest.signsFrom > 0 ? newest.signsFrom : statSync(newest.file).mtimeMs / 1_000;
  return nowSeconds - since < days * DAY_SECONDS ? null : rotateKeys(folder, nowSeconds);
}
