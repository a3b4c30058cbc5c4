// Names of hosts among the terms; whole values are tested where they are stored and searched for.
import { expect, it } from 'vitest';
import { nameTermOf, TermList } from './terms.ts';

const listed = (add: (list: TermList) => void) => {
  const list = new TermList();
  list.begin('acme');
  add(list);
  const terms = new Set(list.values());
  return { terms, has: (name: string, organization = 'acme') => terms.has(nameTermOf(organization, name) ?? Number.NaN) };
};

it.each<[host: string, found: readonly string[], terms: number]>([
  ['evil.example', ['evil.example'], 1],
  ['a.evil.example', ['evil.example', 'a.evil.example'], 2],
  ['A.Evil.Example.', ['evil.example', 'a.evil.example'], 2],
  ['f.e.d.c.b.a.evil.example', ['evil.example', 'a.evil.example', 'b.a.evil.example', 'c.b.a.evil.example', 'f.e.d.c.b.a.evil.example'], 3],
  ['stra\u{df}e.evil.example', ['evil.example'], 1],
  ['\u{212a}.example', ['k.example'], 1], // a Kelvin sign is a k in lower case
  ['localhost', [], 0],
  ['.', [], 0],
])('finds what is above the name %s', (host, found, size) => {
  const { has, terms } = listed((list) => list.addName(host));
  expect(found.filter((name) => !has(name))).toEqual([]);
  expect(terms.size).toBe(size);
  expect(['example', 'il.example', 'other.example'].filter((name) => has(name))).toEqual([]);
  expect(found.some((name) => has(name, 'another'))).toBe(false);
});

it('names a host again in the next event, and otherwise for another organization', () => {
  const list = new TermList();
  const termsFor = (organization: string) => {
    list.begin(organization);
    list.addName('a.evil.example');
    return list.values();
  };
  const first = termsFor('acme');
  expect(termsFor('acme')).toEqual(first);
  expect(termsFor('other')).toHaveLength(2);
  expect(termsFor('other')).not.toEqual(first);
  expect(termsFor('acme')).toEqual(first);
});

it.each<[url: string, host: string]>([
  ['http://EVIL.example:80/drop?x=1', 'evil.example'],
  ['https://user:secret@a.evil.example/p@q', 'evil.example'],
  ['https://[2001:db8::7]:8443/', '2001:db8::7'],
  ['ftp://Intranet/p', 'intranet'],
  ['http://192.0.2.7/x', '192.0.2.7'],
])('finds the host of %s', (url, host) => {
  expect(listed((list) => list.addHostOf(url)).has(host)).toBe(true);
});

it.each(['no url', '/path/only', 'mailto:x@evil.example', ''])('finds no host in "%s"', (url) => {
  expect(listed((list) => list.addHostOf(url)).terms.size).toBe(0);
});
