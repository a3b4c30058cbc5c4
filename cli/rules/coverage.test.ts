import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRules } from './test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-coverage-'));
const a = join(folder, 'a.yml');
const b = join(folder, 'b.yml');
const labels = join(folder, 'labels.json');
beforeAll(() => {
  writeFileSync(
    a,
    `title: A\nname: one\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 1102}, condition: s}\ntags: [attack.credential-access, attack.t1003.001]
---
title: Many
name: many
correlation: {type: event_count, rules: [two], timespan: 1m, condition: {gte: 2}}
tags: [attack.impact, attack.t1485]
---
title: Part
name: two
logsource: {product: linux}
detection: {s: {x: 1}, condition: s}
`,
  );
  writeFileSync(b, 'title: B\nlogsource: {category: proxy}\ndetection: {s: {x: 1}, condition: s}\ntags: [attack.t1003.001]\n');
  writeFileSync(
    labels,
    JSON.stringify([
      { file: 'r1', attack: ['T1003.001', 'T1003.002'] },
      { file: 'r2', attack: null },
      { file: 'r3', attack: ['T1110'] },
    ]),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rules coverage', () => {
  it('is by technique, a correlation with the products of its rules, a rule that only it wants left out', async () => {
    const { out } = await runRules(['coverage', a, b], true);
    const { techniques, rules } = JSON.parse(out[0]!) as { rules: number; techniques: { technique: string; byProduct: object; byOrigin: object }[] };
    expect(rules).toBe(3);
    expect(techniques.map(({ technique, byProduct, byOrigin }) => [technique, byProduct, Object.values(byOrigin)])).toEqual([
      ['T1003.001', { any: 1, windows: 1 }, [1, 1]],
      ['T1485', { linux: 1 }, [1]],
    ]);
  });
  it('is a table for people', async () => {
    const { out, code } = await runRules(['coverage', a]);
    expect(out.find((line) => line.includes('T1485'))).toMatch(/Impact +│ T1485 +│ Data Destruction +│ 1 +│ linux 1/);
    expect(out.at(-1)).toMatch(/^2 rules see 2 techniques\. No rule names Reconnaissance, /);
    expect(code).toBe(0);
  });
  it('says which techniques of recordings no rule sees, and ends with 1', async () => {
    const { out, code } = await runRules(['coverage', a, '--labels', labels]);
    expect(out.slice(-3)).toEqual([
      'not seen    T1003.002  r1',
      'not seen    T1110      r3',
      'Of 3 techniques of recordings, rules name 1, 0 only by one above or below; 2 are not seen.',
    ]);
    expect(code).toBe(1);
  });
  it('writes a layer', async () => {
    const file = join(folder, 'layer.json');
    await runRules(['coverage', a, '--navigator', file]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      versions: { layer: '4.5' },
      techniques: [{ techniqueID: 'T1003.001', score: 1 }, { techniqueID: 'T1485' }],
    });
  });
  it.each([
    ['that is not there', '/nowhere.json', /cannot be read/],
    ['of another form', a, /cannot be read/],
  ])('refuses labels %s', async (_name, file, says) => {
    await expect(runRules(['coverage', a, '--labels', file])).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
  });
});
