// Commands about the installation that runs, against an API with a database of its own.
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestApi } from '../../api/test/api.ts';
import type { TestApi } from '../../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../../api/test/database.ts';
import type { TestDatabase } from '../../api/test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../../api/test/seed.ts';
import { runRules } from './test/run.ts';

const PATH = '/v2/threat-detection/rules';
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const text = (n: number, title: string) =>
  `title: ${title}\nid: ${id(n)}\nlogsource: {product: test}\ndetection: {s: {n: 1}, condition: s}\ntags: [attack.execution, attack.t1059.00${n}]\n`;

describe.skipIf(serverUrl === '')('rules of the installation', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    vi.stubEnv('GOSHAWK_API_URL', `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`);
    vi.stubEnv('GOSHAWK_TOKEN', await api.token(['engineer']));
    vi.stubEnv('DATABASE_URL', database.url);
    for (const [n, title] of [
      [1, 'First'],
      [2, 'Twin'],
      [3, 'Twin'],
    ] as const)
      expect((await api.inject({ method: 'POST', url: PATH, payload: { text: text(n, title), state: 'draft' } }, ['engineer'])).statusCode).toBe(201);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await api.close();
    await database.drop();
  });
  const stateOf = async (n: number) => (await api.inject({ url: `${PATH}/${id(n)}` }, ['viewer'])).json<{ state: string }>().state;

  it('go into another state by title or id', async () => {
    expect(await runRules(['promote', 'First', '--to', 'test'])).toMatchObject({
      code: 0,
      out: ['"First" goes from draft to test; it takes effect in ten seconds.'],
    });
    expect(await stateOf(1)).toBe('test');
    const { out } = await runRules(['promote', id(1), '--to', 'production'], true);
    expect(JSON.parse(out[0]!)).toEqual({ rule: id(1), title: 'First', from: 'test', to: 'production' });
    expect((await runRules(['promote', 'First', '--to', 'production'])).out).toEqual(['"First" is in production already.']);
  });
  it.each<[name: string, rule: string, says: RegExp]>([
    ['is not there', 'Nothing', /There is no rule "Nothing"\./],
    ['is only part of a title', 'Firs', /There is no rule "Firs": "First"/],
    ['is the title of two', 'Twin', /Several rules are called "Twin"; give an id/],
  ])('are left alone when what is meant %s', async (_name, rule, says) => {
    await expect(runRules(['promote', rule, '--to', 'test'])).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
  });

  it('are covered as another origin', async () => {
    const { out } = await runRules(['coverage', '--installed'], true);
    expect(JSON.parse(out[0]!)).toMatchObject({
      rules: 3,
      techniques: [{ technique: 'T1059.001', byOrigin: { installation: 1 } }, { technique: 'T1059.002' }, { technique: 'T1059.003' }],
    });
    expect(JSON.parse((await runRules(['coverage', '--installed', '--organization', 'other'], true)).out[0]!)).toMatchObject({ rules: 0, techniques: [] });
  });

  it('explain a stored event', async () => {
    await seedEvents(database.owner, [{ n: 1 }]);
    const { out } = await runRules(['explain', 'First', '--installed', `${NOON + 1_000_000}-${hexId(1)}`], true);
    expect(JSON.parse(out[0]!)).toMatchObject({ rule: { title: 'First' }, detection: { holds: true, selections: [{ of: { field: 'n', seen: ['1'] } }] } });
  });
  it('say that an event is not stored', async () => {
    await expect(runRules(['explain', 'First', '--installed', `${NOON}-${hexId(99)}`])).rejects.toMatchObject({
      code: 'INVALID_USAGE',
      message: /There is no event/,
    });
  });
});
