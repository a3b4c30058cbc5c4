// Every route and every field of GraphQL: as every role, as a role that an organization made, as a service account, without a token, and as
// another organization; each time what permissions.ts says, and nothing else.
import type { InjectOptions } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSchema } from '../graphql/schema.ts';
import { operationOf } from '../test/ask.ts';
import type { RootField } from '../test/ask.ts';
import { serverUrl } from '../test/database.ts';
import { openWorld, SECRET } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';
import { BODIES, CANNOT, literalsOf, SHOWS_NOTHING, urlOf } from '../test/walk-questions.ts';
import { accessOf, mayDo, PERMISSIONS } from './permissions.ts';
import { permissionsOfRole, ROLES } from './roles.ts';
import type { Permission } from './roles.ts';

const schema: GraphQLSchema = await loadSchema();
const rootFields: readonly RootField[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({ name: `${type!.name}.${field.name}`, field })),
);
/** What subscriptions tell is walked in api/live/; here, that each asks who may. */
const subscriptions = rootFields.filter(({ name }) => name.startsWith('Subscription.'));
const askable = rootFields.filter(({ name }) => !name.startsWith('Subscription.'));
const routes = Object.keys(PERMISSIONS).filter((name) => /^[A-Z]+ \//.test(name));
const isOpen = (name: string): boolean => ['public', 'loopback'].includes(accessOf(name) ?? '');
const isUnsafe = (name: string): boolean => !name.startsWith('GET ');

const OWN_ROLE: readonly Permission[] = ['alerts:read', 'alerts:work', 'users:read', 'roles:manage'];
const KEY_SCOPE: readonly Permission[] = ['events:read', 'events:send', 'sensors:manage'];

describe.skipIf(serverUrl === '')('the gate', () => {
  let world: World;
  let apiKey: string;

  const tokens = new Map<string, string>();
  const bearer = async (role: string) => {
    const token = tokens.get(role) ?? (await world.api.token([role]));
    tokens.set(role, token);
    return { authorization: `Bearer ${token}` };
  };
  /** Who asks, all in organization default. */
  const callers: readonly { readonly name: string; readonly permissions: ReadonlySet<Permission>; readonly headers: () => Promise<Record<string, string>> }[] =
    [
      ...ROLES.map((role) => ({ name: role, permissions: permissionsOfRole(role), headers: () => bearer(role) })),
      { name: 'a role of its own', permissions: new Set(OWN_ROLE), headers: () => bearer('walked') },
      { name: 'a service account', permissions: new Set(KEY_SCOPE), headers: async () => ({ 'x-api-key': apiKey }) },
      { name: 'a role that is not there', permissions: new Set(), headers: () => bearer('ghost') },
    ];

  beforeAll(async () => {
    world = await openWorld();
    const { api, database } = world;
    const made = async (url: string, payload: object) => (await api.inject({ method: 'POST', url, payload }, ['platform_admin'])).json();
    await made('/auth/roles', { name: 'walked', permissions: OWN_ROLE });
    const account = await made('/auth/service-accounts', { name: 'walker', roles: ['engineer'] });
    apiKey = (await made(`/auth/service-accounts/${account.id}/keys`, { permissions: KEY_SCOPE })).secret;
    expect(apiKey).toMatch(/^gsk_/);
    expect((await database.owner.query(`SELECT name FROM goshawk.role WHERE organization = 'default'`)).rows).toEqual([{ name: 'walked' }]);
  });
  afterAll(() => world.close());

  it('knows every route that there is', () => {
    const found = routesOf(world.api.app.printRoutes({ commonPrefix: false, includeHooks: false }));
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter((name) => accessOf(name) === undefined)).toEqual([]);
  });

  it('knows no route and no field that there is not', () => {
    const { app } = world.api;
    const gone = routes.filter((name) => {
      const [method, url] = name.split(' ') as [string, string];
      return !app.hasRoute({ method, url }) && !name.endsWith('*'); // files: of /docs, and of a dashboard that is built
    });
    const known = new Set([...rootFields.map(({ name }) => name), 'Query.__schema', 'Query.__type']);
    expect([...gone, ...Object.keys(PERMISSIONS).filter((name) => /^(Query|Mutation|Subscription)\./.test(name) && !known.has(name))]).toEqual([]);
  });

  it('gives an administrator of the installation all that one of an organization has', () => {
    for (const role of ROLES)
      if (role !== 'sensor') expect([...permissionsOfRole(role)].filter((name) => !permissionsOfRole('platform_admin').has(name))).toEqual([]);
  });

  describe.each(routes)('%s', (name) => {
    it('is refused to who may not, and to nobody else', async () => {
      const request: InjectOptions = { method: name.split(' ')[0] as 'GET', url: urlOf(name, null), ...(isUnsafe(name) && { payload: {} }) };
      const nobody = await world.api.inject({ ...request, headers: { accept: 'text/html' } }, null);
      expect(nobody.body.includes('UNAUTHENTICATED')).toBe(!isOpen(name));
      for (const caller of callers) {
        const answer = await world.api.inject({ ...request, headers: await caller.headers() }, null);
        const isRefused = answer.statusCode >= 400 && isGateRefusal(answer.body); // what describes the API speaks of permissions, too
        expect([caller.name, isRefused]).toEqual([caller.name, !isOpen(name) && !mayDo(name, caller)]);
        expect([caller.name, answer.statusCode]).not.toEqual([caller.name, 500]);
      }
    });
  });

  describe.each(askable)('$name', (root) => {
    it('is refused to who may not, and to nobody else', async () => {
      const ask = (depth: number) => ({ method: 'POST', url: '/graphql', payload: { query: operationOf(root, literalsOf(null), depth) } }) as const;
      expect((await world.api.inject(ask(1), null)).statusCode).toBe(401);
      for (const caller of callers) {
        const request = ask(caller === callers[0] ? DEEP : SHALLOW); // what is below is the same for all
        const { errors = [] } = (await world.api.inject({ ...request, headers: await caller.headers() }, null)).json<{ errors?: GraphqlError[] }>();
        const refused = errors.filter(({ message }) => isGateRefusal(message));
        expect([caller.name, refused.length > 0]).toEqual([caller.name, !mayDo(root.name, caller)]);
        expect([caller.name, errors.filter(({ extensions }) => BROKEN.has(extensions.code))]).toEqual([caller.name, []]);
      }
    });
  });

  it.each(subscriptions)('$name is refused to who may not, and to nobody else', async ({ name, field }) => {
    for (const caller of callers) {
      const context = { principal: { permissions: caller.permissions, roles: [caller.name] } };
      // Whoever gets past the gate fails for want of services.
      const refusal = await Promise.resolve()
        .then(() => field.subscribe!(undefined, {}, context, undefined as never))
        .then(() => '', String);
      expect([caller.name, isGateRefusal(refusal)]).toEqual([caller.name, !mayDo(name, caller)]);
    }
  });

  describe('another organization', () => {
    it('sees nothing and changes nothing by any route or field, with ids that it has guessed', async () => {
      const before = await world.alpha();
      const seen: string[] = [];
      const note = (name: string, body: string) => {
        if (body.includes(SECRET)) seen.push(`${name}: ${body.slice(0, 300)}`);
      };
      for (const name of routes.filter((each) => !isOpen(each))) note(name, (await askRoute(name, 'beta')).body);
      for (const root of askable) note(root.name, (await askField(root, 'beta')).body);
      expect(seen).toEqual([]);
      expect(await world.alpha()).toEqual(before);
    });
  });

  // The walk above would prove nothing if it asked for what is not there.
  describe('the organization itself', () => {
    it.each(routes.filter((name) => name.startsWith('GET ') && !isOpen(name) && !SHOWS_NOTHING.has(name)))('sees what it has by %s', async (name) => {
      const { statusCode, body } = await askRoute(name, 'alpha');
      expect([statusCode, body]).toEqual([200, expect.stringContaining(SECRET)]);
    });

    it.each(askable.filter(({ name }) => name.startsWith('Query.') && !SHOWS_NOTHING.has(name)))('sees what it has by $name', async (root) => {
      expect((await askField(root, 'alpha')).body).toContain(SECRET);
    });

    it('changes what it has by every mutation', async () => {
      // What ends a thing comes after what changes it, and what removes it last.
      const turn = (name: string) => (/remove|delete|retire/i.test(name) ? 2 : /revoke|end|cancel/i.test(name) ? 1 : 0);
      const mutations = askable.filter(({ name }) => name.startsWith('Mutation.') && CANNOT[name] === undefined);
      const failed: unknown[] = [];
      for (const root of mutations.toSorted((a, b) => turn(a.name) - turn(b.name))) {
        const { errors = [] } = (await askField(root, 'alpha')).json<{ errors?: GraphqlError[] }>();
        if (errors.length > 0) failed.push([root.name, errors[0]!.extensions.code, errors[0]!.message]);
      }
      expect(failed).toEqual([]);
    });
  });

  it('reads through a role that has no right to the tables', async () => {
    const client = await world.database.pool.connect();
    try {
      const { rows } = await world.database.owner.query(
        `SELECT t.table_schema AS schema, t.table_name AS name FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
         WHERE t.table_schema IN ('goshawk', 'api') AND c.column_name = 'organization' ORDER BY 1, 2`,
      );
      expect(rows.length).toBeGreaterThan(50);
      for (const { schema: where, name } of rows) {
        const seen = await client.query(`SELECT * FROM ${where}."${name}"`).then(
          (answer) => answer.rows,
          (error: { code: string }) => error.code,
        );
        // A view of an empty table needs not ask for whom.
        expect([where, name, seen]).toEqual([where, name, where === 'goshawk' || seen.length > 0 ? '42501' : []]);
      }
    } finally {
      client.release();
    }
  });

  const askRoute = (name: string, organization: string) =>
    world.api.inject(
      { method: name.split(' ')[0] as 'GET', url: urlOf(name, world.ids), ...(isUnsafe(name) && { payload: BODIES[name] ?? {} }) },
      ['admin'],
      organization,
    );
  const askField = (root: RootField, organization: string) =>
    world.api.inject({ method: 'POST', url: '/graphql', payload: { query: operationOf(root, literalsOf(world.ids)) } }, ['admin'], organization);
});

const DEEP = 5;
const SHALLOW = 2;

interface GraphqlError {
  readonly message: string;
  readonly extensions: { readonly code: string };
}
/** The question was wrong, or we are. */
const BROKEN = new Set(['UNEXPECTED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'QUERY_TOO_COMPLEX']);
/** Not what a handler refuses for another reason. */
const isGateRefusal = (text: string): boolean => text.includes('Needs the permission ');

/** `GET /v2/events/:id`, from the tree that fastify prints. */
function routesOf(tree: string): readonly string[] {
  const found: string[] = [];
  const stack: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^((?:[│ ] {3})*)[├└]── (\S+) \((.+)\)$/.exec(line);
    if (match === null) continue;
    const depth = match[1]!.length / 4;
    stack.splice(depth, stack.length, match[2]!);
    const path = stack.slice(0, depth + 1).join('');
    const url = depth === 0 ? match[2]! : path.replace('//', '/');
    for (const method of match[3]!.split(', ')) if (method !== 'HEAD') found.push(`${method} ${url}`);
  }
  return found;
}
