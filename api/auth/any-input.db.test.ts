// Whatever comes in about accounts, from somebody who is signed in: the answer is their mistake or a result, never ours.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestAccounts, PASSWORD } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { openAuthenticator } from '../test/authenticator.ts';
import { serverUrl } from '../test/database.ts';

const credential = openAuthenticator().create({ challenge: 'x' });
const assertion = openAuthenticator().get({ challenge: 'x' });
/** Bodies that are right but for one member, which is anything. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/auth/login': { user: 'nobody', password: 'x', organization: 'default', refresh: 'body' },
  '/auth/change-password': { currentPassword: 'x', newPassword: 'y' },
  '/auth/setup-mfa': { mfaToken: 'x', password: 'x' },
  '/auth/verify-mfa': { code: '123456', mfaToken: 'x', refresh: 'body' },
  '/auth/disable-mfa': { code: '123456' },
  '/auth/recovery-codes': { password: 'x' },
  '/auth/password-link/look': { token: `gsp_${'x'.repeat(43)}` },
  '/auth/password-link/accept': { token: `gsp_${'x'.repeat(43)}`, password: 'x' },
  '/auth/passkeys/options': { password: 'x' },
  '/auth/passkeys': { name: 'x', credential },
  '/auth/passkeys/sign-in/options': { organization: 'default', mfaToken: 'x' },
  '/auth/passkeys/sign-in': { organization: 'default', mfaToken: 'x', credential: assertion, refresh: 'body' },
};
const odd = fc.oneof(
  fc.constantFrom('', '\0', 'a\0b', '\ud800', '../..', "'; DROP TABLE x; --", '__proto__', '123456', 'e30', '0'.repeat(5_000), 'default.x.y'),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), odd);

describe.skipIf(serverUrl === '')('any input about accounts', () => {
  let accounts: TestAccounts;
  let token: string;
  beforeAll(async () => {
    accounts = await openTestAccounts();
    await accounts.addUser('ada');
    token = (await accounts.login('ada')).accessToken;
  });
  afterAll(() => accounts.close());

  async function check(method: 'POST' | 'DELETE', url: string, payload?: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, ...(payload !== undefined && { 'content-type': 'application/json' }) };
    const response = await accounts.api.inject({ method, url, headers, ...(payload !== undefined && { payload }) }, null);
    const code = response.statusCode >= 400 ? response.json().code : undefined;
    expect([url, response.statusCode < 500, code]).toEqual([url, true, code]);
    expect(response.body).not.toContain(PASSWORD);
  }

  it.each(Object.keys(RIGHT))('as the body of %s', async (url) => {
    const right = RIGHT[url]!;
    const nested = url.endsWith('passkeys') || url.endsWith('sign-in');
    const inside = (right.credential ?? {}) as Readonly<Record<string, unknown>>;
    const response = (inside.response ?? {}) as Readonly<Record<string, unknown>>;
    const bodies = fc.oneof(
      anything,
      fc.tuple(fc.constantFrom(...Object.keys(right)), anything).map(([member, value]) => ({ ...right, [member]: value })),
      ...(nested
        ? [
            fc.tuple(fc.constantFrom(...Object.keys(inside)), anything).map(([member, value]) => ({ ...right, credential: { ...inside, [member]: value } })),
            fc
              .tuple(fc.constantFrom(...Object.keys(response)), anything)
              .map(([member, value]) => ({ ...right, credential: { ...inside, response: { ...response, [member]: value } } })),
          ]
        : []),
    );
    await fc.assert(
      fc.asyncProperty(bodies, (body) => check('POST', url, JSON.stringify(body) ?? 'null')),
      { numRuns: 40 },
    );
  });

  it('as an id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/auth/sessions/', '/auth/passkeys/'), odd, (path, id) => check('DELETE', path + encodeURIComponent(id.toWellFormed()))),
      { numRuns: 60 },
    );
  });
});
