import fc from 'fast-check';
import { expect, it } from 'vitest';
import { typingAt } from './typing.ts';

/** `|` is the caret. */
it.each<[name: string, text: string, typing: string | null]>([
  ['nothing yet', '|', 'name [] 0-0'],
  ['the beginning of a name', 'hos|', 'name [hos] 0-3'],
  ['a name after a term', 'a ho|', 'name [ho] 2-4 after a term'],
  ['what may follow a term', 'a |', 'name [] 2-2 after a term'],
  ['what follows a word of the language', 'a or |', 'name [] 5-5'],
  ['a name that begins as a word does', 'a or|', 'name [or] 2-4 after a term'],
  ['a name behind a minus', '-ho|', 'name [ho] 1-3'],
  ['a name in the middle of a word', 'ho|st', 'name [ho] 0-4'],
  ['a name that has a value already', 'ho|st:web01', 'name [ho] 0-5'],
  ['a name in parentheses', '(ho|', 'name [ho] 1-3'],
  ['a value', 'host.name:we|', 'host.name : [we] 10-12'],
  ['a value in front of others', 'host.name:we| (a', 'host.name : [we] 10-12'],
  ['a value of which nothing is typed', 'host.name:|', 'host.name : [] 10-10 operator at 9'],
  ['a value behind a space', 'host.name: |', 'host.name : [] 11-11 operator at 9'],
  ['a value behind a comparison', 'severity>=hi|', 'severity >= [hi] 10-12'],
  ['a value behind a colon and a comparison', 'severity:>=hi|', 'severity : [hi] 11-13'],
  ['a value in a group', 'user.name:(root or ad|', 'user.name : [ad] 19-21'],
  ['a value of a group not begun', 'user.name:(|', 'user.name : [] 11-11'],
  ['what may follow in a group', 'user.name:(root |', 'user.name : [] 16-16 after a term'],
  ['a value after a group is none', 'user.name:(root) ad|', 'name [ad] 17-19 after a term'],
  ['a value behind a mistake', 'source.port>x user.name:(root or ad|', 'user.name : [ad] 33-35'],
  ['a quoted value', 'message:"access de|nied" x', 'message : [access de] 8-23'],
  ['a quoted value that is not closed', 'message:"acc|', 'message : [acc] 8-12'],
  ['a quoted value with a backslash', 'file.path:"C:\\\\Win|', 'file.path : [C:\\Win] 10-18'],
  ['a phrase', '"access de|', null],
  ['behind a phrase', '"a b" ho|', 'name [ho] 6-8 after a term'],
  ['directly behind a phrase', '"a b"|', null],
  ['a range', 'source.port:[1 to 5]|', null],
  ['a range that is not closed', 'source.port:[1|', null],
  ['behind a parenthesis', '(a)|', null],
])('knows %s', (_name, marked, typing) => {
  const caret = marked.indexOf('|');
  const found = typingAt(marked.replace('|', ''), caret);
  expect(
    found === null
      ? null
      : [
          found.field ?? 'name',
          ...(found.operator === null ? [] : [found.operator]),
          `[${found.typed}] ${found.from}-${found.to}`,
          ...(found.operatorAt === null ? [] : [`operator at ${found.operatorAt}`]),
          ...(found.isAfterTerm ? ['after a term'] : []),
        ].join(' '),
  ).toBe(typing);
});

it.each([-1, 2])('offers nothing at %i, outside of the text', (caret) => {
  expect(typingAt('a', caret)).toBeNull();
});

it('replaces a part of the text that has the caret in it, whatever the text is', () => {
  const piece = fc.constantFrom('"', '(', ')', '-', 'a', 'or ', 'x:', '>=', '[1 to', ' ', '*', '\0');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
      fc.nat(40),
      (text, caret) => {
        const typing = typingAt(text, caret);
        if (typing !== null) expect([0 <= typing.from, typing.from <= caret, caret <= typing.to, typing.to <= text.length]).toEqual([true, true, true, true]);
      },
    ),
  );
});
