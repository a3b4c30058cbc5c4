import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import audit from './audit.ts';
import { runCommand } from './rules/test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]) => runCommand(audit, words, words.includes('--json'));

/** A chain as the database makes it, by another hand. */
function exported(organization: string, count: number): readonly string[] {
  let previous = createHash('sha256').update(organization).digest();
  const rows = Array.from({ length: count }, (_, at) => {
    const seq = at + 1;
    const micros = 1_772_370_000_000_000 + seq;
    const hashed = `[${JSON.stringify(organization)}, ${seq}, ${micros}, "ada", "alert.change", "a${seq}", {"status": "closed"}]`;
    const hash = createHash('sha256').update(previous).update(hashed).digest();
    const row = { seq, at: 'x', micros, actor: 'ada', action: 'alert.change', object: `a${seq}`, detail: { status: 'closed' }, previousHash: previous.toString('hex'), hash: hash.toString('hex'), hashed }; // prettier-ignore
    previous = hash;
    return JSON.stringify(row);
  });
  return [JSON.stringify({ format: 'goshawk-audit/1', organization }), ...rows, JSON.stringify({ end: true, rows: count })];
}
function fileOf(lines: readonly string[]): string {
  const file = join(folder, 'export.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe('audit verify --file', () => {
  it('says that an export holds, without an installation', async () => {
    expect(await run('verify', '--file', fileOf(exported('acme', 3)))).toMatchObject({
      out: ['acme: 3 rows hold, up to 3; no published head to hold it against.'],
      code: 0,
    });
  });
  it('names what was changed, and ends with 1', async () => {
    const { out, code } = await run('verify', '--json', '--file', fileOf(exported('acme', 3).map((line) => line.replace('"object":"a2"', '"object":"a9"'))));
    expect(JSON.parse(out[0]!)).toMatchObject({ valid: false, organizations: [{ organization: 'acme', rows: 3, problems: [{ kind: 'edited', seq: 2 }] }] });
    expect(code).toBe(1);
  });
  it.each<[name: string, words: readonly string[], says: RegExp]>([
    ['a file that is not there', ['--file', '/nowhere.ndjson'], /There is no file/],
    ['a file of something else', ['--file', import.meta.filename], /does not begin/],
    ['heads without the keys that signed them', ['--file', fileOf(exported('acme', 1)), '--heads', import.meta.filename, '--data', folder], /need the keys/],
  ])('refuses %s', async (_name, words, says) => {
    await expect(run('verify', ...words)).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
  });
});
