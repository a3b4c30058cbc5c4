// Several signing keys at once: one takes over from another, and what was signed holds on.
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { LONGEST_TOKEN_SECONDS, openKeys, readKeys } from './keys.ts';
import type { SigningKeys } from './keys.ts';
import { NOTICE_SECONDS, rotateKeys, rotateWhenDue } from './rotate.ts';
import { readDocument, signDocument } from './signed-document.ts';
import { Tokens } from './tokens.ts';

const root = mkdtempSync(join(tmpdir(), 'goshawk-rotation-'));
afterAll(() => rmSync(root, { recursive: true }));
const DAY = 86_400;
const subject = { user: 'ada', organization: 'default', roles: ['analyst'] };

describe('a signing key', () => {
  let folder: string;
  let now: number;
  let clockMs: number;
  let keys: SigningKeys;
  let tokens: Tokens;
  /** As another process has them: opened later, so it has read all there is. */
  const afresh = async () => new Tokens(await openKeys(folder), 'i', () => now);
  const holds = async (token: string, reader: Tokens) =>
    reader.verify(token).then(
      () => true,
      () => false,
    );

  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'keys-'));
    now = 1_800_000_000;
    clockMs = 0;
    keys = await openKeys(folder, () => clockMs);
    tokens = new Tokens(keys, 'i', () => now);
  });

  it('signs only when every process had time to read it', async () => {
    const before = keys.kid;
    const rotation = await rotateKeys(folder, now);
    expect(rotation).toEqual({ kid: expect.any(String), signsFrom: now + NOTICE_SECONDS, before });
    const reader = await openKeys(folder);
    expect((await reader.current(now)).kid).toBe(before);
    expect(reader.jwks(now).keys.map(({ kid }) => kid)).toEqual([before, rotation?.kid]); // published before it is used
    expect((await reader.current(now + NOTICE_SECONDS)).kid).toBe(rotation?.kid);
  });

  it('logs nobody out: what the one before has signed holds until it expires', async () => {
    const { token } = await tokens.sign(subject, DAY);
    await rotateKeys(folder, now);
    now += NOTICE_SECONDS;
    const reader = await afresh();
    expect(await holds(token, reader)).toBe(true);
    const { token: next } = await reader.sign(subject, DAY);
    expect(await holds(next, reader)).toBe(true);
    now += DAY - NOTICE_SECONDS;
    expect(await holds(token, reader)).toBe(false); // it has expired
    expect(await holds(next, reader)).toBe(true);
  });

  it('is known to processes that were there before: a token of a key they do not know makes them look', async () => {
    await rotateKeys(folder, now, { noticeSeconds: 0 });
    const { token } = await (await afresh()).sign(subject, 60);
    expect(await holds(token, tokens)).toBe(false); // who invents names of keys makes nobody read files all the time
    clockMs += 1_000;
    expect(await holds(token, tokens)).toBe(true);
  });

  it('is published no more once nothing of it can live', async () => {
    const old = keys.kid;
    const { token } = await tokens.sign(subject, LONGEST_TOKEN_SECONDS * 2);
    await rotateKeys(folder, now);
    now += NOTICE_SECONDS + LONGEST_TOKEN_SECONDS;
    const reader = await openKeys(folder);
    expect(reader.jwks(now).keys.map(({ kid }) => kid)).not.toContain(old);
    expect(await holds(token, await afresh())).toBe(false);
  });

  it('checks documents for ever, also when it signs no more and its private half is gone', async () => {
    const document = await signDocument({ a: 1 }, 'test+jws', keys);
    await rotateKeys(folder, now);
    now += DAY;
    await rotateKeys(folder, now);
    expect((await readKeys(folder)).map(({ privateKey }) => privateKey === null)).toEqual([true, false, false]);
    expect(readFileSync(join(folder, 'token-signing.jwk'), 'utf8')).not.toContain('"d"');
    expect(statSync(join(folder, 'token-signing.jwk')).mode & 0o777).toBe(0o600);
    expect(await readDocument(document, 'test+jws', await openKeys(folder))).toEqual({ a: 1 });
  });

  it('that leaked is refused at once, and signs nothing more', async () => {
    const { token } = await tokens.sign(subject, DAY);
    const document = await signDocument({ a: 1 }, 'test+jws', keys);
    const rotation = await rotateKeys(folder, now, { isLeaked: true });
    const reader = await openKeys(folder);
    expect(rotation?.signsFrom).toBe(now);
    expect(await holds(token, await afresh())).toBe(false);
    expect((await reader.current(now)).kid).toBe(rotation?.kid);
    expect(reader.jwks(now).keys.map(({ kid }) => kid)).toEqual([rotation?.kid]);
    expect(await readDocument(document, 'test+jws', reader)).toEqual({ a: 1 }); // reports are chained: a forged one would show
  });

  it('is replaced when it is old, and not before', async () => {
    const file = join(folder, 'token-signing.jwk');
    utimesSync(file, now, now);
    expect(await rotateWhenDue(folder, now + 89 * DAY, 90)).toBeNull();
    expect(await rotateWhenDue(folder, now + 90 * DAY, 0)).toBeNull();
    const first = await rotateWhenDue(folder, now + 90 * DAY, 90);
    expect(first).not.toBeNull();
    expect(await rotateWhenDue(folder, now + 91 * DAY, 90)).toBeNull();
    expect(await rotateWhenDue(folder, now + 181 * DAY, 90)).not.toBeNull();
  });

  it('is replaced once, by whoever comes first', async () => {
    utimesSync(join(folder, 'token-signing.jwk'), now - 100 * DAY, now - 100 * DAY);
    const made = await Promise.all(Array.from({ length: 5 }, () => rotateWhenDue(folder, now, 90)));
    expect(made.filter((rotation) => rotation !== null)).toHaveLength(1);
    expect(await readKeys(folder)).toHaveLength(2);
  });
});
