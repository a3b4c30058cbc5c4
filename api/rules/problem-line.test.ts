import { expect, it } from 'vitest';
import { lineOf } from './problem-line.ts';

const TEXT = `# about "Image|nearly"
title: A
logsource:
  product: windows
detection:
  one:
    Image|endswith: '\\a.exe'
    - CommandLine|re: 'a\\d+('
  "two":
    - Image|nearly: x
  condition: one and three
level: high
`;

it.each<[name: string, reason: string, line: number]>([
  ['where the YAML parser stopped', 'it is not valid YAML: Nested mappings are not allowed at line 4, column 12', 4],
  ['a key that is quoted', 'unknown modifier "nearly" in "Image|nearly"', 10],
  ['a key in a list', '"CommandLine|re": "a\\\\d+(" is no regular expression', 8],
  ['a key in quotes', 'the search identifier "two" is empty', 9],
  ['a value that is quoted', 'the condition names "three", which is not defined', 11],
  ['a key that is named', 'there is no condition', 11],
  ['nothing that the text has', 'it is larger than is allowed', 2],
])('finds the line of %s', (_name, reason, line) => {
  expect(lineOf(TEXT, reason, 2)).toBe(line);
});

it('looks at nothing before the document', () => {
  expect(lineOf('title: A\n---\ntitle: B\n', 'the title is no text', 3)).toBe(3);
});
