import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, eventually, openStage, picture, pressSequence, type Stage } from './browser.ts';
import { Access } from './stand-in-access.ts';

describe.skipIf(chromiumPath === undefined)('the administration', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  beforeEach(() => {
    const { users, invitations, roles, accounts, held, isHigher } = new Access();
    access().users.splice(0, access().users.length, ...users);
    Object.assign(access(), { invitations, roles, accounts, held, isHigher });
  });
  afterAll(async () => stage.close());

  const access = () => stage.standIn.world.access;
  const namesIn = (page: Page, region: string) => page.getByRole('region', { name: region, exact: true }).locator('tbody th').allInnerTexts();
  const user = (name: string) => access().users.find((each) => each.name === name);
  const deeds = (page: Page) => page.locator('.deeds');

  it('lists who may sign in, finds a name, and shows who is disabled when asked', async () => {
    const page = await stage.enter('/');
    await pressSequence(page, 'g', 'm');
    await eventually(() => namesIn(page, 'Users')).toEqual(['admin', 'noor', 'sam']);
    await picture(page, 'users');
    await page.getByRole('button', { name: 'With disabled' }).click();
    await eventually(() => namesIn(page, 'Users')).toEqual(['admin', 'noor', 'sam', 'lee']);
    await page.keyboard.press('/');
    await page.keyboard.type('example.org');
    await page.keyboard.press('Enter');
    await eventually(() => namesIn(page, 'Users')).toEqual(['noor']);
    await page.reload();
    await eventually(() => namesIn(page, 'Users')).toEqual(['noor']); // the address holds it
  });

  it('invites somebody with a link that is shown once, and withdraws it', async () => {
    const page = await stage.enter('/administration');
    await page.getByRole('region', { name: 'Users' }).waitFor();
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Name to sign in with').fill('noor');
    await dialog.getByRole('checkbox', { name: /^viewer/ }).check();
    expect(await dialog.getByRole('checkbox', { name: /^sensor/ }).count()).toBe(0); // not for people
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await dialog.getByRole('alert').getByText('A user of this name is there already.').waitFor();
    await picture(page, 'invite');
    await dialog.getByLabel('Name to sign in with').fill('grace');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    const once = page.getByRole('dialog', { name: 'grace is invited' });
    await once.getByText('https://soc.example.org/invitation#one-time-secret').waitFor();
    await page.keyboard.press('Escape');
    await once.getByRole('button', { name: 'I have kept it' }).click(); // not closed by a slip
    expect(access().invitations[0]).toMatchObject({ name: 'grace', roles: ['analyst', 'viewer'], email: null });
    await page.getByRole('button', { name: 'Withdraw the invitation of grace' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await deeds(page).getByText('The invitation of grace is withdrawn').waitFor();
    expect(access().invitations).toEqual([]);
  });

  it('changes roles and takes the change back', async () => {
    const page = await stage.enter(`/administration/users/${user('noor')?.id}`);
    await page.getByRole('button', { name: 'Change name, mail or roles' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change noor' });
    await dialog.getByRole('checkbox', { name: /^night-shift/ }).check();
    await dialog.getByLabel('Mail address').fill('');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await page.getByText('analyst, night-shift').waitFor();
    expect(user('noor')).toMatchObject({ roles: ['analyst', 'night-shift'], email: null });
    await deeds(page).getByRole('button', { name: 'Undo' }).click();
    await eventually(() => user('noor')?.roles).toEqual(['analyst']);
    await page.getByText('noor@example.org').waitFor();
  });

  it('disables after asking and enables again, ends sessions, and helps who is locked out', async () => {
    const id = user('noor')?.id;
    const page = await stage.enter(`/administration/users/${id}`);
    const ask = async (button: string, action: string) => {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('dialog').getByRole('button', { name: action }).click();
    };
    await ask('End all sessions', 'End them');
    await deeds(page).getByText('2 sessions of noor ended').waitFor();
    await ask('Let in after wrong guesses', 'Let in');
    await deeds(page).getByText('noor may try again').waitFor();
    await ask('Take away lost factors', 'Take them away');
    await deeds(page).getByText('noor has no second factor any more').waitFor();
    expect(stage.standIn.account.helped).toEqual([`unlock ${id}`, `reset-mfa ${id}`]);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog', { name: 'Disable noor' }).waitFor();
    await picture(page, 'user-disable');
    expect(user('noor')?.disabledAt).toBeNull(); // asked first
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await eventually(() => user('noor')?.disabledAt).not.toBeNull();
    await page.getByRole('button', { name: 'Enable' }).click();
    await eventually(() => user('noor')?.disabledAt).toBeNull();
  });

  it('says why a change of somebody higher is refused', async () => {
    access().isHigher = true;
    const page = await stage.enter(`/administration/users/${user('admin')?.id}`);
    await page.getByRole('button', { name: 'Change name, mail or roles' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click();
    await page.getByRole('alert').getByText('This takes permissions that you do not hold yourself').waitFor();
  });

  it('offers an auditor nothing to change, and the audit to an auditor only', async () => {
    access().held = ['users:read'];
    const page = await stage.enter('/administration');
    await eventually(() => namesIn(page, 'Users')).toEqual(['admin', 'noor', 'sam']);
    expect(await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').allInnerTexts()).toEqual([
      'Users',
      'Service accounts',
      'Roles',
      'Identity providers',
      'Trust domains',
    ]);
    expect(await page.getByRole('button', { name: 'Invite' }).count()).toBe(0);
    await page.getByRole('link', { name: 'noor' }).click();
    await page.getByText('noor@example.org').waitFor();
    expect(await page.getByRole('heading', { name: 'Change' }).count()).toBe(0);
  });

  it('makes a role of permissions, changes it, undoes that, and removes it', async () => {
    const page = await stage.enter('/administration/roles?role=night-shift');
    await eventually(() => namesIn(page, 'Permissions of night-shift')).toEqual(['alerts:read', 'alerts:work']);
    expect(await page.getByRole('button', { name: 'Remove' }).isDisabled()).toBe(true); // lee holds it
    await picture(page, 'roles');
    await page.keyboard.press('n');
    const making = page.getByRole('dialog', { name: 'Make a role' });
    await making.getByLabel('Name:').fill('hunters');
    await making.getByRole('checkbox', { name: 'events:read' }).check();
    expect(await making.getByRole('checkbox', { name: 'organizations:manage' }).count()).toBe(0); // reaches beyond the organization
    await making.getByRole('button', { name: 'Make' }).click();
    await eventually(() => namesIn(page, 'Permissions of hunters')).toEqual(['events:read']);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const changing = page.getByRole('dialog', { name: 'Change hunters' });
    await changing.getByRole('checkbox', { name: 'alerts:read' }).check();
    await changing.getByRole('button', { name: 'Change' }).click();
    await eventually(() => namesIn(page, 'Permissions of hunters')).toEqual(['alerts:read', 'events:read']);
    await deeds(page).getByRole('button', { name: 'Undo' }).click();
    await eventually(() => namesIn(page, 'Permissions of hunters')).toEqual(['events:read']);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the role' }).click();
    await eventually(() => namesIn(page, 'Roles')).not.toContain('hunters');
    await deeds(page).getByRole('button', { name: 'Undo' }).click();
    await eventually(() => namesIn(page, 'Roles')).toContain('hunters');
  });

  it('makes a service account and a key that is shown once, rotates and revokes it', async () => {
    const page = await stage.enter('/administration/service-accounts');
    await page.getByRole('region', { name: 'Keys of ticket-bridge' }).waitFor();
    await picture(page, 'service-accounts');
    await page.keyboard.press('n');
    const making = page.getByRole('dialog', { name: 'Make a service account' });
    await making.getByLabel('Name:').fill('soar');
    await making.getByRole('checkbox', { name: /^analyst/ }).check();
    await making.getByRole('button', { name: 'Make' }).click();
    await page.getByRole('button', { name: 'New key for soar' }).click();
    const key = page.getByRole('dialog', { name: 'New key for soar' });
    await key.getByLabel('Taken from').fill('10.2.0.0/16\n192.0.2.7');
    await key.getByLabel('May less than the account').check();
    await key.getByRole('checkbox', { name: 'alerts:work' }).check();
    expect(await key.getByRole('checkbox', { name: 'users:manage' }).count()).toBe(0); // the account has it not
    await key.getByRole('button', { name: 'Make a key' }).click();
    const secret = page.getByRole('dialog', { name: 'Key of soar' });
    await secret.getByText(/^Authorization: Bearer gsk_/).waitFor();
    await picture(page, 'api-key');
    await secret.getByRole('button', { name: 'I have kept it' }).click();
    const [made] = access().accounts[0]?.keys ?? [];
    expect(made).toMatchObject({ networks: ['10.2.0.0/16', '192.0.2.7'], permissions: ['alerts:work'] });
    await page.getByRole('button', { name: `Rotate the key …${String(made?.['hint'])}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new one' }).click();
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await eventually(async () => (await namesIn(page, 'Keys of soar')).length).toBe(2);
    await page.getByRole('button', { name: `Revoke the key …${String(made?.['hint'])}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the key' }).click();
    await eventually(() => page.getByRole('button', { name: `Revoke the key …${String(made?.['hint'])}` }).count()).toBe(0);
  });

  it('disables a service account with undo, and removes it after asking', async () => {
    const page = await stage.enter('/administration/service-accounts');
    const account = () => access().accounts[0];
    await page.getByRole('button', { name: 'Disable ticket-bridge' }).click();
    await eventually(() => account()?.['disabledAt']).not.toBeNull();
    await deeds(page).getByRole('button', { name: 'Undo' }).click();
    await eventually(() => account()?.['disabledAt']).toBeNull();
    await page.getByRole('button', { name: 'Remove ticket-bridge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the account' }).click();
    await page.getByText('No program has an account yet').waitFor();
    await page.getByRole('button', { name: 'With removed' }).click();
    await page.getByRole('heading', { name: 'ticket-bridge' }).waitFor();
  });

  it('reads the audit page after page, by who and what, with the details of an entry', async () => {
    const page = await stage.enter('/administration/audit');
    const entries = page.getByRole('region', { name: 'Entries' });
    await eventually(() => entries.locator('tbody tr').count()).toBe(100);
    await page.getByRole('button', { name: 'Show older' }).click();
    await eventually(() => entries.locator('tbody tr').count()).toBe(200);
    await entries
      .getByRole('button', { name: /details of entry/ })
      .first()
      .click();
    await entries.getByRole('figure', { name: /^Details of entry/ }).waitFor();
    await picture(page, 'audit');
    await page.getByRole('textbox', { name: 'Who' }).fill('noor');
    await page.getByRole('textbox', { name: 'Action' }).fill('alert.');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/administration/audit?actor=noor&action=alert.');
    await eventually(async () => new Set(await entries.locator('tbody tr td:nth-child(2)').allInnerTexts())).toEqual(new Set(['noor']));
    expect(new Set(await entries.locator('tbody code').allInnerTexts())).toEqual(new Set(['alert.change']));
    await page.getByRole('textbox', { name: 'Who' }).fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing of this kind was done').waitFor();
  });
});
