import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openSecretBox } from './box.ts';
import { newKey, openSecretKeys, writeKeys } from './ring.ts';

const root = mkdtempSync(join(tmpdir(), 'goshawk-secrets-'));
afterAll(() => rmSync(root, { recursive: true }));
const key = () => randomBytes(32).toString('base64');
const refusal = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

describe('the keys of secrets', () => {
  it('are made once on this machine, for their owner only', () => {
    const folder = join(root, 'made');
    const [one, two] = [openSecretKeys('', folder), openSecretKeys('', folder)];
    expect(one.list().map(({ id }) => id)).toEqual(two.list().map(({ id }) => id));
    expect(statSync(join(folder, 'secrets.key')).mode & 0o777).toBe(0o600);
  });

  it('are read again when another process has added one', () => {
    const folder = join(root, 'added');
    const [mine, theirs] = [openSecretKeys('', folder), openSecretKeys('', folder)];
    const added = newKey();
    writeKeys(theirs.file!, [added, ...theirs.list()]);
    expect(mine.list()).toHaveLength(2);
    expect(mine.list()[0]!.id).toBe(added.id);
  });

  it('are missed when they are needed, not when the API starts, in a folder that cannot be written', () => {
    const folder = mkdtempSync(join(root, 'read-only-'));
    const keys = openSecretKeys('', folder);
    rmSync(join(folder, 'secrets.key'));
    expect(refusal(() => openSecretBox(keys).seal('totp:ada', 'x'))).toBe('DATA_FOLDER');
  });

  it.each([
    ['one', 1],
    ['three, with commas', 3],
  ])('come from the configuration: %s', (_name, count) => {
    const folder = join(root, 'none');
    const keys = openSecretKeys(Array.from({ length: count }, key).join(', '), folder);
    expect([keys.list().length, keys.file]).toEqual([count, null]);
  });

  it.each([
    ['a word', 'secret'],
    ['16 bytes', randomBytes(16).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['one that is none among others', `${key()},x`],
  ])('are refused, with how to make one: %s', (_name, text) => {
    expect(refusal(() => openSecretKeys(text, root))).toBe('INVALID_CONFIG');
    const folder = mkdtempSync(join(root, 'bad-'));
    writeFileSync(join(folder, 'secrets.key'), text);
    expect(refusal(() => openSecretKeys('', folder))).toBe('DATA_FOLDER');
  });
});

describe('a sealed secret', () => {
  const [old, next] = [key(), key()];
  const box = (text: string) => openSecretBox(openSecretKeys(text, root));

  it('comes back, whatever it is, and shows nothing of itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8 }), fc.string(), (plain, owner) => {
        const sealed = box(old).seal(`totp:${owner}`, plain.toWellFormed());
        expect(sealed).not.toContain(plain);
        expect(box(old).open(`totp:${owner}`, sealed)).toBe(plain.toWellFormed());
      }),
    );
  });

  it('is another text each time', () => {
    const each = box(old);
    expect(each.seal('totp:a', 'x')).not.toBe(each.seal('totp:a', 'x'));
  });

  it.each<[name: string, change: (sealed: string) => string, context: `totp:${string}`]>([
    ['of somebody else', (sealed) => sealed, 'totp:bob'],
    ['that was changed', (sealed) => sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')), 'totp:ada'],
    ['that was cut off', (sealed) => sealed.slice(0, -4), 'totp:ada'],
    ['of another version', (sealed) => sealed.replace('v1', 'v2'), 'totp:ada'],
    ['that is none', () => 'plain', 'totp:ada'],
  ])('is refused: one %s', (_name, change, context) => {
    expect(refusal(() => box(old).open(context, change(box(old).seal('totp:ada', 'GEZDGNBVGY3TQOJQ'))))).toBe('SECRET_UNREADABLE');
  });

  it('is opened by any key that is given, and sealed by the first', () => {
    const sealed = box(old).seal('totp:ada', 'x');
    const both = box(`${next},${old}`);
    expect([both.open('totp:ada', sealed), both.isCurrent(sealed), both.isCurrent(both.seal('totp:ada', 'x'))]).toEqual(['x', false, true]);
    expect(refusal(() => box(next).open('totp:ada', sealed))).toBe('SECRET_UNREADABLE');
  });
});
