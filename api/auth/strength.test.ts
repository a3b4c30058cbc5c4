import { expect, it } from 'vitest';
import { passwordProblems } from './strength.ts';

const owner = { user: 'ada.lovelace', organization: 'acme-west' };
const problemOf = async (password: string) => (await passwordProblems(password, owner, ['body', 'password']))[0]?.detail ?? null;

it.each([
  ['four unrelated words', 'correct horse battery staple'],
  ['what a password manager makes', 'vT9#kq2LmZ'],
  ['what the first administrator gets', 'hm3kq-x8zpr-ty4wn-c6vbe'],
  ['words of another alphabet', 'печенье трактор якорь лампа'],
  ['own words beside enough of others', 'acme tundra marmalade sextant'],
])('takes %s', async (_name, password) => {
  expect(await problemOf(password)).toBeNull();
});

it.each([
  ['nothing', '', /^Too short/],
  ['seven characters, whatever they are', 'vT9#kq2', /^Too short/],
  ['one character again and again', 'aaaaaaaaaaaaaaaa', /^Too easy/],
  ['a row of the keyboard', 'qwertyuiop[]', /^Too easy/],
  ['a season and a year', 'Winter2026!', /^Too easy/],
  ['a common password with other signs', 'P@$$w0rd123', /^Too easy/],
  ['a date', '1990-12-31', /^Too easy/],
  ['the own name', 'ada.lovelace', /^Too easy/],
  ['the own name backwards and a year', 'ecalevol2026', /^Too easy/],
  ['the organization', 'acme-west-2026', /^Too easy/],
  ['words of the account in a row', 'goshawk ada lovelace acme west', /^Too easy/],
  ['more than anybody types', 'tundra marmalade sextant '.repeat(11), /^Too long/],
])('refuses %s, and says what to do', async (_name, password, detail) => {
  expect(await problemOf(password)).toMatch(detail);
});

it('points at where the password was, and does not repeat it', async () => {
  const problems = await passwordProblems('Winter2026!', owner, ['body', 'password']);
  expect(problems).toEqual([{ pointer: '/body/password', detail: expect.stringContaining('unrelated words') }]);
  expect(JSON.stringify(problems)).not.toContain('Winter');
});

it('takes names with signs that mean something in patterns', async () => {
  expect(await passwordProblems('tundra marmalade sextant', { user: 'a+(b[c', organization: 'x' }, ['body'])).toEqual([]);
});
