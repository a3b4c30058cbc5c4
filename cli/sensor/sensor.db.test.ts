// The commands as a person types them, against an API with a database of its own.
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../api/test/api.ts';
import type { TestApi } from '../../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../../api/test/database.ts';
import type { TestDatabase } from '../../api/test/database.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const run = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe.skipIf(serverUrl === '')('goshawk sensor', () => {
  let database: TestDatabase;
  let api: TestApi;
  let url = '';
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
    env = { ...process.env, GOSHAWK_API_URL: url, GOSHAWK_TOKEN: await api.token(['admin']) };
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const sensor = async (...words: string[]): Promise<Ended> => {
    try {
      return { code: 0, ...(await run(process.execPath, [MAIN, 'sensor', ...words], { env })) };
    } catch (error) {
      const { code, stdout, stderr } = error as Ended; // a status other than 0
      return { code, stdout, stderr };
    }
  };
  const send = async (token: string) =>
    (
      await fetch(`${url}/v2/events/bulk`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"events":["a line"]}',
      })
    ).status;

  it('enrols, lists, rotates and revokes', { timeout: 240_000 }, async () => {
    const enrolled = await sensor('enrol', '--name', 'web-01', '--format', 'nginx', '--silence', '15m', '--shipper', 'vector');
    const token = /token: (ghs_[\w-]{43})/.exec(enrolled.stdout)?.[1] ?? '';
    expect([enrolled.code, await send(token)]).toEqual([0, 202]);
    expect(enrolled.stdout).toContain(`endpoint: "${url}"`);
    expect(enrolled.stdout).not.toContain('filebeat');

    const listed = JSON.parse((await sensor('list', '--json')).stdout) as Record<string, unknown>;
    expect(listed).toMatchObject({ name: 'web-01', format: 'nginx', silenceSeconds: 900, topic: 'raw.default.gateway-sensors' });

    const rotated = JSON.parse((await sensor('rotate', 'web-01', '--overlap', '1h', '--json')).stdout) as { readonly credential: { readonly token: string } };
    expect([await send(token), await send(rotated.credential.token)]).toEqual([202, 202]);

    const forever = await sensor('enrol', '--name', 'web-02', '--silence', 'none', '--json');
    expect((JSON.parse(forever.stdout) as { readonly sensor: { readonly silenceSeconds: number | null } }).sensor.silenceSeconds).toBeNull();

    const dry = await sensor('revoke', 'web-01');
    expect([dry.code, dry.stdout, await send(token)]).toEqual([0, expect.stringContaining('--execute'), 202]);
    expect((await sensor('revoke', 'web-01', '--execute')).code).toBe(0);
    expect([await send(token), await send(rotated.credential.token)]).toEqual([401, 401]);
  });

  it('ends with 2 and says what to change', { timeout: 120_000 }, async () => {
    const bad = await sensor('enrol', '--name', 'A b');
    expect([bad.code, bad.stdout]).toEqual([2, '']);
    expect(bad.stderr).toContain('name: Lower-case letters');
    expect((await sensor('revoke', 'nobody')).code).toBe(2);
  });
});
