import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, eventually, openStage, picture, pressSequence, type Stage } from './browser.ts';
import { Account, CODE, INVITATION, PASSWORD } from './stand-in-account.ts';

describe.skipIf(chromiumPath === undefined)('signing in and one’s own account', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  beforeEach(() => {
    Object.assign(stage.standIn.account, new Account());
  });
  afterAll(async () => stage.close());

  const signIn = async (page: Page, user: string, password = PASSWORD) => {
    await page.getByLabel('Name').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const panel = (page: Page, title: string) => page.locator('.panel').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  /** A device with a passkey store, as Chromium plays one. */
  const withDevice = async (page: Page) => {
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
  };

  it('asks for the second factor after the password, and for a recovery code when asked to', async () => {
    const page = await stage.visit();
    await page.goto('/login?next=/fields');
    await signIn(page, 'ada');
    await page.getByLabel('Code of your authenticator application').fill('000000');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').getByText('This code does not hold').waitFor();
    await picture(page, 'sign-in-factor');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('One of your recovery codes').fill('aaaaa-bbbbb-ccccc-ddddd');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/fields');
  });

  it('sets up a factor at the first sign-in where the organization wants one, and shows the recovery codes once', async () => {
    const page = await stage.visit();
    await page.goto('/login?next=/fields');
    await signIn(page, 'new');
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    await picture(page, 'sign-in-enrol');
    await page.getByLabel('Code that the application shows').fill(CODE);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    expect((await page.locator('.recovery pre').innerText()).trim().split('\n')).toHaveLength(10);
    expect(await page.getByRole('button', { name: 'Go on' }).isDisabled()).toBe(true);
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/fields');
  });

  it('says how long who guessed has to wait', async () => {
    const page = await stage.visit();
    await page.goto('/login');
    await signIn(page, 'bob');
    expect(await page.getByRole('alert').innerText()).toContain('Try again in 30 s.');
  });

  it('offers the identity providers of the organization, and says what one refused', async () => {
    stage.standIn.account.providers = [{ name: 'corp', label: 'Sign in with Corp', start: '/auth/oidc/acme.corp/start' }];
    const page = await stage.visit();
    await page.goto('/login?organization=acme&next=/fields&problem=SIGN_IN_FAILED&reason=no-role&requestId=req-7');
    expect(await page.getByLabel('Organization').inputValue()).toBe('acme');
    expect(await page.getByRole('alert').innerText()).toContain('None of your groups has a role here.');
    const [asked] = await Promise.all([page.waitForRequest('**/auth/oidc/acme.corp/start*'), page.getByRole('button', { name: 'Sign in with Corp' }).click()]);
    expect(new URL(asked.url()).searchParams.get('return_to')).toBe('/fields');
  });

  it('accepts an invitation with a password that is not easy to guess', async () => {
    const page = await stage.visit();
    await page.goto(`/invitation#${INVITATION}`);
    await page.getByRole('heading', { name: 'Welcome, grace' }).waitFor();
    await page.getByLabel('Choose a password').fill('four unrelated words here');
    await page.getByLabel('Once more').fill('four unrelated words there');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('The two are not the same.').waitFor();
    for (const label of ['Choose a password', 'Once more']) await page.getByLabel(label).fill('short');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('This is easy to guess.').waitFor();
    await picture(page, 'invitation');
    for (const label of ['Choose a password', 'Once more']) await page.getByLabel(label).fill('four unrelated words here');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('heading', { name: 'Sign in to Goshawk' }).waitFor();
    await page.goto(`/invitation#${INVITATION}`);
    await page.getByText('This invitation is not open').waitFor();
  });

  it('sets up an application, makes new codes with the password, and takes the application away', async () => {
    const page = await stage.enter('/account');
    await page.getByRole('button', { name: 'Set up an application' }).click();
    await page.getByRole('button', { name: 'Show the QR code' }).click();
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    await page.getByLabel('Code that the application shows').fill('999999');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').getByText('This code does not hold').waitFor();
    await picture(page, 'account-set-up');
    await page.getByLabel('Code that the application shows').fill(CODE);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('dialog', { name: 'Your recovery codes' }).waitFor();
    await page.keyboard.press('Escape'); // not by a slip
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await panel(page, 'Recovery codes').getByText('10 codes left').waitFor();

    stage.standIn.account.isSignInOld = true;
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    await page.getByRole('button', { name: 'Make new ones' }).click();
    await page.getByLabel('You signed in more than ten minutes ago').fill('wrong');
    await page.getByRole('button', { name: 'Make new ones' }).click();
    await page.getByRole('alert').getByText('This is not your password.').waitFor();
    await page.getByLabel('You signed in more than ten minutes ago').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make new ones' }).click();
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Go on' }).click();

    await page.getByRole('button', { name: 'Take away the application' }).click();
    await page.getByLabel('Code of the application, or a recovery code').fill(CODE);
    await page.getByRole('button', { name: 'Take it away' }).click();
    await page.getByRole('button', { name: 'Set up an application' }).waitFor();
    expect(stage.standIn.account.totpSince).toBeNull();
  });

  it('adds a passkey, signs in with it alone, and removes it', async () => {
    const page = await stage.visit();
    await withDevice(page);
    const here = stage.standIn.url.replace('127.0.0.1', 'localhost'); // passkeys belong to a name, never to a number
    await page.goto(`${here}/login?next=/account`);
    await signIn(page, 'admin');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('What you call the device').fill('Work laptop');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('region', { name: 'Passkeys' }).getByText('Work laptop').waitFor();
    await page.getByRole('button', { name: 'account and preferences' }).click();
    await page.getByRole('button', { name: /^Sign out/ }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/account');
    await page.getByRole('button', { name: 'Remove Work laptop' }).click();
    await page.getByRole('button', { name: 'Remove the passkey' }).click();
    await panel(page, 'Passkeys')
      .getByText(/^None\./)
      .waitFor();
  });

  it('changes the password, saying what is wrong with it', async () => {
    const page = await stage.enter('/account');
    const change = async (current: string, next: string, again = next) => {
      await page.getByLabel('Present one').fill(current);
      await page.getByLabel('New one:').fill(next);
      await page.getByLabel('New one, once more').fill(again);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await change(PASSWORD, 'four unrelated words', 'four unrelated worlds');
    await page.getByText('The two are not the same.').waitFor();
    await change('wrong', 'four unrelated words');
    await page.getByText('This is not your password.').waitFor();
    await change(PASSWORD, 'easy');
    await page.getByText('This is easy to guess.').waitFor();
    expect(stage.standIn.account.passwords).toEqual([]);
    await change(PASSWORD, 'four unrelated words');
    await page.locator('.deeds').getByText('Your password is changed').waitFor();
    expect(await page.getByLabel('Present one').inputValue()).toBe('');
    await eventually(() => page.getByRole('region', { name: 'Sessions' }).locator('tbody tr').count()).toBe(1);
  });

  it('shows where one is signed in, and ends one session or all others', async () => {
    const page = await stage.enter('/');
    await pressSequence(page, 'g', 'y');
    const sessions = page.getByRole('region', { name: 'Sessions' });
    await sessions.getByText('Safari on iOS').waitFor();
    expect(await sessions.locator('tbody tr').count()).toBe(3);
    await picture(page, 'account');
    await page.getByRole('button', { name: 'End the session of Safari on iOS' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
    await eventually(() => sessions.locator('tbody tr').count()).toBe(2);
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByRole('dialog', { name: 'End 1 session' }).getByRole('button', { name: 'End', exact: true }).click();
    await eventually(() => sessions.locator('tbody tr').count()).toBe(1);
    expect(stage.standIn.account.sessions.map(({ id }) => id)).toEqual(['s1']);
  });
});
