import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('organizations over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  const OPERATOR = ['platform_admin'];

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database, { deps: { retentionDays: { events: 30, findings: 400, features: 90 }, openableNetworks: ['10.20.0.0/16'] } });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('show settings and how long rows are kept', async () => {
    const fields = 'id name mfaRoles sessionHours outboundHosts openableNetworks retention { eventDays findingDays featureDays }';
    const { data } = await api.graphql(`{ organization { ${fields} } }`, {}, ['viewer']);
    expect(data.organization).toEqual({
      id: 'default',
      name: 'Default',
      mfaRoles: [],
      sessionHours: null,
      outboundHosts: [],
      openableNetworks: ['10.20.0.0/16'],
      retention: { eventDays: 30, findingDays: 400, featureDays: 90 },
    });
  });

  it('keep what a change leaves out; null goes back to what the installation has', async () => {
    const change = async (parts: string) =>
      (await api.graphql(`mutation { changeOrganizationSettings(change: ${parts}) { name mfaRoles sessionHours outboundHosts } }`)).data
        .changeOrganizationSettings;
    expect(await change('{ mfaRoles: ["admin"], sessionHours: 8, outboundHosts: ["siem.internal", "10.0.0.0/8"] }')).toEqual({
      name: 'Default',
      mfaRoles: ['admin'],
      sessionHours: 8,
      outboundHosts: ['siem.internal', '10.0.0.0/8'],
    });
    expect(await change('{ sessionHours: null }')).toMatchObject({ mfaRoles: ['admin'], sessionHours: null });
  });

  it('are not changed over what somebody else has changed meanwhile', async () => {
    const { changedAt } = (await api.graphql('{ organization { changedAt } }')).data.organization;
    const change = (hours: number) =>
      api.graphql('mutation ($at: Time, $hours: Int) { changeOrganizationSettings(change: { sessionHours: $hours }, replaces: $at) { sessionHours } }', {
        at: changedAt,
        hours,
      });
    expect((await change(5)).data.changeOrganizationSettings).toEqual({ sessionHours: 5 });
    expect((await change(6)).errors?.[0]?.extensions.code).toBe('CONFLICT');
    const rest = (replaces: string) =>
      api.inject({ method: 'PATCH', url: `/auth/organization?replaces=${encodeURIComponent(replaces)}`, payload: { sessionHours: 9 } });
    expect((await rest(changedAt)).statusCode).toBe(409);
    expect((await rest((await api.inject({ url: '/auth/organization' })).json().changedAt)).json()).toMatchObject({ sessionHours: 9 });
    expect((await rest('yesterday')).statusCode).toBe(400);
  });

  it.each<[what: string, parts: string]>([
    ['nothing to change', '{}'],
    ['no name', '{ name: " " }'],
    ['sessions that never end', '{ sessionHours: 100000 }'],
    ['an address with a path', '{ outboundHosts: ["https://x.example/y"] }'],
    ['a role that is not there', '{ mfaRoles: ["ghost"] }'],
  ])('are refused %s', async (_what, parts) => {
    expect((await api.graphql(`mutation { changeOrganizationSettings(change: ${parts}) { id } }`)).errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
  });

  it('are made, with an invitation, and suspended by who runs the installation', async () => {
    const made = await api.graphql(
      'mutation { addOrganization(input: { id: "acme", name: "Acme", admin: { name: "wile" } }) { organization { id users suspendedAt } invitation { link invitation { name roles } } } }',
      {},
      OPERATOR,
    );
    expect(made.data.addOrganization).toEqual({
      organization: { id: 'acme', users: 0, suspendedAt: null },
      invitation: { link: expect.stringContaining('/invitation#gsi_'), invitation: { name: 'wile', roles: ['admin'] } },
    });
    const suspended = await api.graphql('mutation { changeOrganization(id: "acme", change: { suspended: true }) { suspendedAt } }', {}, OPERATOR);
    expect(suspended.data.changeOrganization.suspendedAt).toMatch(/Z$/);
    expect(await api.graphql('{ viewer { user } }', {}, ['admin'], 'acme')).toMatchObject({ code: 'ORGANIZATION_SUSPENDED' });
    expect((await api.graphql('{ organizations { id } }', {}, OPERATOR)).data.organizations).toEqual([{ id: 'acme' }, { id: 'default' }]);
    expect(
      (await api.graphql('mutation { changeOrganization(id: "default", change: { suspended: true }) { id } }', {}, OPERATOR)).errors?.[0]?.extensions.code,
    ).toBe('CONFLICT');
  });
});
