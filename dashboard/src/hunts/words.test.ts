import { expect, it } from 'vitest';
import { leftMs } from './words.tsx';

const NOW = Date.parse('2026-03-01T12:00:00Z');

it.each<[name: string, hunt: Parameters<typeof leftMs>[0], left: number | null]>([
  ['as long again at half', { state: 'running', progress: 0.5, createdAt: '2026-03-01T11:50:00Z' }, 600_000],
  ['nothing of what has hardly begun', { state: 'running', progress: 0.01, createdAt: '2026-03-01T11:50:00Z' }, null],
  ['nothing of what rests', { state: 'paused', progress: 0.5, createdAt: '2026-03-01T11:50:00Z' }, null],
])('tells how long is left: %s', (_name, hunt, left) => {
  expect(leftMs(hunt, NOW)).toBe(left);
});
