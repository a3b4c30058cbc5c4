import { expect, it } from 'vitest';
import type { Piece } from './index.ts';
import { markdown, quantile, recoveryTable } from './report.ts';

const piece = (fields: Partial<Piece>): Piece => ({
  index: 1,
  brokers: 3,
  kafkaVersion: null,
  members: 2,
  suffered: [],
  problems: [],
  sent: 10,
  compared: 50,
  seconds: 60,
  memoryBytes: 200 * 1024 * 1024,
  ends: [],
  skipped: [],
  load: 2,
  calm: [],
  ...fields,
});
const suffered = (kind: string, ms: number) => ({
  kind,
  target: 'torture-1',
  at: '2026-01-01T10:00:00.000Z',
  recovery: { enrichedMs: ms, alertsMs: ms + 1000, storedMs: ms + 2000 },
});

it.each([
  ['the median of an odd number', [3, 1, 2], 0.5, 2],
  ['the longest', [3, 1, 2], 1, 3],
  ['95 of a hundred', Array.from({ length: 100 }, (_unused, i) => i + 1), 0.95, 95],
  ['nothing of nothing', [], 0.5, Number.NaN],
])('gives %s', (_name, values, share, expected) => {
  expect(quantile(values, share)).toBe(expected);
});

it('counts faults over all pieces, by kind', () => {
  const pieces = [piece({ suffered: [suffered('kill', 4000), suffered('kill', 8000)] }), piece({ suffered: [suffered('cut', 500), suffered('kill', 6000)] })];
  expect(recoveryTable(pieces)).toEqual([
    ['nothing', '0', '- / - / -', '- / - / -', '- / - / -'],
    ['kill', '3', '6.0 / 8.0 / 8.0', '7.0 / 9.0 / 9.0', '8.0 / 10.0 / 10.0'],
    ['cut', '1', '0.5 / 0.5 / 0.5', '1.5 / 1.5 / 1.5', '2.5 / 2.5 / 2.5'],
  ]);
});

it('says at once whether all were survived, and what never recovered', () => {
  const text = markdown({
    seed: 's',
    evidence: 'x',
    pieces: [piece({ problems: ['valid: missing: a'], suffered: [{ ...suffered('kill', 1), recovery: null }] })],
  });
  expect(text).toContain('1 faults in 1 pieces, NOT survived');
  expect(text).toContain('| kill | torture-1 | - | - | - |');
  expect(markdown({ seed: 's', evidence: null, pieces: [piece({})] })).toContain('all survived');
});
