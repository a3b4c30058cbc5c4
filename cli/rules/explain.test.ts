import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanationLines } from './explanation-lines.ts';
import { documentOf } from './installation.ts';
import { runRules } from './test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-explain-'));
const RULE = `title: Odd
id: 00000000-0000-4000-8000-0000000000a1
logsource: {product: windows, service: security}
detection: {s: {EventID: 1102}, f: {User: admin}, condition: s and not f}
---
title: Many
id: 00000000-0000-4000-8000-0000000000a2
correlation: {type: event_count, rules: [00000000-0000-4000-8000-0000000000a1], timespan: 1m, condition: {gte: 2}}
---
title: Refused
logsource: {product: windows}
detection: {s: {a|nope: 1}, condition: s}
`;
const file = join(folder, 'odd.yml');
const events = join(folder, 'events.jsonl');
beforeAll(() => {
  writeFileSync(file, RULE);
  writeFileSync(events, '{"EventID": 1100, "Channel": "Security", "Hostname": "h"}\n{"EventID": 1102, "Channel": "Security", "Hostname": "h"}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rules explain', () => {
  it('says of a line of a file part by part what held', async () => {
    const { out, code } = await runRules(['explain', file, `${events}:2`]);
    expect(out).toEqual([
      '✓ "Odd" (00000000-0000-4000-8000-0000000000a1) matches the event.',
      '  ✓ log source',
      "      ✓ product is windows; the event's: windows",
      "      ✓ service is security; the event's: security",
      '  ✓ condition: s and not f',
      '      ✓ all of',
      '        ✓ s',
      '        ✓ not',
      '          ✗ f',
      '  ✓ s',
      '      ✓ EventID; the event has "1102"',
      '          ✓ 1102',
      '  ✗ f (excluded)',
      '      ✗ User; the event has no such field',
      '          ✗ "admin"',
    ]);
    expect(code).toBe(0);
  });
  it('ends with 1 when the rule does not match', async () => {
    const { out, code } = await runRules(['explain', 'Odd', '--rules', file, `${events}:1`]);
    expect([out[0], code]).toEqual(['✗ "Odd" (00000000-0000-4000-8000-0000000000a1) does not match the event.', 1]);
  });
  it('takes a record as text, and prints JSON', async () => {
    const { out } = await runRules(['explain', 'odd', '--rules', file, '{"EventID": 1102, "Channel": "Security", "Hostname": "h"}'], true);
    expect(JSON.parse(out[0]!)).toMatchObject({
      matches: true,
      detection: {
        holds: true,
        selections: [
          { name: 's', holds: true },
          { name: 'f', holds: false },
        ],
      },
    });
  });
  it('takes an event with its log source', async () => {
    const { out } = await runRules(['explain', 'Odd', '--rules', file, '{"logsource":{"product":["linux"]},"event":{"EventID":1102}}'], true);
    expect(JSON.parse(out[0]!)).toMatchObject({ matches: false, logsource: { holds: false }, detection: { holds: true } });
  });
  it('explains the rules of a correlation', async () => {
    const { out } = await runRules(['explain', 'Many', '--rules', file, `${events}:2`], true);
    expect(out.map((line) => (JSON.parse(line) as { rule: { title: string } }).rule.title)).toEqual(['Odd']);
  });
  it.each<[name: string, rule: string, event: string, says: RegExp]>([
    ['a rule that is not there', 'Nothing', '{}', /no rule "Nothing"/],
    ['a rule that is refused, with the reason', 'Refused', '{}', /unknown modifier "nope"/],
    ['a line that is not there', 'Odd', `${events}:3`, /has 2 records, so there is no number 3/],
    ['a file that is not there', 'Odd', '/nowhere:1', /does not exist/],
  ])('refuses %s', async (_name, rule, event, says) => {
    await expect(runRules(['explain', rule, '--rules', file, event])).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
  });
});

it('shows of a long list of values those that decide, and how many more there are', () => {
  const values = Array.from({ length: 12 }, (_, at) => ({
    value: `v${at}`,
    holds: at === 11,
    met: at === 11 ? [{ path: null, before: '"', part: 'v11\n', after: '…' }] : [],
  }));
  const entry = { kind: 'entry', field: 'a\nb', modifiers: [], holds: true, has: 'value', foundAs: 'other', seen: ['v11'], values, valueCount: 400 } as const;
  const lines = explanationLines({
    matches: true,
    rule: { key: 'k', title: 't', file: 'f', version: 'v' },
    logsource: { holds: true, attributes: [] },
    detection: { holds: true, conditions: [], selections: [{ name: 's', use: 'wanted', holds: true, of: entry }] },
    filters: [],
  });
  expect(lines.slice(3, 5)).toEqual(['      ✓ a\uFFFDb; the event has "v11" in other', '          ✓ "v11": \\"«v11\\n»…']);
  expect(lines.at(-1)).toBe('          … and 392 more');
});

it('reads of a stored event where it is from', () => {
  expect(documentOf({ product: 'aws', detail: { 'goshawk.logsource.service': ['cloudtrail'] }, native: '{}' }).logsource).toEqual({
    product: 'aws',
    category: [],
    service: ['cloudtrail'],
  });
});
