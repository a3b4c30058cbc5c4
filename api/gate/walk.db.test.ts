// Every route and every root field: without a token, with a role that may not, with one that may, and as another organization.
import type { InjectOptions } from 'fastify';
import { isListType, isNonNullType, isObjectType, isRequiredArgument } from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSchema } from '../graphql/schema.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import { noteAll, setAside } from '../test/dead-letters.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFindings, seedOrganization } from '../test/seed.ts';
import { accessOf, mayDo, PERMISSIONS } from './permissions.ts';
import { permissionsOfRole, ROLES } from './roles.ts';
import type { Role } from './roles.ts';

const SECRET = 'only-for-alpha';
const RULE_ID = '00000000-0000-4000-8000-0000000000bb';
const EXCEPTION_ID = '00000000-0000-4000-8000-0000000000cc';
const RULE = `title: ${SECRET}\nid: ${RULE_ID}\ntags: [attack.t1003]\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n`;
const SENSOR_ID = '00000000-0000-4000-8000-0000000000aa';
const schema: GraphQLSchema = await loadSchema();
const rootFields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({ type: type!.name, field })),
);

/** Fills in what a route needs to get past its validation. */
const requestOf = (name: string): InjectOptions => {
  const [method, url] = name.split(' ') as ['GET', string];
  return {
    method,
    url: url.replace(':id', name.includes('events') ? `${NOON}-${hexId(1)}` : '00000000-0000-4000-8000-000000000009').replace('/*', '/x'),
    ...(['POST', 'PUT'].includes(method) && { payload: {} }),
  };
};
const routes = Object.keys(PERMISSIONS).filter((name) => /^[A-Z]+ \//.test(name));
const isOpen = (name: string): boolean => ['public', 'loopback'].includes(accessOf(name) ?? '');
const rolesThatMayNot = (name: string): readonly Role[] => (isOpen(name) ? [] : ROLES.filter((role) => !mayDo(name, { permissions: permissionsOfRole(role) })));

describe.skipIf(serverUrl === '')('the gate', () => {
  let database: TestDatabase;
  let api: TestApi;
  let redriveId: string;

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'alpha');
    await seedOrganization(database.owner, 'beta');
    await seedEvents(database.owner, [
      { n: 1, organization: 'alpha', columns: { host_name: SECRET, user_name: SECRET, message: SECRET }, native: { text: SECRET } },
    ]);
    await seedFindings(database.owner, [{ n: 2, organization: 'alpha', columns: { title: SECRET, rule_id: SECRET } }]);
    await seedAlerts(database.owner, [
      {
        n: 3,
        organization: 'alpha',
        columns: {
          title: SECRET,
          events: JSON.stringify([{ id: hexId(1), time: NOON + 1_000_000, dataset: 'test.log', topic: `raw.alpha.${SECRET}`, partition: 0, offset: 1 }]),
        },
      },
    ]);
    await database.owner.query(
      `INSERT INTO goshawk.sensor (id, organization, name, access, source, topic, created_by) VALUES ($1, 'alpha', $2, 'token', $2, 'raw.alpha.gateway-' || $2, 'test')`,
      [SENSOR_ID, SECRET],
    );
    api = await openTestApi(database, {
      deps: {
        detection: {
          analyze: async () => ({ events: [], correlated: [] }),
          meets: async ({ documents }) => documents.map(() => true),
          tryRule: async (_text, documents) => documents.map(() => []),
          explain: async () => ({
            matches: false,
            rule: { key: '', title: '', file: '', version: '' },
            logsource: { holds: true, attributes: [] },
            detection: { holds: false, conditions: [], selections: [] },
            filters: [],
          }),
          fieldWarnings: async () => [],
        },
        tryLetters: async () => ({ outcome: 'passed', code: null, message: SECRET, isSame: false, outputs: [] }),
      },
    });
    await setAside(api, [{ organization: 'alpha', code: 'SECRET_CODE', message: SECRET, topic: `raw.alpha.${SECRET}`, value: SECRET }]);
    await noteAll(database, api);
    const asked = { method: 'POST', url: '/v2/dead-letters/redrive', payload: { filter: { topic: `raw.alpha.${SECRET}` }, execute: true } } as const;
    redriveId = (await api.inject(asked, ['admin'], 'alpha')).json().redrive.id;
    await api.inject({ method: 'POST', url: '/v2/threat-detection/rules', payload: { text: RULE } }, ['admin'], 'alpha');
    await database.owner.query(
      `INSERT INTO goshawk.exception (id, organization, rule_ids, conditions, owner, reason, created_by, created_at, expires_at)
       VALUES ($1, 'alpha', '{}', '{"User": "x"}', $2, $2, 'test', '2026-01-01', '2200-01-01')`,
      [EXCEPTION_ID, SECRET],
    );
    for (const [path, body] of [
      ['assets', { name: SECRET, kind: 'server' }],
      ['zones', { name: SECRET, cidr: '10.0.0.0/8', kind: 'internal' }],
    ] as const) {
      expect((await api.inject({ method: 'POST', url: `/v2/${path}`, payload: body }, ['admin'], 'alpha')).statusCode).toBe(201);
    }
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('knows every route that there is', () => {
    const declared = api.app.printRoutes({ commonPrefix: false, includeHooks: false });
    const found: string[] = [];
    const stack: string[] = [];
    for (const line of declared.split('\n')) {
      const match = /^((?:[│ ] {3})*)[├└]── (\S+) \((.+)\)$/.exec(line);
      if (match === null) continue;
      const depth = match[1]!.length / 4;
      stack.splice(depth, stack.length, match[2]!);
      const url =
        depth === 0
          ? match[2]!
          : stack
              .slice(0, depth + 1)
              .join('')
              .replace('//', '/');
      for (const method of match[3]!.split(', ')) if (method !== 'HEAD') found.push(`${method} ${url}`);
    }
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter((name) => accessOf(name) === undefined)).toEqual([]);
  });

  it('knows no route that there is not', () => {
    const missing = routes.filter((name) => {
      const [method, url] = name.split(' ') as [string, string];
      return !api.app.hasRoute({ method, url }) && !name.endsWith('*'); // files: of /docs, and of a dashboard that is built
    });
    expect(missing).toEqual([]);
  });

  describe.each(routes)('%s', (name) => {
    it('asks for a token, unless it is public', async () => {
      const { body } = await api.inject({ ...requestOf(name), headers: { accept: 'text/html' } }, null);
      expect(body.includes('UNAUTHENTICATED')).toBe(!isOpen(name));
    });

    it('refuses roles that may not, and no others', async () => {
      for (const role of ROLES) {
        const { statusCode } = await api.inject(requestOf(name), [role]);
        expect([role, statusCode === 403]).toEqual([role, rolesThatMayNot(name).includes(role)]);
      }
    });
  });

  // Subscriptions are walked in api/live/socket.db.test.ts.
  describe.each(rootFields.filter(({ type }) => type !== 'Subscription').map(({ type, field }) => [`${type}.${field.name}`, type, field] as const))(
    '%s',
    (name, type, field) => {
      const query = queryOf(type, field);

      it('asks for a token', async () => {
        expect((await api.inject({ method: 'POST', url: '/graphql', payload: { query } }, null)).statusCode).toBe(401);
      });

      it('refuses roles that may not, and no others', async () => {
        for (const role of ROLES) {
          const { errors = [] } = await api.graphql(query, {}, [role]);
          const codes = errors.map(({ extensions }) => extensions.code);
          expect([role, codes.includes('FORBIDDEN')]).toEqual([role, rolesThatMayNot(name).includes(role)]);
          expect(codes).not.toContain('UNEXPECTED');
        }
      });

      it('shows another organization nothing', async () => {
        expect(JSON.stringify(await api.graphql(query, {}, ['admin', 'platform_admin'], 'beta'))).not.toContain(SECRET);
      });
    },
  );

  it('would show the own organization what it has: the walk above finds something to hide', async () => {
    for (const name of [
      'events',
      'event',
      'findings',
      'finding',
      'findingsByRule',
      'alerts',
      'alert',
      'eventTop',
      'deadLetters',
      'deadLetter',
      'deadLetterReasons',
      'sensors',
      'sensor',
      'previewDeadLetters',
      'rules',
      'rule',
      'coverage',
      'exceptions',
      'exception',
    ]) {
      const { field } = rootFields.find((each) => each.field.name === name)!;
      const type = name === 'previewDeadLetters' ? 'Mutation' : 'Query';
      const answer = JSON.stringify(await api.graphql(queryOf(type, field), {}, ['admin'], 'alpha'));
      expect([name, answer.includes(SECRET)]).toEqual([name, true]);
    }
  });

  it.each(routes.filter((name) => name.startsWith('GET /v2/')))('%s shows another organization nothing', async (name) => {
    const {
      rows: [asset],
    } = await database.owner.query('SELECT id FROM goshawk.asset');
    const {
      rows: [zone],
    } = await database.owner.query('SELECT id FROM goshawk.zone');
    const ids: Record<string, string> = {
      assets: asset.id,
      zones: zone.id,
      'dead-letters': '0:0',
      redrives: redriveId,
      sensors: SENSOR_ID,
      rules: RULE_ID,
      exceptions: EXCEPTION_ID,
    };
    const [, , noun = '', below = ''] = name.split('/');
    const url = name.split(' ')[1]!.replace(':id', ids[noun === 'threat-detection' ? below : noun] ?? `${NOON + 1_000_000}-${hexId(1)}`);
    const [mine, theirs] = await Promise.all([api.inject({ url }, ['admin'], 'alpha'), api.inject({ url }, ['admin'], 'beta')]);
    expect(mine.statusCode).toBe(200);
    expect(theirs.body).not.toContain(SECRET);
    expect(theirs.statusCode).toBe(name.includes(':id') ? 404 : 200);
  });

  it("lets nobody change what is another organization's", async () => {
    const {
      rows: [asset],
    } = await database.owner.query('SELECT id FROM goshawk.asset');
    const put = await api.inject({ method: 'PUT', url: `/v2/assets/${asset.id}`, payload: { name: 'mine', kind: 'server' } }, ['admin'], 'beta');
    const end = await api.inject({ method: 'DELETE', url: `/v2/assets/${asset.id}` }, ['admin'], 'beta');
    const rule = await api.inject({ method: 'PUT', url: `/v2/threat-detection/rules/${RULE_ID}`, payload: { state: 'test' } }, ['admin'], 'beta');
    const exception = await api.inject({ method: 'DELETE', url: `/v2/threat-detection/exceptions/${EXCEPTION_ID}` }, ['admin'], 'beta');
    const { errors } = await api.graphql(`mutation { updateAlerts(ids: ["${hexId(3)}"], change: { status: closed }) { id } }`, {}, ['admin'], 'beta');
    expect([put, end, rule, exception].map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('reads through a role that has no right to the tables', async () => {
    const client = await database.pool.connect();
    try {
      for (const table of [
        'event',
        'finding',
        'alert',
        'asset',
        'app_user',
        'session',
        'audit',
        'sensor',
        'sensor_credential',
        'rule',
        'rule_set',
        'exception',
      ])
        await expect(client.query(`SELECT * FROM goshawk.${table}`)).rejects.toMatchObject({ code: '42501' });
      for (const view of ['event', 'finding', 'alert', 'asset', 'app_user', 'audit', 'rule', 'rule_version', 'exception'])
        await expect(client.query(`SELECT * FROM api.${view}`)).rejects.toMatchObject({ code: '42501' }); // without an organization
    } finally {
      client.release();
    }
  });
});

/** A query that asks a root field for all it has, three levels deep, with an argument for each that is required. */
function queryOf(type: string, field: GraphQLField<unknown, unknown>): string {
  const operation = type === 'Query' ? 'query' : type.toLowerCase();
  return `${operation} { ${field.name}${argumentsOf(field)} ${selection(field.type, 5)} }`;
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const args = field.args
    .filter((argument) => isRequiredArgument(argument) || argument.name === 'ids')
    .map((argument) => `${argument.name}: ${literal(argument.name, argument.type, field.name)}`);
  return args.length > 0 ? `(${args.join(', ')})` : '';
}

function literal(name: string, type: GraphQLInputType, field: string): string {
  if (isNonNullType(type)) return literal(name, type.ofType, field);
  if (isListType(type)) return `[${literal(name, type.ofType, field)}]`;
  switch (name) {
    case 'from':
      return '"2026-01-01T00:00:00Z"';
    case 'to':
      return '"2027-01-01T00:00:00Z"';
    case 'spanSeconds':
      return '86400';
    case 'field':
      return '"host.name"';
    case 'filter':
      return '{ code: "SECRET_CODE" }';
    case 'change':
      return field === 'updateRule' ? '{ state: test }' : '{ status: acknowledged }';
    case 'conditions':
      return '{ User: "x" }';
    case 'text':
      return JSON.stringify(RULE.replace(SECRET, 'walked'));
    case 'eventId':
      return `"${NOON + 1_000_000}-${hexId(1)}"`;
    case 'ruleIds':
      return '"rule-1"';
    case 'alertId':
      return `"${hexId(3)}"`;
    case 'input':
      if (field === 'addRule') return `{ text: ${JSON.stringify(RULE.replace(SECRET, 'walked').replace(/^id: .*\n/m, ''))} }`;
      if (field === 'trySensor') return '{ text: "walked" }';
      if (field === 'addException') return '{ ruleIds: [], conditions: { User: "x" }, owner: "walked", reason: "walked", expiresAt: "2026-03-02T00:00:00Z" }';
      return '{ name: "walked" }';
    case 'id':
    case 'ids':
      if (/[sS]ensor$/.test(field)) return `"${SENSOR_ID}"`;
      if (field === 'deadLetter') return '"0:0"';
      if (/[rR]ule$/.test(field)) return `"${RULE_ID}"`;
      if (/[eE]xception$/.test(field)) return `"${EXCEPTION_ID}"`;
      return field === 'event' ? `"${NOON + 1_000_000}-${hexId(1)}"` : field === 'finding' ? `"${NOON + 2_000_000}-${hexId(2)}"` : `"${hexId(3)}"`;
    default:
      throw new Error(`Say what ${field}(${name}) is to be asked with`);
  }
}

function selection(type: GraphQLOutputType, depth: number): string {
  const named = isNonNullType(type) || isListType(type) ? null : type;
  if (named === null) return selection((type as unknown as { readonly ofType: GraphQLOutputType }).ofType, depth);
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    const inner = selection(field.type, depth - 1);
    return inner === ' ' ? [] : [`${field.name}${argumentsOf(field)} ${inner}`];
  });
  return depth === 0 ? ' ' : `{ ${fields.join(' ')} }`;
}
