import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import type { Io } from './command.ts';
import decode from './decode.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-decode-'));
const before = process.exitCode;
afterEach(() => {
  process.exitCode = before;
});

/** Runs the command; `said` is what went to stderr. */
async function run(content: string, ...args: readonly string[]) {
  const file = join(folder, 'records');
  writeFileSync(file, content);
  const printed: string[] = [];
  const said: string[] = [];
  const io = {
    json: false,
    print: (line: string) => void printed.push(line),
    report: { say: (_step: string, sentence: string) => void said.push(sentence), progress: () => undefined },
    interruption: { signal: new AbortController().signal, code: () => null },
  };
  const program = new Command().exitOverride();
  decode.register(program, io as unknown as Io);
  await program.parseAsync(['node', 'goshawk', 'decode', file, ...args]);
  return {
    documents: printed.map(
      (line) => JSON.parse(line) as { readonly event: Readonly<Record<string, unknown>>; readonly native: unknown; readonly '@timestamp': string },
    ),
    printed,
    said,
    code: process.exitCode,
  };
}
const EVE = '{"event_type":"flow","timestamp":"2026-01-01T00:00:00.5+0000","flow_id":12345678901234567890,"proto":"TCP","src_ip":"10.0.0.1"}';

describe('decode', () => {
  it("prints an ECS document per event, the sensor's own digits kept", async () => {
    const { documents, printed, said, code } = await run(`${EVE}\n<34>1 2026-01-01T00:00:00Z h su - - - x\n`);
    expect(documents.map(({ event }) => event.dataset)).toEqual(['suricata.flow', 'linux.auth']);
    expect(documents[0]!['@timestamp']).toBe('2026-01-01T00:00:00.500000Z');
    expect(printed[0]).toContain(`"native":${EVE}}`);
    expect([said, code ?? 0]).toEqual([[], 0]);
  });
  it('prints what no format knows as an event too', async () => {
    expect((await run('hello\n')).documents[0]).toMatchObject({ event: { dataset: 'unparsed' }, message: 'hello' });
  });
  it('refuses what is not of the format that was asked for, says which record and why, and ends with 1', async () => {
    const { documents, said, code } = await run(`<34>1 - h su - - - x\nhello\n`, '--format', 'syslog');
    expect([documents.length, said, code]).toEqual([1, ['Record 2: neither a priority nor a time'], 1]);
  });
  it('reads lines by the header before them', async () => {
    const { documents } = await run('#separator \\x09\n#path\tdns\n#fields\tts\tquery\n#types\ttime\tstring\n1767225600\tx.example\n');
    expect(documents.map(({ event, native }) => [event.dataset, (native as { query: string }).query])).toEqual([['zeek.dns', 'x.example']]);
  });
  it('takes a zone for times without one', async () => {
    expect((await run(EVE.replace('+0000', ''), '--zone', '+02:00')).documents[0]!['@timestamp']).toBe('2025-12-31T22:00:00.500000Z');
  });
  it.each([
    [['--format', 'nonsense'], 'There is no format nonsense'],
    [['--zone', 'Mars/Olympus'], 'is no time zone'],
  ])('refuses %j as usage', async (args, message) => {
    await expect(run(EVE, ...args)).rejects.toMatchObject({ code: 'INVALID_USAGE', message: expect.stringContaining(message) as string });
  });
});
