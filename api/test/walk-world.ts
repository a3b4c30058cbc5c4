// An organization that has something of everything, each with a word in it that nobody else may ever see.
import { randomBytes } from 'node:crypto';
import type { TestApi } from './api.ts';
import { openTestApi } from './api.ts';
import { openTestWorker } from './connect-worker.ts';
import type { TestWorker } from './connect-worker.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { noteAll, setAside } from './dead-letters.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFeatures, seedFindings, seedOrganization } from './seed.ts';

/** Fits wherever a name goes. */
export const SECRET = 'only-for-alpha';
export const RULE_ID = '00000000-0000-4000-8000-0000000000bb';
const rule = (title: string, id: string) =>
  `${title === '' ? '' : `title: ${title}\n`}${id === '' ? '' : `id: ${id}\n`}tags: [attack.t1003]\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n`;
/** Of nobody yet. */
export const NEW_RULE = rule('walked', '');
export const EVENT = `${NOON + 1_000_000}-${hexId(1)}`;
export const FINDING = `${NOON + 2_000_000}-${hexId(2)}`;
export const ALERT = hexId(3);

export interface World {
  readonly database: TestDatabase;
  readonly api: TestApi;
  /** Of things of organization alpha. */
  readonly ids: Readonly<
    Record<
      | 'asset'
      | 'zone'
      | 'redrive'
      | 'sensor'
      | 'exception'
      | 'user'
      | 'identity'
      | 'invitation'
      | 'serviceAccount'
      | 'key'
      | 'hunt'
      | 'note'
      | 'savedSearch'
      | 'subscription'
      | 'alertChange',
      string
    >
  >;
  /** A fingerprint of every row that belongs to alpha. */
  readonly alpha: () => Promise<Readonly<Record<string, string>>>;
  readonly close: () => Promise<void>;
}

export async function openWorld(): Promise<World> {
  const database = await openTestDatabase();
  for (const id of ['alpha', 'beta']) await seedOrganization(database.owner, id);
  const behind: { worker?: TestWorker } = {};
  const api = await openTestApi(database, {
    deps: {
      connectUrl: () => behind.worker?.url ?? null,
      detection,
      tryLetters: async () => ({ outcome: 'passed', code: null, message: SECRET, isSame: false, outputs: [] }),
    },
  });
  behind.worker = await openTestWorker(api, [`sink.alpha.${SECRET}.v1`]);
  await seedRows(database);
  const own = await seedThroughApi(database, api);
  const kept = await seedWork(database, api);
  await seedHuntMatch(database, kept.hunt);
  return {
    database,
    api,
    ids: { ...own, ...kept },
    alpha: () => fingerprints(database),
    async close() {
      await behind.worker?.close();
      await api.close();
      await database.drop();
    },
  };
}

const detection = {
  analyze: async () => ({ events: [], correlated: [] }),
  meets: async ({ documents }: { readonly documents: readonly unknown[] }) => documents.map(() => true),
  tryRule: async (_text: string, documents: readonly unknown[]) => documents.map(() => []),
  explain: async () => ({
    matches: false,
    rule: { key: '', title: '', file: '', version: '' },
    logsource: { holds: true, attributes: [] },
    detection: { holds: false, conditions: [], selections: [] },
    filters: [],
  }),
  explainCorrelation: async () => null,
  fieldWarnings: async () => [],
} as never;

async function seedRows({ owner }: TestDatabase): Promise<void> {
  await seedEvents(owner, [{ n: 1, organization: 'alpha', columns: { host_name: SECRET, user_name: SECRET, message: SECRET }, native: { text: SECRET } }]);
  await seedFindings(owner, [{ n: 2, organization: 'alpha', columns: { title: SECRET, rule_id: SECRET } }]);
  const events = [{ id: hexId(1), time: NOON + 1_000_000, dataset: 'test.log', topic: `raw.alpha.${SECRET}`, partition: 0, offset: 1 }];
  await seedAlerts(owner, [{ n: 3, organization: 'alpha', columns: { title: SECRET, events: JSON.stringify(events) } }]);
  await seedFeatures(owner, [{ organization: 'alpha', entity: SECRET }]);
}

async function seedThroughApi(database: TestDatabase, api: TestApi) {
  const made = async (url: string, payload: object): Promise<Record<string, string>> => {
    const response = await api.inject({ method: 'POST', url, payload }, ['admin'], 'alpha');
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
    return response.json();
  };
  await seedConnector(api);
  await setAside(api, [{ organization: 'alpha', code: 'SECRET_CODE', message: SECRET, topic: `raw.alpha.${SECRET}`, value: SECRET }]);
  await noteAll(database, api);
  const redrive = (await made('/v2/dead-letters/redrive', { filter: { topic: `raw.alpha.${SECRET}` }, execute: true })) as unknown as {
    redrive: { id: string };
  };
  await made('/v2/threat-detection/rules', { text: rule(SECRET, RULE_ID) });
  await made('/auth/roles', { name: SECRET, permissions: ['alerts:read'] });
  await api.inject({ method: 'PATCH', url: '/auth/organization', payload: { mfaRoles: [SECRET], outboundHosts: [`${SECRET}.example`] } }, ['admin'], 'alpha');
  // An address, so that no name server is asked.
  const provider = { label: SECRET, issuer: 'https://93.184.215.14', clientId: SECRET };
  await api.inject({ method: 'PUT', url: `/auth/identity-providers/${SECRET}`, payload: provider }, ['admin'], 'alpha');
  const bundle = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', use: 'jwt-svid', kid: SECRET }] };
  await api.inject({ method: 'PUT', url: `/auth/trust-domains/${SECRET}`, payload: { bundle, workloads: [] } }, ['admin'], 'alpha');
  await api.inject({ method: 'PATCH', url: `/v2/events/${EVENT}`, payload: { comment: SECRET } }, ['admin'], 'alpha');
  const user = (await made('/auth/users', { name: SECRET, roles: ['viewer'], password: `${randomBytes(12).toString('base64url')} of one` })).id!;
  const link = { method: 'POST', url: `/auth/identity-providers/${SECRET}/links`, payload: { subject: SECRET, user: SECRET } } as const;
  await api.inject(link, ['admin'], 'alpha');
  const account = await made('/auth/service-accounts', { name: SECRET, roles: ['viewer'] });
  return {
    redrive: redrive.redrive.id,
    asset: (await made('/v2/assets', { name: SECRET, kind: 'server' })).id!,
    zone: (await made('/v2/zones', { name: SECRET, cidr: '10.0.0.0/8', kind: 'internal' })).id!,
    sensor: ((await made('/v2/sensors', { name: SECRET, source: SECRET })) as unknown as { sensor: { id: string } }).sensor.id,
    user,
    identity: (await database.owner.query<{ id: string }>('SELECT id FROM goshawk.user_identity')).rows[0]!.id,
    invitation: (await made('/auth/invitations', { name: `${SECRET} too`, roles: ['viewer'] })).id!,
    serviceAccount: account.id!,
    key: (await made(`/auth/service-accounts/${account.id}/keys`, {})).id!,
  };
}

async function seedConnector(api: TestApi): Promise<void> {
  const config = `[{ name: "connector.class", value: "counting" }, { name: "topics", value: "sink.alpha.${SECRET}.v1" }]`;
  const { errors } = await api.graphql(`mutation { addConnector(name: "${SECRET}", config: ${config}) { name } }`, {}, ['admin'], 'alpha');
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
}

/** What people do on alerts and events. */
async function seedWork({ owner }: TestDatabase, api: TestApi) {
  const change = await api.graphql(`mutation { updateAlerts(ids: ["${ALERT}"], change: { note: "${SECRET}" }) { id } }`, {}, ['admin'], 'alpha');
  if (change.errors !== undefined) throw new Error(JSON.stringify(change.errors));
  const idOf = async (text: string, values: readonly unknown[] = []): Promise<string> => String((await owner.query(text, [...values])).rows[0].id);
  return {
    alertChange: await idOf(`SELECT id FROM goshawk.alert_change WHERE organization = 'alpha'`),
    note: await idOf(`SELECT id FROM goshawk.alert_note WHERE organization = 'alpha'`),
    exception: await idOf(
      `INSERT INTO goshawk.exception (organization, rule_ids, conditions, owner, reason, created_by, created_at, expires_at)
       VALUES ('alpha', '{}', '{"User": "x"}', $1, $1, 'test', '2026-01-01', '2200-01-01') RETURNING id`,
      [SECRET],
    ),
    savedSearch: await idOf(
      `INSERT INTO goshawk.saved_search (organization, owner, kind, name, query, columns, filter, is_shared, changed_by)
       VALUES ('alpha', 'tester', 'events', $1, $1, '{}', '{}', true, 'tester') RETURNING id`,
      [SECRET],
    ),
    subscription: await idOf(
      `INSERT INTO goshawk.subscription (organization, name, format, kinds, min_severity, datasets, query, enabled, description, created_by, changed_by)
       VALUES ('alpha', $1, 'ecs', '{event}', 'low', '{}', $1, true, $1, 'test', 'test') RETURNING id`,
      [SECRET],
    ),
    hunt: await idOf(
      `INSERT INTO goshawk.hunt (organization, name, query, datasets, range_from, range_to, severity, makes_alerts, position, events_total, created_by)
       VALUES ('alpha', $1, $1, '{}', '2026-01-01', '2026-02-01', 2, false, '2026-02-01', 0, 'test') RETURNING id`,
      [SECRET],
    ),
  };
}

async function seedHuntMatch({ owner }: TestDatabase, hunt: string): Promise<void> {
  await owner.query(`INSERT INTO goshawk.hunt_match VALUES ($1, decode($2, 'hex'), 'alpha', api.from_micros($3), decode($4, 'hex'), true)`, [
    hunt,
    hexId(2),
    NOON + 2_000_000,
    hexId(1),
  ]);
}

/** Tables of rows that belong to an organization by way of another table. */
const BY_PARENT: Readonly<Record<string, string>> = {
  sensor_credential: 'SELECT c.* FROM goshawk.sensor_credential c JOIN goshawk.sensor p ON p.id = c.sensor_id',
  api_key: 'SELECT c.* FROM goshawk.api_key c JOIN goshawk.service_account p ON p.id = c.service_account_id',
};

async function fingerprints({ owner }: TestDatabase): Promise<Readonly<Record<string, string>>> {
  const { rows } = await owner.query(
    `SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'goshawk' AND c.column_name = 'organization' AND t.table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const direct = rows.map(({ name }: { readonly name: string }) => [name, `SELECT p.* FROM goshawk.${name} p`] as const);
  const prints: Record<string, string> = {};
  for (const [name, text] of [...direct, ...Object.entries(BY_PARENT)]) {
    const found = await owner.query(`SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r::text), '') AS rows FROM (${text} WHERE p.organization = 'alpha') r`);
    prints[name] = found.rows[0].rows;
  }
  return prints;
}
