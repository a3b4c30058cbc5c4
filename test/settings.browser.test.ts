// The settings of an organization and of the installation by clicking, on the real API, a database and an identity provider that others wrote.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExport } from '../api/audit/export.ts';
import { hashPassword } from '../api/auth/passwords.ts';
import { INSTALLATION, openTestApi } from '../api/test/api.ts';
import type { TestApi } from '../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { CLIENT, openTestProvider } from '../api/test/oidc-provider.ts';
import type { TestProvider } from '../api/test/oidc-provider.ts';
import { fitsThePhone, looksRightInBothThemes, PHONE } from '../dashboard/test/accessibility.ts';
import { chromiumPath, eventually, openVisits, picture, pressSequence } from '../dashboard/test/browser.ts';
import type { Visits } from '../dashboard/test/browser.ts';
import { PASSWORD } from '../dashboard/test/stand-in.ts';
import { openOutbound } from '../outbound/client.ts';
import { config as outboundConfig } from '../outbound/config.ts';

const AUDIENCE = `urn:goshawk:${INSTALLATION}:default`;
const BUNDLE = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', use: 'jwt-svid', kid: 'key-one' }] };

describe.skipIf(serverUrl === '' || chromiumPath === undefined)('settings, by clicking', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let provider: TestProvider;
  let api: TestApi;
  let visits: Visits;
  let url = '';
  beforeAll(async () => {
    database = await openTestDatabase();
    // Organizations may open addresses of this machine here: the provider is on it.
    const outbound = openOutbound(outboundConfig.parse({ organizationNetworks: ['127.0.0.0/8'] }));
    visits = await openVisits(async (folder) => {
      api = await openTestApi(database, { deps: { dashboardFolder: folder, outbound, wallMicros: () => Date.now() * 1_000 } });
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
      return {
        url,
        close: async () => {
          await api.close();
          outbound.close();
        },
      };
    });
    provider = await openTestProvider({ places: ['default.corp'], audience: AUDIENCE, publicUrl: url });
    provider.people['ada'] = { preferred_username: 'ada', groups: ['soc'] };
    const password = await hashPassword(PASSWORD);
    for (const [user, role] of [
      ['admin', 'platform_admin'],
      ['audrey', 'auditor'],
    ])
      await database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.add_user('tester', $1, $2, $3)`, [user, password, [role]]);
  }, 240_000);
  afterAll(async () => {
    await visits?.close();
    await provider?.close();
    await database?.drop();
  });

  const deeds = (page: Page) => page.locator('.deeds');
  const settings = async () => (await api.inject({ url: '/auth/organization' })).json();

  it('changes the settings of the organization, says what the API refuses, and takes the change back', async () => {
    const page = await visits.enter('/administration/organization');
    await page.getByLabel('Hosts and networks inside').fill('not a host!');
    await page.getByRole('button', { name: 'Change the settings' }).click();
    await page.getByRole('alert').getByText('A host, an address or a network').waitFor();
    await page.getByLabel('Hosts and networks inside').fill(`siem.internal\n${provider.issuer}`);
    await page.getByLabel('Hours until a session ends').fill('8');
    await page.getByRole('group', { name: 'Roles that need a second factor' }).getByRole('button', { name: 'engineer' }).click();
    await page.getByRole('button', { name: 'Change the settings' }).click();
    await deeds(page).getByText('The settings are changed').waitFor();
    const changed = { mfaRoles: ['engineer'], sessionHours: 8, outboundHosts: ['siem.internal', provider.issuer] };
    expect(await settings()).toMatchObject(changed);
    await page.getByLabel('Name, for people').fill('Someone');
    await page.getByRole('button', { name: 'Change the settings' }).click();
    await eventually(async () => (await settings()).name).toBe('Someone');
    await deeds(page).getByText('The settings are changed').nth(1).waitFor(); // the API knows before the page says so
    await deeds(page).getByRole('button', { name: 'Undo' }).last().click();
    await eventually(async () => (await settings()).name).toBe('Default');
    expect(await settings()).toMatchObject(changed); // the other change stays

    await page.getByLabel('Hours until a session ends').fill('9');
    await api.inject({ method: 'PATCH', url: '/auth/organization', payload: { sessionHours: 4 } }); // somebody else is quicker
    await page.getByRole('button', { name: 'Change the settings' }).click();
    await page.getByRole('alert').getByText('It was changed meanwhile').waitFor();
    expect((await settings()).sessionHours).toBe(4);
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByRole('button', { name: 'Change the settings' }).click();
    await eventually(async () => (await settings()).sessionHours).toBe(9);
  });

  it('adds an identity provider by which people then sign in, until it is disabled', async () => {
    const page = await visits.enter('/administration/identity-providers');
    await page.getByRole('button', { name: 'Add the first' }).click();
    await page.getByLabel('Name:').fill('corp');
    await page.getByText(`${url}/auth/oidc/default.corp/callback`).waitFor();
    await page.getByLabel('The sign-in page calls it').fill('Sign in with Corp');
    await page.getByLabel('Issuer, exactly').fill(`${provider.issuer}/nowhere?x`);
    await page.getByLabel('Client id').fill(CLIENT.id);
    await page.getByLabel('Client secret').fill(CLIENT.secret);
    await page.getByText('Nobody gets in by it yet').waitFor();
    await page.getByRole('button', { name: 'Add a group' }).click();
    await page.getByRole('textbox', { name: 'Group', exact: true }).fill('soc');
    expect(await page.getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true); // a group without a role
    expect(await page.getByRole('group', { name: 'Roles of soc' }).getByRole('button', { name: 'platform_admin' }).count()).toBe(0);
    await page.getByRole('group', { name: 'Roles of soc' }).getByRole('button', { name: 'analyst' }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').getByText('An address without query or fragment').waitFor();
    await page.getByLabel('Issuer, exactly').fill(provider.issuer);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await deeds(page).getByText('corp is added').waitFor();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('It answers as it must').waitFor();
    await page.getByRole('region', { name: 'What it says' }).getByText('authorization_endpoint').waitFor();
    expect(await page.content()).not.toContain(CLIENT.secret);

    const ada = await visits.visit();
    await ada.goto('/login?next=/account');
    await ada.getByRole('button', { name: 'Sign in with Corp' }).click();
    await ada.getByRole('heading', { name: 'Your account' }).waitFor();

    const again = await visits.enter('/administration/identity-providers/provider/corp');
    await again.getByRole('button', { name: 'Disable' }).click();
    await again.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await again.getByRole('button', { name: 'Enable' }).waitFor();
    expect((await api.inject({ url: '/auth/oidc' }, null)).json()).toEqual({ providers: [] });
    await deeds(again).getByRole('button', { name: 'Undo' }).click();
    await again.getByRole('button', { name: 'Disable' }).waitFor();
    expect((await api.inject({ url: '/auth/oidc' }, null)).json().providers).toHaveLength(1);
  });

  it('does not overwrite what somebody else has changed meanwhile, nor add what is there', async () => {
    const page = await visits.enter('/administration/identity-providers/provider/corp');
    await page.getByLabel('The sign-in page calls it').fill('Mine');
    const theirs = (await api.inject({ url: '/auth/identity-providers/corp' })).json();
    const payload = { label: 'Theirs', issuer: theirs.issuer, clientId: theirs.clientId, groupRoles: theirs.groupRoles };
    await api.inject({ method: 'PUT', url: '/auth/identity-providers/corp', payload });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('alert').getByText('It was changed meanwhile').waitFor();
    await page.getByRole('button', { name: 'Read again' }).click();
    await eventually(() => page.getByLabel('The sign-in page calls it').inputValue()).toBe('Theirs');
    await page.getByLabel('The sign-in page calls it').fill('Corp');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await deeds(page).getByText('corp is changed').waitFor();
    expect((await api.inject({ url: '/auth/identity-providers/corp' })).json()).toMatchObject({ label: 'Corp', hasSecret: true });

    await page.goto('/administration/identity-providers/new');
    await page.getByLabel('Name:').fill('corp');
    await page.getByLabel('The sign-in page calls it').fill('x');
    await page.getByLabel('Issuer, exactly').fill(provider.issuer);
    await page.getByLabel('Client id').fill('x');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').getByText('There is an identity provider of this name already').waitFor();
  });

  it('invites somebody who comes by the provider, signs out there too, and whose way in an administrator ends', async () => {
    const page = await visits.enter('/administration/identity-providers/provider/corp');
    await page.getByLabel('Who signs out here is led to the provider').check();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await deeds(page).getByText('corp is changed').waitFor();
    const name = `grace-${randomUUID().slice(0, 8)}`;
    const invited = await api.inject({ method: 'POST', url: '/auth/invitations', payload: { name, roles: ['viewer'] } });

    provider.people[name] = { preferred_username: 'g.hopper' }; // in no group: roles are given here
    provider.subject = name;
    const grace = await visits.visit();
    await grace.goto(`/invitation${new URL(invited.json().link).hash}`);
    await grace.getByRole('button', { name: 'Corp, without a password here' }).waitFor();
    await picture(grace, 'invitation-by-provider');
    await grace.getByRole('button', { name: 'Corp, without a password here' }).click();
    await grace.getByRole('navigation', { name: 'Areas' }).waitFor();
    await grace.goto('/account');
    await grace.getByRole('button', { name: /^Remove .*Corp$/ }).click();
    await grace.getByRole('button', { name: 'Remove it' }).click();
    await grace.getByRole('alert').getByText('You have no other way to sign in').waitFor();
    await grace.getByRole('button', { name: 'Cancel' }).first().click();
    await grace.getByRole('button', { name: 'account and preferences' }).click();
    await grace.getByRole('button', { name: /^Sign out/ }).click();
    await grace.getByRole('button', { name: 'Yes, sign me out' }).click(); // at the provider
    await grace.getByRole('status').getByText('You are signed out, here and at your identity provider.').waitFor();

    const [user] = (await api.inject({ url: `/auth/users?search=${name}` })).json().users;
    const admin = await visits.enter(`/administration/users/${user.id}`);
    await admin.getByRole('button', { name: 'Remove corp' }).click();
    await admin.getByRole('dialog').getByText('nothing is left to sign in by').waitFor();
    await picture(admin, 'user-identity-remove');
    await admin.getByRole('button', { name: 'Remove it' }).click();
    await deeds(admin).getByText(`${name} signs in by corp no more`).waitFor();
    const again = await visits.visit();
    await again.goto('/login');
    await again.getByRole('button', { name: /Corp$/ }).click();
    await again.getByRole('alert').getByText('None of your groups has a role here').waitFor();
    provider.subject = 'ada';
  });

  it('trusts a domain of SPIFFE, gives its workloads roles, and removes it', async () => {
    const page = await visits.enter('/administration/trust-domains');
    await page.getByRole('button', { name: 'Add a domain' }).waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Name, without spiffe://').fill('prod.example');
    await page.getByLabel('Bundle, as').fill('{');
    await page.getByRole('button', { name: 'Add a workload' }).click();
    await page.getByRole('textbox', { name: 'Workload', exact: true }).fill('spiffe://other.example/x');
    await page
      .getByRole('group', { name: /^Roles of spiffe/ })
      .getByRole('button', { name: 'sensor' })
      .click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').getByText('The bundle is not JSON').waitFor();
    await page.getByLabel('Bundle, as').fill(JSON.stringify(BUNDLE));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').getByText('Must be spiffe://prod.example/').waitFor();
    await page.getByRole('textbox', { name: 'Workload', exact: true }).fill('spiffe://prod.example/ns/shippers/*');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(AUDIENCE).waitFor();
    await page.getByText('key-one', { exact: true }).waitFor();
    expect((await api.inject({ url: '/auth/trust-domains/prod.example' })).json().workloads).toEqual([
      { id: 'spiffe://prod.example/ns/shippers/*', roles: ['sensor'] },
    ]);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Remove the domain' }).click();
    await page.getByText('No workload asks by SPIFFE yet').waitFor();
  });

  it('makes an organization, shows the link of its administrator once, and suspends and resumes it', async () => {
    const page = await visits.enter('/administration/organizations');
    await page.getByRole('button', { name: 'Add an organization' }).click();
    const adding = page.getByRole('dialog', { name: 'Add an organization' });
    await adding.getByLabel('Id:').fill('default');
    await adding.getByLabel('Name, for people').fill('Acme');
    await adding.getByLabel('Who is invited').fill('wile');
    await adding.getByRole('button', { name: 'Add' }).click();
    await adding.getByRole('alert').getByText('There is an organization of this id').waitFor();
    await adding.getByLabel('Id:').fill('acme');
    await adding.getByRole('button', { name: 'Add' }).click();
    expect(await page.locator('pre[aria-label="Link"]').innerText()).toContain('/invitation#gsi_');
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Suspend acme' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('button', { name: 'Resume acme' }).waitFor();
    expect((await api.inject({ url: '/v2/alerts' }, ['viewer'], 'acme')).json()).toMatchObject({ code: 'ORGANIZATION_SUSPENDED' });
    await page.getByRole('button', { name: 'Resume acme' }).click();
    await page.getByRole('button', { name: 'Suspend acme' }).waitFor();
    expect((await api.inject({ url: '/v2/alerts' }, ['viewer'], 'acme')).statusCode).toBe(200);
    expect(await page.getByRole('button', { name: 'Suspend default' }).count()).toBe(0); // one's own
  });

  it('saves the whole audit as a file that holds', async () => {
    const page = await visits.enter('/administration/audit?actor=nobody');
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('audit-default.ndjson');
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const { organization, rows } = await readExport(Readable.from(lines));
    let found = 0;
    for await (const some of rows) found += some.length;
    expect([organization, found]).toEqual(['default', lines.length - 2]);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('shows who may only look what there is, with nothing to change it by', async () => {
    const page = await visits.visit();
    await page.goto('/login?next=/administration/identity-providers/provider/corp');
    await page.getByLabel('Name').fill('audrey');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('form', { name: 'Identity provider' }).waitFor();
    expect(await page.getByLabel('Issuer, exactly').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: /^(Change|Try it|Disable|Remove|Add a group)$/ }).count()).toBe(0);
    await page.goto('/administration/organization');
    await page.getByRole('form', { name: 'Settings of the organization' }).waitFor();
    expect(await page.getByRole('button', { name: 'Change the settings' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Organizations' }).count()).toBe(0);
  });

  it('leads who may see one page of it to that page, by the menu and by key', async () => {
    await api.inject({ method: 'POST', url: '/auth/roles', payload: { name: 'office', permissions: ['organization:read', 'alerts:read'] } });
    await api.inject({ method: 'POST', url: '/auth/users', payload: { name: 'otto', roles: ['office'], password: 'plum harbour violet engine' } });
    const page = await visits.visit();
    await page.goto('/login?next=/account');
    await page.getByLabel('Name').fill('otto');
    await page.getByLabel('Password').fill('plum harbour violet engine');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'account and preferences' }).click();
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByRole('form', { name: 'Settings of the organization' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').allInnerTexts()).toEqual(['Organization']);
    await page.goto('/account');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await pressSequence(page, 'g', 'm');
    await page.getByRole('form', { name: 'Settings of the organization' }).waitFor();
  });

  it('has the present tab in view on a phone, and goes from one to the other', async () => {
    const page = await visits.enter('/administration/organization', PHONE);
    const tab = (name: string) => page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name, exact: true });
    const isInView = async (name: string) => {
      const box = await tab(name).boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 390;
    };
    await eventually(() => isInView('Organization')).toBe(true);
    await tab('Audit').tap();
    await page.getByRole('button', { name: 'Export' }).waitFor();
    await eventually(() => isInView('Audit')).toBe(true);
    await tab('Users').tap();
    await page.getByRole('region', { name: 'Users' }).waitFor();
    await eventually(() => isInView('Users')).toBe(true);
  });

  const PAGES: readonly (readonly [name: string, path: string, ready: (page: Page) => Promise<unknown>])[] = [
    ['organization', 'organization', (page) => page.getByRole('form', { name: 'Settings of the organization' }).waitFor()],
    ['organizations', 'organizations', (page) => page.getByRole('region', { name: 'Organizations' }).waitFor()],
    ['organization-add', 'organizations', (page) => page.getByRole('button', { name: 'Add an organization' }).click()],
    ['identity-providers', 'identity-providers', (page) => page.getByRole('link', { name: 'corp' }).waitFor()],
    ['identity-provider', 'identity-providers/provider/corp', (page) => page.getByRole('group', { name: 'Roles of soc' }).waitFor()],
    ['identity-provider-new', 'identity-providers/new', (page) => page.getByRole('button', { name: 'Add a group' }).click()],
    ['trust-domains', 'trust-domains', (page) => page.getByText('No workload asks by SPIFFE yet').waitFor()],
    ['trust-domain-new', 'trust-domains/new', (page) => page.getByRole('button', { name: 'Add a workload' }).click()],
    ['audit-export', 'audit', (page) => page.getByRole('button', { name: 'Export' }).click()],
  ];
  it.each(PAGES)('%s looks right in both themes', async (name, path, ready) => {
    const page = await visits.goOn(`/administration/${path}`);
    await ready(page);
    await looksRightInBothThemes(page, `${name}-1440`);
  });

  it.each(PAGES)('%s fits a phone of 390 px', async (name, path, ready) => {
    const page = await visits.goOn(`/administration/${path}`, PHONE);
    await ready(page);
    await fitsThePhone(page, name);
  });
});
