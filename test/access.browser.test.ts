// Coming in and administering by clicking, on the real API and a database: second factor, passkey, invitation, a forgotten password, roles, a key, the audit.
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totpCode, STEP_SECONDS } from '../api/auth/mfa/totp.ts';
import { hashPassword } from '../api/auth/passwords.ts';
import { openTestApi } from '../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { chromiumPath, eventually, openVisits } from '../dashboard/test/browser.ts';
import type { Visits } from '../dashboard/test/browser.ts';
import { PASSWORD } from '../dashboard/test/stand-in.ts';

const NEW_PASSWORD = 'plum harbour violet engine';

describe.skipIf(serverUrl === '' || chromiumPath === undefined)('access, by clicking', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let visits: Visits;
  let url = '';
  beforeAll(async () => {
    database = await openTestDatabase();
    visits = await openVisits(async (folder) => {
      const api = await openTestApi(database, { deps: { dashboardFolder: folder, wallMicros: () => Date.now() * 1_000 } });
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
      return { url, close: () => api.close() };
    });
    const password = await hashPassword(PASSWORD);
    for (const user of ['admin', 'ada', 'pat'])
      await database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.add_user('tester', $1, $2, $3)`, [
        user,
        password,
        ['admin'],
      ]);
  }, 240_000);
  afterAll(async () => {
    await visits?.close();
    await database?.drop();
  });

  const signIn = async (page: Page, name: string, password = PASSWORD) => {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const signOut = async (page: Page) => {
    await page.getByRole('button', { name: 'account and preferences' }).click();
    await page.getByRole('button', { name: /^Sign out/ }).click();
    await page.getByRole('heading', { name: 'Sign in to Goshawk' }).waitFor();
  };
  const keepCodes = async (page: Page) => {
    const codes = (await page.locator('.recovery pre').innerText()).trim().split('\n');
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    return codes;
  };

  it('lets in by a second factor that was set up here, and by a recovery code', async () => {
    const page = await visits.visit();
    await page.goto('/login?next=/account');
    await signIn(page, 'ada');
    await page.getByRole('button', { name: 'Set up an application' }).click();
    await page.getByRole('button', { name: 'Show the QR code' }).click();
    const secret = (await page.locator('pre[aria-label="Secret"]').innerText()).replaceAll(' ', '');
    const step = Math.floor(Date.now() / 1_000 / STEP_SECONDS);
    await page.getByLabel('Code that the application shows').fill(totpCode(secret, step));
    await page.getByRole('button', { name: 'Confirm' }).click();
    const [code = ''] = await keepCodes(page);
    await page.getByText('10 codes left').waitFor();
    await signOut(page);

    await signIn(page, 'ada');
    await page.getByLabel('Code of your authenticator application').fill(totpCode(secret, step)); // was used already
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').getByText('This code does not hold').waitFor();
    await page.getByLabel('Code of your authenticator application').fill(totpCode(secret, step + 1)); // clocks may differ by that much
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await signOut(page);

    await signIn(page, 'ada');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('One of your recovery codes').fill(code);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('9 codes left').waitFor();
    await page.getByRole('region', { name: 'Sessions' }).getByText('password, recovery code').waitFor();
  });

  it('lets in by a passkey alone, and changes the password', async () => {
    const page = await visits.visit();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(`${url.replace('127.0.0.1', 'localhost')}/login?next=/account`);
    await signIn(page, 'pat');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('What you call the device').fill('Work laptop');
    await page.getByRole('button', { name: 'Go on' }).click();
    await keepCodes(page);
    await page.getByRole('region', { name: 'Passkeys' }).getByText('Work laptop').waitFor();
    await signOut(page);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();

    const change = async (next: string) => {
      await page.getByLabel('Present one').fill(PASSWORD);
      await page.getByLabel('New one:').fill(next);
      await page.getByLabel('New one, once more').fill(next);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await change('goshawk123');
    await page.getByRole('form', { name: 'Change the password' }).getByRole('alert').waitFor();
    await change(NEW_PASSWORD);
    await page.locator('.deeds').getByText('Your password is changed').waitFor();
    await page.getByRole('button', { name: 'Remove Work laptop' }).click();
    await page.getByRole('button', { name: 'Remove the passkey' }).click();
    await page.getByText(/^None\. A passkey/).waitFor();
  });

  it('lets who forgot the password choose another by a link, and asks for the second factor all the same', async () => {
    const admin = await visits.enter('/administration');
    await admin.getByRole('link', { name: 'ada' }).click();
    await admin.getByRole('button', { name: 'Link for a new password' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click();
    const link = await admin.locator('pre[aria-label="Link"]').innerText();
    await admin.getByRole('button', { name: 'I have kept it' }).click();

    const page = await visits.visit();
    await page.goto('/login');
    await page.getByText('An administrator can make a link for a new one.').waitFor();
    await page.goto(link);
    await page.getByRole('heading', { name: 'New password for ada' }).waitFor();
    const choose = async (password: string) => {
      for (const label of ['Choose a password', 'Once more']) await page.getByLabel(label).fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await choose('ada');
    await page.getByRole('alert').waitFor(); // easy to guess
    await choose(NEW_PASSWORD);
    await page.getByRole('heading', { name: 'Sign in to Goshawk' }).waitFor();
    await signIn(page, 'ada');
    await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
    await signIn(page, 'ada', NEW_PASSWORD);
    await page.getByLabel('Code of your authenticator application').waitFor();
    await page.goto(link);
    await page.getByRole('alert').getByText('This link is not open').waitFor();
  });

  it('invites, lets the invited in with the role it made, and changes and disables them', async () => {
    const page = await visits.enter('/administration/roles');
    await page.getByRole('button', { name: 'Make a role' }).click();
    const making = page.getByRole('dialog', { name: 'Make a role' });
    await making.getByLabel('Name:').fill('night-shift');
    await making.getByLabel('What it is for').fill('Looks and acknowledges');
    for (const permission of ['alerts:read', 'alerts:work', 'events:read']) await making.getByRole('checkbox', { name: permission }).check();
    await making.getByRole('button', { name: 'Make', exact: true }).click();
    await page.getByRole('region', { name: 'Permissions of night-shift' }).waitFor();

    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('button', { name: 'Invite' }).click();
    const inviting = page.getByRole('dialog', { name: 'Invite somebody' });
    await inviting.getByLabel('Name to sign in with').fill('grace');
    await inviting.getByRole('checkbox', { name: /^analyst/ }).uncheck();
    await inviting.getByRole('checkbox', { name: /^night-shift/ }).check();
    await inviting.getByRole('button', { name: 'Invite' }).click();
    const link = await page.locator('pre[aria-label="Link"]').innerText();
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('region', { name: 'Invitations' }).getByText('grace').waitFor();

    const invited = await visits.visit();
    await invited.goto(link);
    await invited.getByRole('heading', { name: 'Welcome, grace' }).waitFor();
    await invited.getByLabel('Choose a password').fill('grace');
    await invited.getByLabel('Once more').fill('grace');
    await invited.getByRole('button', { name: 'Accept' }).click();
    await invited.getByRole('alert').waitFor(); // easy to guess
    for (const label of ['Choose a password', 'Once more']) await invited.getByLabel(label).fill(NEW_PASSWORD);
    await invited.getByRole('button', { name: 'Accept' }).click();
    await signIn(invited, 'grace', NEW_PASSWORD);
    await invited.getByRole('navigation', { name: 'Areas' }).waitFor();
    await invited.getByRole('button', { name: 'account and preferences' }).click();
    await invited.getByRole('link', { name: /^Your account/ }).waitFor();
    expect(await invited.getByRole('link', { name: /^Administration/ }).count()).toBe(0);

    const again = await visits.enter('/administration');
    await again.getByRole('link', { name: 'grace' }).click();
    await again.getByRole('button', { name: 'Change name, mail or roles' }).click();
    await again.getByRole('checkbox', { name: /^viewer/ }).check();
    await again.getByRole('dialog').getByRole('button', { name: 'Change' }).click();
    await again.getByText('night-shift, viewer').waitFor();
    await again.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => again.locator('.access-facts dd').first().innerText()).toBe('night-shift');
    await again.getByRole('button', { name: 'Take away lost factors' }).click();
    await again.getByRole('button', { name: 'Take them away' }).click();
    await again.locator('.deeds').getByText('grace has no second factor any more').waitFor();
    await again.getByRole('button', { name: 'Disable' }).click();
    await again.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await again.getByRole('button', { name: 'Enable' }).waitFor();
    expect((await login('grace')).status).toBe(401);
  });

  const login = (user: string) =>
    fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password: NEW_PASSWORD, refresh: 'body' }),
    });

  it('gives a program a key that holds until it is revoked, and writes all of it down', async () => {
    const page = await visits.enter('/administration/service-accounts');
    await page.getByRole('button', { name: 'Make the first' }).click();
    const making = page.getByRole('dialog', { name: 'Make a service account' });
    await making.getByLabel('Name:').fill('ticket-bridge');
    await making.getByRole('checkbox', { name: /^viewer/ }).check();
    await making.getByRole('button', { name: 'Make', exact: true }).click();
    await page.getByRole('button', { name: 'New key for ticket-bridge' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = await page.locator('pre[aria-label="Key"]').innerText();
    expect(key).toMatch(/^gsk_[0-9A-Za-z]{49}$/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    const me = () => fetch(`${url}/auth/me`, { headers: { authorization: `Bearer ${key}` } });
    expect(await (await me()).json()).toMatchObject({ name: 'service:ticket-bridge', roles: ['viewer'] });
    await page.getByRole('button', { name: /^Revoke the key/ }).click();
    await page.getByRole('button', { name: 'Revoke the key', exact: true }).click();
    await page.locator('.deeds').getByText('has ended').waitFor();
    expect((await me()).status).toBe(401);

    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByRole('textbox', { name: 'To what' }).fill('ticket-bridge');
    await page.getByRole('button', { name: 'Filter' }).click();
    const actions = page.getByRole('region', { name: 'Entries' }).locator('tbody code');
    await eventually(() => actions.allInnerTexts()).toEqual(['api_key.revoke', 'api_key.add', 'service_account.add']);
  });
});
