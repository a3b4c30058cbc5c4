import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testGateway } from '../_contract/gateway.ts';
import file, { config } from './index.ts';
import { Tail } from './tail.ts';

describe('a tail', () => {
  let folder: string;
  let path: string;
  let lines: string[];
  let tooLong: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-tail-'));
    path = join(folder, 'a.log');
    lines = [];
    tooLong = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const open = (start: 'beginning' | 'end' = 'beginning', takes = () => true) =>
    new Tail({
      path,
      start,
      maxLineBytes: 20,
      onLines: async (found) => {
        if (!takes()) return false;
        lines.push(...found.map(String));
        return true;
      },
      onTooLong: () => (tooLong += 1),
    });
  async function looks(tail: Tail, ...steps: readonly (() => void)[]): Promise<readonly string[]> {
    for (const step of steps) {
      step();
      await tail.look();
    }
    await tail.close();
    return lines;
  }

  it('gives whole lines, as they are completed', async () => {
    const found = await looks(
      open(),
      () => writeFileSync(path, 'one\r\n\ntw'),
      () => appendFileSync(path, 'o\nthree'),
      () => {},
    );
    expect(found).toEqual(['one', 'two']);
  });

  it('begins at the end of what is there, and at the beginning of what comes later', async () => {
    writeFileSync(path, 'old\n');
    expect(
      await looks(
        open('end'),
        () => {},
        () => appendFileSync(path, 'new\n'),
      ),
    ).toEqual(['new']);
    rmSync(path);
    lines = [];
    expect(
      await looks(
        open('end'),
        () => {},
        () => writeFileSync(path, 'all\nof it\n'),
      ),
    ).toEqual(['all', 'of it']);
  });

  it('reads the rest of a file that was moved away, then the new one', async () => {
    writeFileSync(path, 'a\n');
    const found = await looks(
      open(),
      () => {},
      () => {
        appendFileSync(path, 'b\nlast');
        renameSync(path, `${path}.1`);
        writeFileSync(path, 'c\n');
      },
    );
    expect(found).toEqual(['a', 'b', 'last', 'c']);
  });

  it('begins anew in a file that was emptied', async () => {
    writeFileSync(path, 'first\nhalf');
    const found = await looks(
      open(),
      () => {},
      () => {
        truncateSync(path);
        appendFileSync(path, 'x\n');
      },
    );
    expect(found).toEqual(['first', 'x']);
  });

  it('leaves out lines that are too long, and holds nothing of them', async () => {
    const found = await looks(open(), () => writeFileSync(path, `a\n${'x'.repeat(1_000_000)}\nb\n`));
    expect([found, tooLong]).toEqual([['a', 'b'], 1]);
  });

  it('stops where lines are no longer taken', async () => {
    writeFileSync(path, 'a\n');
    const tail = open('beginning', () => false);
    expect([await tail.look(), lines]).toEqual([false, []]);
    await tail.close();
  });

  it('is a source: off without paths, and waits for the broker', async () => {
    const gateway = testGateway();
    expect(await file.source!(config.parse({}), gateway.deps)).toBeNull();
    gateway.fault = 'BROKER_UNAVAILABLE';
    writeFileSync(path, 'a\nb\n');
    const source = await file.source!(config.parse({ paths: [path], start: 'beginning', lookEveryMs: 10 }), gateway.deps);
    try {
      await expect.poll(() => gateway.asked, { timeout: 10_000 }).toBeGreaterThan(0);
      gateway.fault = null;
      await expect.poll(() => gateway.taken.map(({ text }) => text), { timeout: 10_000 }).toEqual(['a', 'b']);
      expect(gateway.taken[0]!.delivery).toMatchObject({ organization: 'default', source: 'file', key: path });
    } finally {
      await source!.stop();
    }
  });
});
