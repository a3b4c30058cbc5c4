import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRules } from './rules/test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-cli-rules-'));
const rule = (name: string, detection: string, logsource = '{product: windows, service: security}') =>
  `title: ${name}\nid: 00000000-0000-4000-8000-00000000000${name}\nlogsource: ${logsource}\ndetection: ${detection}\n`;
beforeAll(() => {
  writeFileSync(join(folder, 'a.yml'), rule('1', '{s: {EventID: 1102}, condition: s}'));
  writeFileSync(
    join(folder, 'a.cases.yml'),
    '- {name: fires, match: true, events: [{EventID: 1102, Channel: Security, Hostname: h}]}\n- {name: wrong, match: true, events: [{EventID: 1100, Channel: Security, Hostname: h}]}\n',
  );
  writeFileSync(
    join(folder, 'b.yml'),
    `${rule('2', '{s: {x: frobnicate}, condition: s}', '{product: test}')}---\ntitle: bad\nlogsource: {product: x}\ndetection: {s: {a|nope: 1}, condition: s}\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rules lint', () => {
  it('names file, line, document, title and reason of what is refused, and ends with 1', async () => {
    const { out, code } = await runRules(['lint', folder]);
    expect(out).toEqual([
      `refused  ${join(folder, 'b.yml')}:8 document 2 "bad": unknown modifier "nope" in "a|nope"`,
      '2 rules, 0 correlations and 0 filters are good; 1 document is refused.',
      'Fields of one rule could not be checked: no event of the log source is known.',
    ]);
    expect(code).toBe(1);
  });
  it('warns of a field that no event of the log source has, with the one that was meant, and does not refuse the rule', async () => {
    const file = join(folder, 'typo.yml');
    writeFileSync(file, rule('3', "{s: {'CommandLin|contains': x, Image: frobnicate}, condition: s}", '{product: windows, category: process_creation}'));
    const { out, code } = await runRules(['lint', file]);
    expect(out).toEqual([
      `warning  ${file}:4 document 1 "3": no known event of its log source has a field "CommandLin"; the nearest that one has is "CommandLine"`,
      '1 rules, 0 correlations and 0 filters are good; 0 documents are refused.',
    ]);
    expect(code).toBe(0);
    rmSync(file);
  });
  it('names two rules with one id, and where the other is', async () => {
    const file = join(folder, 'twice.yml');
    writeFileSync(
      file,
      `${rule('4', '{s: {EventID: 1102}, condition: s}')}---\n${rule('4', '{s: {EventID: 1104}, condition: s}').replace('title: 4', 'title: again')}`,
    );
    const { out, code } = await runRules(['lint', file]);
    expect(out[0]).toBe(`refused  ${file}:6 document 2 "again": "00000000-0000-4000-8000-000000000004" is already the id or name of "4" (${file}, document 1)`);
    expect(code).toBe(1);
    rmSync(file);
  });
  it('warns of a rule that matches everything; --strict makes that a no', async () => {
    const file = join(folder, 'all.yml');
    writeFileSync(file, rule('5', '{s: {EventID: 1}, condition: s or not s}'));
    const lax = await runRules(['lint', file]);
    expect([lax.out[0], lax.code]).toEqual([`warning  ${file}:1 document 1 "5": it matches every event of its log source`, 0]);
    expect((await runRules(['lint', file, '--strict'])).code).toBe(1);
    rmSync(file);
  });
  it('prints what rules cost, the dearest first', async () => {
    const file = join(folder, 'costs.yml');
    writeFileSync(file, `${rule('6', '{s: {TargetObject: sekurlsa}, condition: s}')}---\n${rule('7', '{s: {EventID: 1}, condition: not s}')}`);
    const { out } = await runRules(['lint', file, '--costs']);
    const rows = out.filter((line) => line.startsWith('│')).slice(1);
    expect(rows[0]).toMatch(/1000 +│ nothing: every event │ 0 +│ 7/);
    expect(rows[1]).toMatch(/│ a text +│ 1 +│ 6/);
    rmSync(file);
  });
  it('prints one JSON document for programs', async () => {
    const { out } = await runRules(['lint', folder, '--json'], true);
    expect(JSON.parse(out.join(''))).toMatchObject({ rules: 2, uncheckedFields: 1, warnings: [], refusals: [{ document: 2, title: 'bad' }] });
  });
  it('ends with 0 when all is good', async () => {
    expect((await runRules(['lint', join(folder, 'a.yml')])).code).toBe(0);
  });
  it('refuses a path that is not there', async () => {
    await expect(runRules(['lint', join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});

describe('rules match', () => {
  const events = join(folder, 'events.ndjson');
  beforeAll(() =>
    writeFileSync(
      events,
      [
        { id: 'given', logsource: { product: ['test'] }, event: { x: 'frobnicate' } },
        { id: 'elsewhere', logsource: { product: ['other'], category: ['c'], service: [] }, event: { x: 'frobnicate' } },
        { EventID: 1102, Channel: 'Security', Hostname: 'h' },
        { EventID: 1100, Channel: 'Security', Hostname: 'h' },
        {
          '@timestamp': '2026-01-01T00:00:00Z',
          event: { code: '1102', kind: 'event' },
          host: { name: 'h', os: { type: 'windows' } },
          ecs: { version: '9.0.0' },
        },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    ),
  );
  const id = (name: string) => `00000000-0000-4000-8000-00000000000${name}`;

  it('prints a line for each event: with a log source, or native', async () => {
    const { out, code } = await runRules(['match', '--rules', folder, '--events', events]);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: 'given', rules: [id('2')] },
      { id: 'elsewhere', rules: [] },
      { id: '3', rules: [id('1')] },
      { id: '4', rules: [] },
      { id: '5', rules: [] },
    ]);
    expect(code).toBe(0);
  });
  it('asks every rule with --no-gate', async () => {
    const { out } = await runRules(['match', '--rules', folder, '--events', events, '--no-gate']);
    expect((JSON.parse(out[1]!) as { rules: unknown }).rules).toEqual([id('2')]);
  });
  it('says which rules it refused', async () => {
    expect((await runRules(['match', '--rules', folder, '--events', events])).said).toEqual([expect.stringContaining('unknown modifier')]);
  });
});

it('rules test names the cases that are wrong', async () => {
  const { out, code } = await runRules(['test', folder]);
  expect(out).toEqual([`wrong  ${join(folder, 'a.cases.yml')} (1): wrong: the rule makes no finding`, '1 of 2 cases are right.']);
  expect(code).toBe(1);
});
