import { expect, it } from 'vitest';
import { clockTime, readFalcoText } from './text.ts';

const at = (iso: string): number => Date.parse(iso) * 1000;

it.each<[name: string, clock: string, appended: string, expected: string, hasZone: boolean]>([
  ['of the day of the record', '09:46:05.727801343', '2024-05-01T10:00:00Z', '2024-05-01T09:46:05.727Z', false],
  ['of the day before, when the day has just changed', '23:59:59.900000000', '2024-05-01T00:00:02Z', '2024-04-30T23:59:59.900Z', false],
  ['a little ahead, when clocks differ', '10:30:00.000000000', '2024-05-01T10:00:00Z', '2024-05-01T10:30:00.000Z', false],
  ['with a day and a zone', '2024-05-01T10:00:00.500000000+0200', '2026-01-01T00:00:00Z', '2024-05-01T08:00:00.500Z', true],
])('time: %s', (_name, clock, appended, expected, hasZone) => {
  const { micros, hasZone: zoned } = clockTime(clock, at(appended));
  expect([Math.floor(micros / 1000), zoned]).toEqual([Date.parse(expected), hasZone]);
});

it.each<[text: string, fields: object | undefined]>([
  [
    '10:00:00.000000001: Notice Shell (user=root command=cat /etc/shadow parent=<NA>) k8s.ns=default',
    { user: 'root', command: 'cat /etc/shadow', parent: '<NA>', 'k8s.ns': 'default' },
  ],
  ['10:00:00.000000001: Notice App (user=Ann Other, app=x)', { user: 'Ann Other', app: 'x' }],
  ['10:00:00.000000001: Notice Nothing in brackets', {}],
  ['10:00:00.000000001: Notice Open (a=1', { a: '1' }],
  ['10:00:00: Notice without fractions', undefined],
  ['10:00:00.000000001: Shouting x', undefined],
])('fields of %s', (text, fields) => {
  expect(readFalcoText(text)?.fields).toEqual(fields);
});
