// Through the API to a worker that asks the API who it is: one way, in the caller's name.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestWorker } from '../../test/connect-worker.ts';
import type { TestWorker } from '../../test/connect-worker.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

const SIEM = '[{ name: "connector.class", value: "counting" }, { name: "topics", value: "sink.default.ecs.v1" }]';

describe.skipIf(serverUrl === '')('connectors over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  let worker: TestWorker;
  let url: string | null = null;

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database, { deps: { connectUrl: () => url } });
    worker = await openTestWorker(api);
    ({ url } = worker);
  });
  afterAll(async () => {
    await worker.close();
    await api.close();
    await database.drop();
  });
  const codes = async (query: string, roles: readonly string[], organization?: string) =>
    (await api.graphql(query, {}, roles, organization)).errors?.map(({ extensions }) => extensions['code']);

  it('are made, seen with how they do, paused, and removed', async () => {
    const made = await api.graphql(`mutation { addConnector(name: "siem", config: ${SIEM}) { name plugin type config { name value } } }`, {}, ['engineer']);
    expect(made.data.addConnector).toEqual({
      name: 'siem',
      plugin: 'counting',
      type: 'SINK',
      config: expect.arrayContaining([{ name: 'topics', value: 'sink.default.ecs.v1' }]),
    });
    await vi.waitFor(() => expect(worker.crew.running()).toEqual(['worker:1 siem/0']));
    const task = worker.crew.tasks.find(({ spec }) => spec.connector === 'siem')!;
    task.progress = { ...task.progress, delivered: 7, owed: 2, lastError: { at: 1_772_366_400_000, message: 'Busy.' }, oldestOwedAt: 1_772_366_400_000 };
    await vi.waitFor(async () => {
      const { data } = await api.graphql(
        '{ connectors { name state tasks { id state worker trace } delivery { delivered owed lag lastError lastErrorAt oldestOwedAt possibleDuplicates } } }',
        {},
        ['analyst'],
      );
      expect(data.connectors).toEqual([
        {
          name: 'siem',
          state: 'RUNNING',
          tasks: [{ id: 0, state: 'RUNNING', worker: 'worker:1', trace: null }],
          delivery: {
            delivered: 7,
            owed: 2,
            lag: null,
            lastError: 'Busy.',
            lastErrorAt: '2026-03-01T12:00:00.000000Z',
            oldestOwedAt: '2026-03-01T12:00:00.000000Z',
            possibleDuplicates: 0,
          },
        },
      ]);
    });
    expect((await api.graphql('mutation { pauseConnector(name: "siem") { state } }', {}, ['engineer'])).data.pauseConnector.state).toBe('PAUSED');
    await vi.waitFor(() => expect(task.state).toBe('paused'));
    expect((await api.graphql('mutation { removeConnector(name: "siem") }', {}, ['engineer'])).data.removeConnector).toBe('siem');
    expect((await api.graphql('{ connector(name: "siem") { name } }', {}, ['engineer'])).data.connector).toBeNull();
    const { rows } = await database.owner.query(`SELECT actor, action, object FROM goshawk.audit WHERE action LIKE 'connector.%' ORDER BY seq`);
    expect(rows).toEqual(['create', 'pause', 'delete'].map((change) => ({ actor: 'tester', action: `connector.${change}`, object: 'siem' })));
  });

  it('tell a form what options there are, and what is wrong with each', async () => {
    const { data } = await api.graphql(
      '{ connectorPlugins { name type } connectorForm(plugin: "counting", config: [{ name: "tasks.max", value: "none" }, { name: "nonsense", value: "1" }]) { isValid options { name type isRequired group choices problems } } }',
    );
    expect(data.connectorPlugins).toContainEqual({ name: 'counting', type: 'SINK' });
    const byName = Object.fromEntries(data.connectorForm.options.map((option: { name: string }) => [option.name, option]));
    expect(data.connectorForm.isValid).toBe(false);
    expect(byName['tasks.max']).toMatchObject({ type: 'INT', problems: [expect.any(String)] });
    expect(byName['nonsense'].problems).toHaveLength(1);
    expect(byName['errors.tolerance'].choices).toEqual(['none', 'all']);
    const refused = await api.graphql('mutation { addConnector(name: "bad", config: [{ name: "connector.class", value: "counting" }]) { name } }');
    expect(refused.errors![0]!.extensions).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: expect.arrayContaining([{ pointer: '/config/topics', detail: expect.any(String) }]),
    });
  });

  it('are those of the own organization, and for who may', async () => {
    await api.graphql(`mutation { addConnector(name: "mine", config: ${SIEM}) { name } }`, {}, ['engineer']);
    expect((await api.graphql('{ connectors { name } }', {}, ['engineer'], 'acme')).data.connectors).toEqual([]);
    expect((await api.graphql('{ connector(name: "mine") { name } }', {}, ['engineer'], 'acme')).data.connector).toBeNull();
    expect(await codes('mutation { stopConnector(name: "mine") { name } }', ['engineer'], 'acme')).toEqual(['NOT_FOUND']);
    expect(await codes('mutation { stopConnector(name: "mine") { name } }', ['analyst'])).toEqual(['FORBIDDEN']);
    expect(await codes('mutation { configureConnector(name: "other", config: []) { name } }', ['engineer'])).toEqual(['INVALID_REQUEST']);
    expect(await codes('{ connectors { name } }', ['viewer'])).toEqual(['FORBIDDEN']);
    expect(await codes(`mutation { addConnector(name: "x", config: [{ name: "a", value: "1" }, { name: "a", value: "2" }]) { name } }`, ['engineer'])).toEqual([
      'INVALID_REQUEST',
    ]);
  });

  it('say so when no worker is known, or none answers', async () => {
    const known = url;
    url = null;
    expect(await codes('{ connectors { name } }', ['engineer'])).toEqual(['NOT_OFFERED']);
    url = 'http://127.0.0.1:1';
    expect(await codes('{ connectors { name } }', ['engineer'])).toEqual(['CONNECT_UNAVAILABLE']);
    url = known;
  });
});
