import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

const SAVE = 'mutation ($name: ID!, $input: TrustDomainInput!, $replaces: Time) { saveTrustDomain(name: $name, input: $input, replaces: $replaces)';
const BUNDLE = {
  keys: [
    { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', use: 'jwt-svid', kid: 'k1' },
    { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', use: 'jwt-svid' },
  ],
};
const WORKLOADS = [{ id: 'spiffe://prod.example/ns/soc/*', roles: ['viewer'] }];

describe.skipIf(serverUrl === '')('trust domains over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const save = async (name: string, input: object, replaces: string | null = null, fields = 'changedAt') => {
    const { data, errors } = await api.graphql(`${SAVE} { ${fields} } }`, { name, input, replaces });
    return { saved: data?.saveTrustDomain, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
  };

  it('are made from a bundle, say which keys it has, and for whom tokens must be', async () => {
    const { saved } = await save(
      'prod.example',
      { bundle: BUNDLE, workloads: WORKLOADS },
      null,
      'name endpoint bundle keys workloads { id roles } audience fetchedAt',
    );
    expect(saved).toEqual({
      name: 'prod.example',
      endpoint: null,
      bundle: BUNDLE,
      keys: ['k1', null],
      workloads: WORKLOADS,
      audience: 'urn:goshawk:00000000-0000-4000-8000-000000000001:default',
      fetchedAt: null,
    });
    expect((await api.graphql('{ trustDomains { name } trustDomain(name: "ghost") { name } }')).data).toEqual({
      trustDomains: [{ name: 'prod.example' }],
      trustDomain: null,
    });
  });

  it('are changed only by who has seen the last change, and removed', async () => {
    const { changedAt } = (await api.graphql('{ trustDomain(name: "prod.example") { changedAt } }')).data.trustDomain;
    expect((await save('prod.example', { bundle: BUNDLE, workloads: [] })).message).toBe('There is a trust domain of this name already.');
    const changes = [save('prod.example', { bundle: BUNDLE, workloads: [] }, changedAt), save('prod.example', { bundle: BUNDLE, workloads: [] }, changedAt)];
    expect((await Promise.all(changes)).flatMap(({ code }) => code ?? [])).toEqual(['CONFLICT']);
    expect((await api.graphql('mutation { removeTrustDomain(name: "prod.example") }')).data).toEqual({ removeTrustDomain: true });
    expect((await api.graphql('mutation { removeTrustDomain(name: "prod.example") }')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it.each<[what: string, name: string, change: object, code: string]>([
    ['a name with a scheme', 'spiffe://prod.example', {}, 'INVALID_REQUEST'],
    ['neither bundle nor endpoint', 'x', { bundle: null }, 'INVALID_REQUEST'],
    ['what is no bundle', 'x', { bundle: { keys: 1 } }, 'INVALID_REQUEST'],
    ['a bundle that is a list', 'x', { bundle: [] }, 'INVALID_REQUEST'],
    ['a bundle whose keys have no use', 'x', { bundle: { keys: [] } }, 'INVALID_REQUEST'],
    ['workloads of another domain', 'x', { workloads: WORKLOADS }, 'INVALID_REQUEST'],
    ['an endpoint inside', 'x', { bundle: null, endpoint: 'https://169.254.169.254/bundle' }, 'OUTBOUND_REFUSED'],
  ])('are refused %s', async (_what, name, change, code) => {
    expect((await save(name, { bundle: BUNDLE, workloads: [], ...change })).code).toBe(code);
  });
});
