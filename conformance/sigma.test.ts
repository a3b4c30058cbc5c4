import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import sigma from './sigma.ts';

it.skipIf(!process.env.GOSHAWK_TEST_DATA)(
  'has every case of the public data right',
  async () => {
    const { measures, wrong } = await sigma.run(join(process.env.GOSHAWK_TEST_DATA!, 'sigma'));
    expect(wrong).toEqual([]);
    expect(Object.keys(measures).sort()).toEqual([
      'correlation',
      'expected_gated',
      'expected_ungated',
      'filters',
      'invalid',
      'normaliser',
      'placeholders',
      'regression',
      'vectors',
    ]);
  },
  120_000,
);

it('names the cases that are wrong, also those that throw', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-conformance-'));
  const rule = (detection: string) => `title: t\nlogsource: {product: x}\ndetection: ${detection}\n`;
  const lines = (...cases: unknown[]) => cases.map((one) => JSON.stringify(one)).join('\n');
  writeFileSync(
    join(folder, 'vectors.ndjson'),
    lines(
      {
        id: 'right',
        strict: true,
        rule: rule('{s: {A: 1}, condition: s}'),
        events: [
          { event: { A: 1 }, match: true },
          { event: { A: 2 }, match: false },
        ],
      },
      { id: 'wrong', strict: true, rule: rule('{s: {A: 1}, condition: s}'), events: [{ event: { A: 1 }, match: false }] },
      { id: 'refused', strict: true, rule: rule('{s: {A|nope: 1}, condition: s}'), events: [] },
      { id: 'open', strict: false, rule: rule('{s: {A: 1}, condition: s}'), events: [{ event: { A: 1 }, match: false }] },
    ),
  );
  writeFileSync(join(folder, 'invalid.ndjson'), lines({ id: 'accepted', strict: true, documents: rule('{s: {A: 1}, condition: s}') }));
  const { measures, wrong } = await sigma.run(folder);
  rmSync(folder, { recursive: true });
  expect(measures).toEqual({ vectors: { right: 1, total: 3 }, invalid: { right: 0, total: 1 } });
  expect(wrong.map(({ measure, id, got }) => [measure, id, got])).toEqual([
    ['vectors', 'wrong', [true]],
    ['vectors', 'refused', { threw: expect.stringContaining('nope') }],
    ['invalid', 'accepted', 'accepted'],
  ]);
});
