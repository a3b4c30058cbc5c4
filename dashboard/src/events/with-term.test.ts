import { expect, it } from 'vitest';
import { withTerm } from './with-term.ts';

it.each<[name: string, text: string, isNegated: boolean, result: string]>([
  ['begins a search', '', false, 'user.name:root'],
  ['adds to one', 'host.name:web01', false, 'host.name:web01 user.name:root'],
  ['does not double', 'user.name:root mimikatz', false, 'mimikatz user.name:root'],
  ['replaces the opposite', '-user.name:root mimikatz', false, 'mimikatz user.name:root'],
  ['filters out what was filtered for', 'a user.name:root', true, 'a -user.name:root'],
  ['keeps alternatives together', 'a or b', false, '(a or b) user.name:root'],
  ['leaves alternatives of one field as they are', 'user.id:(a or b)', false, 'user.id:(a or b) user.name:root'],
  ['adds no second parentheses', '(a or b)', false, '(a or b) user.name:root'],
])('%s', (_name, text, isNegated, result) => {
  expect(withTerm(text, 'user.name', 'root', isNegated)).toBe(result);
});
