import { describe, expect, it } from 'vitest';
import { draft } from '../kit.ts';
import { fieldsOf, Grammars, setGrammar } from './grammar.ts';
import { LINES } from './grammars/lines.ts';
import { MESSAGES } from './grammars/messages.ts';
import { readWritten } from './written-times.ts';

const grammars = new Grammars([
  { begins: ['run '], pattern: /^run (?<job__name>\w+) in (?<took_ms>\d+)ms(?: on (?<ip>\S+))?/, ecs: { 'source.ip': 'ip' }, action: 'run' },
  { begins: ['0'], pattern: /^(?<count>\d+) jobs/ },
  { begins: ['-'], pattern: /^(?<day>\d{4}-\d\d-\d\d) jobs/ },
]);

describe('a grammar', () => {
  it('gives its groups, below each other where their names say so, and durations in nanoseconds', () => {
    const match = grammars.match('run nightly in 12ms on 192.0.2.1')!;
    const event = draft('x.y', '', Buffer.from('{}'));
    setGrammar(event, match);
    expect(fieldsOf(match)).toEqual({ job: { name: 'nightly' }, took_ms: '12', ip: '192.0.2.1' });
    expect([event.action, event.source?.ip, event.ecs['event.duration']]).toEqual(['run', '192.0.2.1', '12000000']);
  });
  it.each<[text: string, fields: unknown]>([
    ['17 jobs', { count: '17' }],
    ['2026-01-01 jobs', { day: '2026-01-01' }],
    ['ran nightly', undefined],
    ['', undefined],
  ])('is found by how a text begins: %j', (text, fields) => {
    const match = grammars.match(text);
    expect(match === undefined ? undefined : fieldsOf(match)).toEqual(fields);
  });
});

/** What makes a pattern that backtracks take minutes. */
const LONG = ['a', 'a ', '1', '1 ', '[', '[a]', '(a', 'a=b, ', '| ', '<a> ', '2026-01-01 00:00:00 ', '2026-01-01 00:00:00.000 | ', 'a.b', ', x(y)'].map(
  (part) => part.repeat(Math.floor(60_000 / part.length)),
);
it.each([...LINES, ...MESSAGES].map((grammar) => [grammar.pattern.source.slice(0, 60), grammar] as const))(
  'takes little of any text: %s',
  { timeout: 20_000 },
  (_name, { pattern, begins }) => {
    const before = process.cpuUsage();
    for (const text of LONG) for (const begin of ['', ...begins]) pattern.exec(begin + text);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  },
);

it.each<[written: string, time: string]>([
  ['19-06-2019 09:12:06', '2019-06-19T09:12:06.000Z'],
  ['2019-06-14-13.22.00.810792+120', '2019-06-14T11:22:00.810Z'],
  ['2019.11.06 05:19:07.473780', '2019-11-06T05:19:07.473Z'],
  ['6/14/19 14:20:31:561 UTC', '2019-06-14T14:20:31.561Z'],
  ['17/11/2004  10:32:29', '2004-11-17T10:32:29.000Z'],
  ['11/05/18 19:21:00', '2018-11-05T19:21:00.000Z'],
  ['June 16, 2019 16:43', '2019-06-16T16:43:00.000Z'],
  ['9 Oct 13:06:36', '2026-10-09T13:06:36.000Z'],
])('reads %s', (written, time) => {
  expect(new Date(readWritten(written, Date.UTC(2026, 11, 1) * 1000).micros / 1000).toISOString()).toBe(time);
});
