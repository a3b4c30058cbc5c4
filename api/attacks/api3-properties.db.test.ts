// OWASP API3 (2023), broken authorization of properties: what a caller may not set is refused, what nobody may read is in no answer, and a
// name that JavaScript knows is a name like any other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, PERMISSIONS } from '../gate/permissions.ts';
import { loadSchema } from '../graphql/schema.ts';
import { operationOf } from '../test/ask.ts';
import type { RootField } from '../test/ask.ts';
import { serverUrl } from '../test/database.ts';
import { BODIES, literalsOf, urlOf } from '../test/walk-questions.ts';
import { EVENT, openWorld } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

const schema = await loadSchema();
const roots: readonly RootField[] = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
);
const routes = Object.keys(PERMISSIONS).filter((name) => /^[A-Z]+ \/(v2|auth)/.test(name));
const isOpen = (name: string): boolean => accessOf(name) === 'public';
const unsafe = routes.filter((name) => /^(POST|PUT|PATCH) /.test(name));
/** Members of Object.prototype, which every plain object seems to have. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'] as const;

describe.skipIf(serverUrl === '')('properties', () => {
  let world: World;
  const ask = (method: string, url: string, payload?: object | string, organization = 'alpha') =>
    world.api.inject({ method, url, ...(payload !== undefined && { payload, headers: { 'content-type': 'application/json' } }) }, ['admin'], organization);
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  describe('that are not the caller’s to set', () => {
    it.each(unsafe)('are refused by %s, and so the organization is never a matter of a body', async (name) => {
      const [method = '', path] = [name.split(' ')[0], urlOf(name, null)];
      for (const member of ['organization', 'organizationId', 'tenant_id', 'createdBy', 'isAdmin', 'generation']) {
        const right = BODIES[name] ?? {};
        if (TAKES[name]?.includes(member)) continue;
        const { statusCode, body } = await ask(method, path, { ...right, [member]: 'beta' });
        expect([member, statusCode, body]).toEqual([member, expect.toSatisfy((status: number) => status >= 400 && status < 500), body]);
      }
    });

    it.each(['organization', 'tenant', 'org', 'user'])('are not believed in an address or a header: %s', async (member) => {
      const headers = { [`x-${member}`]: 'alpha', [`x-${member}-id`]: 'alpha', 'x-forwarded-user': 'alpha', 'x-goshawk-organization': 'alpha' };
      for (const url of ['/auth/me', '/v2/events', '/v2/alerts', '/v2/exports/events'])
        for (const [where, asked] of [
          ['address', { url: `${url}?${member}=alpha` }],
          ['header', { url, headers }],
        ] as const) {
          const { body } = await world.api.inject({ method: 'GET', ...asked }, ['admin'], 'beta');
          expect([where, url, /only-for-alpha|"organization":"alpha"/.test(body)]).toEqual([where, url, false]);
        }
    });
  });

  describe('that are nobody’s to read', () => {
    it('are in no answer: hashes of passwords, keys and tokens, sealed secrets', async () => {
      const { owner } = world.database;
      const columns = await owner.query<{ table: string; column: string }>(
        `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'goshawk' AND t.table_type = 'BASE TABLE' AND c.column_name ~ '(hash|secret|sealed|password|totp)' AND c.data_type IN ('bytea', 'text')
           AND c.table_name !~ '^(event|audit|evidence|dead_letter|finding)' -- hashes of what is shown anyway`,
      );
      expect(columns.rows.length).toBeGreaterThan(4);
      const secrets = new Set<string>();
      for (const { table, column } of columns.rows) {
        const { rows } = await owner.query<{ value: Buffer | string | null }>(`SELECT DISTINCT "${column}" AS value FROM goshawk."${table}" LIMIT 50`);
        for (const { value } of rows)
          if (Buffer.isBuffer(value) && value.length >= 16) for (const coding of ['hex', 'base64', 'base64url'] as const) secrets.add(value.toString(coding));
          else if (typeof value === 'string' && value.length >= 16) secrets.add(value);
      }
      expect([...secrets].some((text) => text.startsWith('$argon2id$'))).toBe(true);
      expect(secrets.size).toBeGreaterThan(3);
      const told: string[] = [];
      const look = (name: string, body: string) => {
        for (const secret of secrets) if (body.includes(secret)) told.push(`${name}: ${secret.slice(0, 12)}`);
      };
      for (const name of routes.filter((each) => each.startsWith('GET ') && !isOpen(each))) look(name, (await ask('GET', urlOf(name, world.ids))).body);
      for (const root of roots.filter(({ name }) => name.startsWith('Query.')))
        look(root.name, (await ask('POST', '/graphql', { query: operationOf(root, literalsOf(world.ids)) })).body);
      expect(told).toEqual([]);
    });
  });

  describe('whose names JavaScript knows', () => {
    const pristine = () => Object.fromEntries(Object.getOwnPropertyNames(Object.prototype).map((name) => [name, true]));
    const before = pristine();

    it.each(unsafe)('change no prototype by %s', async (name) => {
      const [method = '', path] = [name.split(' ')[0], urlOf(name, null)];
      for (const text of ['{"__proto__":{"polluted":"yes"}}', '{"constructor":{"prototype":{"polluted":"yes"}}}', '[{"__proto__":{"polluted":"yes"}}]'])
        expect([text, (await ask(method, path, text)).statusCode]).toEqual([text, expect.toSatisfy((status: number) => status < 500)]);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(pristine()).toEqual(before);
    });

    it.each(INHERITED)('are columns of an export that nothing has: %s', async (name) => {
      for (const kind of ['events', 'findings', 'alerts']) {
        for (const format of ['ndjson', 'csv']) {
          const { statusCode, body } = await ask('GET', `/v2/exports/${kind}?format=${format}&columns=id,${name}`);
          expect([kind, format, statusCode, /native code|\{\}|object Object/.test(body)]).toEqual([kind, format, 200, false]);
          expect(body).toMatch(format === 'csv' ? new RegExp(`^id,${name}\r\n[^\r\n]+,\r\n`) : /^\{"id":"[^"]+"\}\n/);
        }
        expect((await ask('GET', `/v2/exports/${kind}?format=parquet&columns=id,${name}`)).statusCode).toBe(200);
      }
    });

    it.each(INHERITED)('are fields that no event has, and names that nobody has: %s', async (name) => {
      const range = 'from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z"';
      const queries = [
        `{ eventTop(field: "${name}", ${range}) { name count } }`,
        ...[`${name}:x`, `${name}:*`, `${name}>1`, `${name}.${name}:x`, `host.${name}:x`, `event.severity:${name}`, `severity:${name}`].map(
          (search) => `{ events(filter: { search: ${JSON.stringify(search)} }) { edges { cursor } } }`,
        ),
        ...[`${name}:x`, `severity>=${name}`].flatMap((search) =>
          ['alerts', 'findings'].map((list) => `{ ${list}(filter: { search: ${JSON.stringify(search)} }) { edges { cursor } } }`),
        ),
        `{ fields(filter: { dataset: "${name}", search: "${name}" }) { edges { cursor } } }`,
        `{ searchCompletion(search: "${name}", caret: 3) { from } }`,
        `{ deadLetters(filter: { code: "${name}", stage: "${name}" }) { edges { cursor } } }`,
      ];
      for (const query of queries) {
        const { body } = await ask('POST', '/graphql', { query });
        expect([query, /UNEXPECTED|native code|"[0-9]+-[0-9a-f]{32}"/.test(body)]).toEqual([query, false]);
      }
      for (const url of [
        `/auth/identity-providers/${name}`,
        `/auth/trust-domains/${name}`,
        `/v2/events/${name}`,
        `/v2/alerts/${name}`,
        `/v2/quotas?organization=${name}`,
      ])
        expect([url, (await ask('GET', url)).statusCode]).toEqual([url, expect.toSatisfy((status: number) => status < 500)]);
      expect((await ask('POST', '/auth/roles', `{"name":"${name}","permissions":["alerts:read"]}`)).statusCode).toSatisfy((status: number) => status < 500);
      const as = (roles: readonly string[]) => world.api.inject({ url: '/v2/events' }, roles, 'alpha');
      expect((await as([name])).statusCode).toBe(403);
    });

    it('are kept out of an event that is patched, and out of work on alerts', async () => {
      const { statusCode } = await ask('PATCH', `/v2/events/${EVENT}`, '{"comment":"x","__proto__":{"status":"resolved"}}');
      expect(statusCode).toBe(400);
    });
  });
});

/** What these are for. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  'POST /auth/login': ['organization'],
  'POST /auth/passkeys/sign-in/options': ['organization'],
  'POST /auth/passkeys/sign-in': ['organization'],
};
