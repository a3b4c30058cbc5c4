import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutRecord, Producer } from '../pipeline/runtime/port.ts';
import { sendFiles } from './send.ts';
import type { SendOptions } from './send.ts';

describe('send', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-send-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  async function send(files: readonly string[], changes: Partial<SendOptions> = {}) {
    const batches: (readonly OutRecord[])[] = [];
    const producer: Producer = {
      send: (records) => {
        batches.push(records);
        return Promise.resolve([]);
      },
      close: () => Promise.resolve(),
    };
    const result = await sendFiles({
      files,
      topic: 'raw.default.zeek',
      partitions: 4,
      producer,
      rate: undefined,
      rebase: false,
      salt: undefined,
      mostBytes: 1000,
      signal: new AbortController().signal,
      wallMs: () => 1_800_000_000_000,
      onProgress: () => {},
      ...changes,
    });
    return { result, batches, values: batches.flat().map(({ value }) => String(value)), partitions: batches.flat().map(({ partition }) => partition) };
  }

  it('sends bytes as they are, a host to one partition, others in turn', async () => {
    const { values, partitions } = await send([file('a', '{"Hostname":"A"}\n{"Hostname":"A"}\nx\ny\n')]);
    expect(values).toEqual(['{"Hostname":"A"}', '{"Hostname":"A"}', 'x', 'y']);
    expect(partitions[0]).toBe(partitions[1]);
    expect(partitions.slice(2)).toEqual([0, 1]);
  });

  it('keeps a Zeek TSV file in one partition, header first', async () => {
    const { values, partitions } = await send([file('conn.log', '#separator \\x09\n#fields\tts\n1\n2\n')]);
    expect(values[0]).toBe('#separator \\x09');
    expect(new Set(partitions).size).toBe(1);
  });

  it('moves files of one day together, others each by itself, so that each group ends now', async () => {
    const [one, two, old] = [file('1', '{"ts":1500000000}\n{"ts":1500000010}\n'), file('2', '{"ts":1500003600}\n'), file('3', '{"ts":1400000000}\n')];
    const { values } = await send([one, two, old], { rebase: true });
    expect(values).toEqual(['{"ts":1799996400}', '{"ts":1799996410}', '{"ts":1800000000}', '{"ts":1800000000}']);
  });

  it('refuses what the topic would not take, by file and number, and sends the rest', async () => {
    const { result, values } = await send([file('big', `a\n${'b'.repeat(11)}\nc\n`)], { mostBytes: 10 });
    expect(values).toEqual(['a', 'c']);
    expect(result).toEqual({ records: 2, bytes: 2, refused: [`${join(folder, 'big')}, record 2: 11 bytes`] });
  });

  it('cuts batches before the broker would', async () => {
    const { batches } = await send([file('many', 'x\n'.repeat(1001))]);
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 1]);
  });

  it('counts what is on the broker when it is interrupted', async () => {
    const controller = new AbortController();
    const { result } = await send([file('more', 'x\n'.repeat(2000))], { signal: controller.signal, onProgress: () => controller.abort() });
    expect(result.records).toBe(500);
  });
});
