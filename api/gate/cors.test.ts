import { afterEach, describe, expect, it } from 'vitest';
import { config as configSchema } from '../config.ts';
import { isOrigin } from './origin.ts';
import { openBehindTheGate } from './test/behind-the-gate.ts';
import type { BehindTheGate } from './test/behind-the-gate.ts';

const ORIGIN = 'https://soc.example.org';
let gate: BehindTheGate;
const open = async (corsOrigins: readonly string[] = [ORIGIN]) => (gate = await openBehindTheGate({ config: { corsOrigins: [...corsOrigins] } }));
afterEach(() => gate?.app.close());
const preflight = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' };

describe('a page of another origin', () => {
  it('that is named may call with credentials, and see what it needs to', async () => {
    const { app } = await open();
    const { headers, statusCode } = await app.inject({ url: '/auth/me', headers: { origin: ORIGIN, authorization: 'Bearer good' } });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': expect.stringContaining('x-request-id'),
      vary: expect.stringContaining('Origin'),
    });
  });

  it('that is named reads refusals too', async () => {
    const { app } = await open();
    const { headers, statusCode } = await app.inject({ url: '/auth/me', headers: { origin: ORIGIN } });
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
  });

  it('that is named asks once in two hours, without a token, also where the route is not known', async () => {
    const { app } = await open();
    for (const url of ['/auth/me', '/v2/whatever']) {
      const { headers, statusCode, body } = await app.inject({ method: 'OPTIONS', url, headers: { origin: ORIGIN, ...preflight } });
      expect([statusCode, body, headers['access-control-max-age']]).toEqual([204, '', '7200']);
      expect(headers['access-control-allow-methods']).toContain('PATCH');
      expect(headers['access-control-allow-headers']).toContain('authorization');
    }
  });

  it.each(['https://soc.example.org.evil.test', 'http://soc.example.org', 'https://soc.example.org:444', 'null', 'https://SOC.example.org'])(
    'named otherwise is not: %s',
    async (origin) => {
      const { app } = await open();
      const answer = await app.inject({ url: '/auth/me', headers: { origin, authorization: 'Bearer good' } });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      const asked = await app.inject({ method: 'OPTIONS', url: '/auth/me', headers: { origin, ...preflight } });
      expect([asked.statusCode, asked.json().code]).toEqual([403, 'ORIGIN_REFUSED']);
      expect(asked.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );
});

it('says nothing of origins where none is named', async () => {
  const { app } = await open([]);
  const { headers } = await app.inject({ url: '/health' });
  expect(headers['vary']).not.toContain('Origin');
});

it.each<[text: string, expected: boolean]>([
  ['https://a.example', true],
  ['http://127.0.0.1:5173', true],
  ['*', false],
  ['https://*.example', false],
  ['https://a.example/', false],
  ['https://a.example/path', false],
  ['https://a.example:443', false],
  ['null', false],
  ['a.example', false],
  ['ftp://a.example', false],
])('%s is an origin that can be named: %s', (text, expected) => {
  expect(isOrigin(text)).toBe(expected);
  expect(configSchema.safeParse({ corsOrigins: [text] }).success).toBe(expected);
});
