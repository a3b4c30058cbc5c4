import { expect, it } from 'vitest';
import { typingAt } from './search-completion.ts';

/** `|` is the caret. */
it.each<[name: string, text: string, typing: string | null]>([
  ['nothing yet', '|', 'name [] 0-0'],
  ['the beginning of a name', 'hos|', 'name [hos] 0-3'],
  ['a name after a term', 'a ho|', 'name [ho] 2-4'],
  ['a name behind a minus', '-ho|', 'name [ho] 1-3'],
  ['a name in the middle of a word', 'ho|st', 'name [ho] 0-4'],
  ['a name in parentheses', '(ho|', 'name [ho] 1-3'],
  ['a value', 'host.name:we|', 'host.name [we] 10-12'],
  ['a value of which nothing is typed', 'host.name:|', 'host.name [] 10-10'],
  ['a value behind a comparison', 'severity>=hi|', 'severity [hi] 10-12'],
  ['a value in a group', 'user.name:(root or ad|', 'user.name [ad] 19-21'],
  ['a value after a group is none', 'user.name:(root) ad|', 'name [ad] 17-19'],
  ['a quoted value', 'message:"access de|nied" x', 'message [access de] 8-23'],
  ['a quoted value that is not closed', 'message:"acc|', 'message [acc] 8-12'],
  ['a phrase', '"access de|', null],
  ['behind a phrase', '"a b" ho|', 'name [ho] 6-8'],
])('knows %s', (_name, marked, typing) => {
  const caret = marked.indexOf('|');
  const found = typingAt(marked.replace('|', ''), caret);
  expect(found === null ? null : `${found.field ?? 'name'} [${found.typed}] ${found.from}-${found.to}`).toBe(typing);
});

it.each([-1, 2])('offers nothing at %i, outside of the text', (caret) => {
  expect(typingAt('a', caret)).toBeNull();
});
