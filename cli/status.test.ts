import { expect, it } from 'vitest';
import { watermarkText } from './status.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

it.each<[name: string, stage: Parameters<typeof watermarkText>[0], text: string]>([
  ['is empty before the first record', { watermark: null, watermarks: [] }, ''],
  ['is how long ago', { watermark: ago(2), watermarks: [{ dataset: 'windows.sysmon', watermark: ago(2) }] }, '2 s ago'],
  [
    'names the slowest dataset beside the furthest',
    {
      watermark: ago(2),
      watermarks: [
        { dataset: 'aws.cloudtrail', watermark: ago(1200) },
        { dataset: 'windows.sysmon', watermark: ago(2) },
      ],
    },
    '2 s ago; aws.cloudtrail 20 min',
  ],
  ['is whole hours and minutes beyond an hour', { watermark: ago(3_900) }, '1 h 5 min ago'],
  ['is days beyond two of them', { watermark: ago(400_000) }, '4 d ago'],
  ['is never ahead', { watermark: ago(-30) }, '0 s ago'],
])('a watermark %s', (_name, stage, text) => {
  expect(watermarkText(stage, NOW)).toBe(text);
});
