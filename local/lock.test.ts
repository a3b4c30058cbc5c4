import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryLock, waitForLock } from './lock.ts';

describe('lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const never = new AbortController().signal;

  it('is held by one at a time and given back', () => {
    const first = tryLock(folder);
    expect(first).not.toBeNull();
    expect(tryLock(folder)).toBeNull();
    first?.release();
    const second = tryLock(folder);
    expect(second).not.toBeNull();
    second?.release();
  });

  it('can be waited for', async () => {
    const first = tryLock(folder);
    const second = await waitForLock(folder, never, () => first?.release()); // released when it is seen to be held
    expect(tryLock(folder)).toBeNull();
    second.release();
  });

  it('can be given up waiting for', async () => {
    const first = tryLock(folder);
    const controller = new AbortController();
    await expect(waitForLock(folder, controller.signal, () => controller.abort())).rejects.toThrow();
    first?.release();
  });

  it('makes the folder', () => {
    tryLock(join(folder, 'a/b'))?.release();
    expect(tryLock(join(folder, 'a/b'))).not.toBeNull();
  });
});
