import { expect, it } from 'vitest';
import { parseFile } from './rule-set.ts';

const rule = (detection: string) => `# A comment.

title: Tried
logsource: { product: windows }
detection:
${detection}
level: high
`;

it.each<[what: string, text: string, line: number, reason: string]>([
  ['a modifier', rule('  one:\n    Image: x\n    CommandLine|wrong: y\n  condition: one'), 8, 'unknown modifier'],
  ['a map in a list', rule('  one:\n    - Image: x\n    - Other|cidr: y\n  condition: one'), 8, 'no network'],
  ['a condition', rule('  one:\n    Image: x\n  condition: one and two'), 8, 'names "two"'],
  ['an empty identifier', rule('  one:\n  condition: one'), 6, 'is empty'],
  ['no condition', rule('  one:\n    Image: x'), 5, 'no condition'],
  ['a log source', 'title: T\nlogsource:\n  product:\n    - windows\ndetection: { a: { B: c }, condition: a }\n', 3, 'no text'],
  ['no title', 'logsource: { product: windows }\ndetection: { a: { B: c }, condition: a }\n', 1, 'no title'],
  ['a timespan', 'title: T\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: soon\n  condition: { gte: 2 }\n', 5, 'timespan'],
  ['a bound', 'title: T\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n  condition:\n    gte: many\n', 7, 'takes a number'],
  ['an extension', 'title: T\ngoshawk:\n  absence:\n    for: [a]\ncorrelation:\n  type: goshawk\n  rules: [a, b]\n  timespan: 5m\n', 4, 'unknown key'],
  [
    'a second document',
    `${rule('  one:\n    Image: x\n  condition: one')}---\ntitle: T\nlogsource: { product: windows }\ndetection:\n  a: { B|re: '(' }\n  condition: a\n`,
    14,
    'linear',
  ],
  ['a document behind an anchor', 'title: &t T\nlogsource: { product: windows }\ndetection:\n  a: { B|x: c }\n  condition: a\n', 4, 'modifier'],
  ['YAML', 'title: T\ndetection:\n  a: [1\nlevel: high\n', 4, 'not valid YAML'],
])('%s that is wrong is named by its line', (_what, text, line, reason) => {
  const { refusals } = parseFile({ file: 'x.yml', text });
  expect(refusals).toMatchObject([{ line, reason: expect.stringContaining(reason) }]);
});
