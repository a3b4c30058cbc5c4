import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import backtest from './backtest.ts';
import { runCommand } from './rules/test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-backtest-'));
const path = (name: string) => join(folder, name);
const write = (name: string, text: string | Buffer): string => {
  writeFileSync(path(name), text);
  return path(name);
};
const line = (id: number, second: number) =>
  JSON.stringify({ EventID: id, Channel: 'Security', Hostname: 'h', EventTime: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z` });
beforeAll(() => {
  write(
    'r.yml',
    `title: Cleared
id: 00000000-0000-4000-8000-0000000000b1
logsource: {product: windows, service: security}
detection: {s: {EventID: 1102}, condition: s}
---
title: Twice
name: twice
correlation: {type: event_count, rules: [00000000-0000-4000-8000-0000000000b1], group-by: [Hostname], timespan: 1m, condition: {gte: 2}, generate: true}
`,
  );
  write('one.jsonl', [line(1102, 1), line(1100, 2), line(1102, 3), ''].join('\n'));
  write('two.jsonl.gz', gzipSync(line(1102, 10)));
});
afterAll(() => rmSync(folder, { recursive: true }));
const run = (args: readonly string[], json = false) => runCommand(backtest, ['--rules', path('r.yml'), ...args], json);

describe('backtest', () => {
  it('prints what each rule found, over how long', async () => {
    const { out, code } = await run(['--events', path('one.jsonl'), path('two.jsonl.gz')], true);
    expect(JSON.parse(out[0]!)).toMatchObject({
      records: 4,
      events: 4,
      refused: {},
      streams: 1,
      span: { from: '2026-01-01T00:00:01.000000Z', to: '2026-01-01T00:00:10.000000Z' },
      findings: 4,
      rules: [
        { title: 'Cleared', kind: 'rule', matches: 3, findings: 3 },
        { title: 'Twice', kind: 'correlation', matches: 0, findings: 1 },
      ],
      eventsPerSecond: expect.any(Number),
    });
    expect(code).toBe(0);
  });
  it('prints a table for people', async () => {
    const { out } = await run(['--events', path('one.jsonl')]);
    expect(out.find((row) => row.includes('Cleared'))).toMatch(/Cleared +│ 2 +│ 2 /);
    expect(out.at(-2)).toBe('3 findings of 2 of 2 rules in 3 events (3 records), 2026-01-01T00:00:01.000000Z to 2026-01-01T00:00:03.000000Z.');
  });
  it('finds the same twice, and no two findings with one id', async () => {
    const findings = async (name: string) => {
      await run(['--events', path('one.jsonl'), path('two.jsonl.gz'), '--findings', path(name)]);
      return readFileSync(path(name), 'utf8');
    };
    const first = await findings('a');
    expect(await findings('b')).toBe(first);
    const rows = first
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as { id: string; title: string; revision: number });
    expect(rows.map(({ title }) => title).sort()).toEqual(['Cleared', 'Cleared', 'Cleared', 'Twice']);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
  });
  it.each<[name: string, expected: string, code: number, says: string]>([
    ['ends with 0 when all is as expected', 'Cleared: 2\ntwice: {min: 1, max: 2}\n', 0, '2 of 2 expectations hold.'],
    ['ends with 1 when a rule found something else', 'Cleared: 3\n', 1, 'not as expected  Cleared: 2 findings, expected exactly 3'],
    ['ends with 1 when a rule is not there', 'Gone: 0\n', 1, 'not as expected  Gone: there is no such rule, expected exactly 0'],
    ['ends with 1 when a rule that is not named found something', "Cleared: 2\n'*': 0\n", 1, 'not as expected  Twice: 1 findings, expected exactly 0'],
  ])('%s', async (_name, expected, code, says) => {
    const ran = await run(['--events', path('one.jsonl'), '--expect', write('expect.yml', expected)]);
    expect(ran.out).toContain(says);
    expect(ran.code).toBe(code);
  });
  it('counts records that would be set aside, and goes on', async () => {
    const { out } = await run(['--events', write('big.jsonl', `${'x'.repeat(1_100_000)}\n${line(1102, 1)}\n`)], true);
    expect(JSON.parse(out[0]!)).toMatchObject({ records: 2, events: 1, refused: { RECORD_TOO_LARGE: 1 }, findings: 1 });
  });
  it.each<[name: string, args: readonly string[], says: RegExp]>([
    ['neither events nor a topic', [], /Say what to read/],
    ['both', ['--events', 'x', '--topic', 'y'], /Say what to read/],
    ['a range of files', ['--events', 'x', '--from', '1h'], /go with --topic/],
    ['a file that is not there', ['--events', '/nowhere'], /does not exist/],
    ['an expectation of another form', ['--events', 'x', '--expect', '/dev/null'], /does not say what to expect/],
  ])('refuses %s', async (_name, args, says) => {
    await expect(run(args)).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
  });
});
