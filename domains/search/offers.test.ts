import { expect, it } from 'vitest';
import { languageOffers } from './offers.ts';
import { parseSearch } from './syntax.ts';
import { typingAt } from './typing.ts';

/** The search with each offer taken; `|` is the caret. */
function taken(marked: string): readonly string[] {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  return languageOffers(typingAt(text, caret)!).map(({ insert, from, to }) => `${text.slice(0, from)}${insert}${text.slice(to)}`);
}

it.each<[name: string, text: string, offers: readonly string[]]>([
  ['nothing at the beginning', '|', []],
  ['words behind a term', 'a |', ['a and ', 'a or ', 'a not ']],
  ['the word that is begun', 'a o|', ['a or ']],
  ['not alone at the beginning', 'no|', ['not ']],
  ['no other word at the beginning', 'o|', []],
  ['words of a group behind a value', 'user.name:(a |', ['user.name:(a and ', 'user.name:(a or ', 'user.name:(a not ']],
  ['operators behind the name of a text', 'user.name|', ['user.name:', 'user.name:*', 'user.name:(', 'user.name=~']],
  ['others in place of the colon', 'user.name:|', ['user.name:*', 'user.name:(', 'user.name=~']],
  ['those of a severity', 'severity:|', ['severity:*', 'severity:(', 'severity>=', 'severity<=', 'severity>', 'severity<', 'severity:[', 'severity=~']],
  ['none behind the beginning of a name', 'user.na|', []],
  ['none behind another operator', 'severity>=|', []],
  ['none in a value', 'user.name:ro|', []],
])('offers %s', (_name, text, offers) => {
  expect(taken(text)).toEqual(offers);
});

it.each(['user.name:|', 'severity:|', '@timestamp|', 'source.ip|', 'process.pid:|'])('offers for %s what can be read with a value behind it', (text) => {
  const value = text.startsWith('@') ? '2026-11-25' : text.startsWith('source') ? '10.0.0.1' : '5';
  for (const search of taken(text)) {
    const closed = search.endsWith('(')
      ? `${search}${value})`
      : search.endsWith('[')
        ? `${search}${value} to *]`
        : search.endsWith('*')
          ? search
          : `${search}${value}`;
    expect(() => parseSearch(closed)).not.toThrow();
  }
});
