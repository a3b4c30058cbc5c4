import { describe, expect, it } from 'vitest';
import { askApi } from './connect-caller.ts';

const ME = { name: 'eve', organization: 'acme', permissions: ['connectors:read'] };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function api(answer: (path: string, authorization: string) => { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> }) {
  const asked: string[] = [];
  const clock = { nowMs: 0 };
  const authorize = askApi({
    apiUrl: () => 'http://127.0.0.1:1',
    nowMs: () => clock.nowMs,
    fetch: async (url, init) => {
      const path = new URL(url as string).pathname;
      const { authorization } = init!.headers as { authorization: string };
      asked.push(`${path} ${authorization}`);
      const { status, body, headers = {} } = answer(path, authorization);
      return new Response(JSON.stringify(body ?? {}), { status, headers });
    },
  });
  return { asked, clock, authorize };
}

describe('who asks the worker', () => {
  it.each<[name: string, header: string, sent: string]>([
    ['a token', 'Bearer abc.def', 'Bearer abc.def'],
    ['an API key', 'Bearer gsk_123', 'Bearer gsk_123'],
    ['a token as the password of Basic', basic('anything:abc.def'), 'Bearer abc.def'],
  ])('is whom the API believes by %s', async (_name, header, sent) => {
    const { asked, authorize } = api(() => ({ status: 200, body: ME }));
    const caller = await authorize(header);
    expect(asked).toEqual([`/auth/me ${sent}`]);
    expect([caller.name, caller.organization, caller.may('connectors:read'), caller.may('connectors:manage'), caller.isPlatform]).toEqual([
      'eve',
      'acme',
      true,
      false,
      false,
    ]);
  });

  it.each<[name: string, header: string | undefined]>([
    ['nothing', undefined],
    ['another scheme', 'Digest abc'],
    ['a token with a line break', 'Bearer abc\r\nx: y'],
    ['Basic without a password', basic('abc')],
    ['a token without end', `Bearer ${'a'.repeat(9_000)}`],
  ])('is nobody by %s, and the API is not asked', async (_name, header) => {
    const { asked, authorize } = api(() => ({ status: 200, body: ME }));
    await expect(authorize(header)).rejects.toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
  });

  it.each<[name: string, status: number, refused: number]>([
    ['does not believe it', 401, 401],
    ['forbids it', 403, 401],
    ['has been asked too often', 429, 429],
    ['fails', 500, 503],
    ['is another thing', 404, 503],
  ])('is refused where the API %s', async (_name, status, refused) => {
    await expect(api(() => ({ status })).authorize('Bearer a')).rejects.toMatchObject({ status: refused });
  });

  it('is refused while nobody knows where the API is', async () => {
    await expect(askApi({ apiUrl: () => null, nowMs: () => 0 })('Bearer a')).rejects.toMatchObject({ status: 503 });
  });

  it('is remembered for five seconds, and then asked again: what was revoked is refused', async () => {
    let status = 200;
    const { asked, clock, authorize } = api(() => ({ status, body: ME }));
    await authorize('Bearer a');
    status = 401;
    clock.nowMs = 4_999;
    await authorize('Bearer a');
    expect(asked.length).toBe(1);
    clock.nowMs = 5_001;
    await expect(authorize('Bearer a')).rejects.toMatchObject({ status: 401 });
    await expect(authorize('Bearer a')).rejects.toMatchObject({ status: 401 });
    expect(asked.length).toBe(2);
  });

  it('is asked again at once when the API was away', async () => {
    let status = 503;
    const { authorize } = api(() => ({ status, body: ME }));
    await expect(authorize('Bearer a')).rejects.toMatchObject({ status: 503 });
    status = 200;
    expect((await authorize('Bearer a')).name).toBe('eve');
  });

  it('brings what the organization has opened, where it may see that', async () => {
    const of = (status: number) => api((path) => (path === '/auth/me' ? { status: 200, body: ME } : { status, body: { outboundHosts: ['siem:1'] } }));
    expect(await (await of(200).authorize('Bearer a')).outboundHosts()).toEqual(['siem:1']);
    expect(await (await of(403).authorize('Bearer a')).outboundHosts()).toEqual([]);
  });
});
