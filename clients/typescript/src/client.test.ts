// What the client does when the API does not answer as one would like.
import { describe, expect, it, vi } from 'vitest';
import { ApiError, openClient } from './index.ts';

type Asked = { readonly url: string; readonly init: RequestInit };
/** An API that gives these answers, one after another. */
function answering(...answers: (Response | Error)[]) {
  const asked: Asked[] = [];
  const call = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as unknown as typeof fetch;
  return { asked, call };
}
const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers } });
const header = ({ init }: Asked, name: string) => (init.headers as Record<string, string>)[name];

describe('the client', () => {
  it('tries again what may be sent again, with the same key', async () => {
    const { asked, call } = answering(new Error('reset'), json(503, {}, { 'retry-after': '0' }), json(200, { items: [] }));
    const client = openClient({ url: 'http://x/', token: 't', fetch: call });
    vi.useFakeTimers();
    const answer = client.request('POST /v2/events/bulk', { body: { events: [{}] } });
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(await answer).toEqual({ items: [] });
    expect(asked.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => 'http://x/v2/events/bulk'));
    expect(new Set(asked.map((one) => header(one, 'idempotency-key'))).size).toBe(1);
    expect(header(asked[0]!, 'idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('gives up after its tries, and says that nobody answers', async () => {
    const { asked, call } = answering(new Error('one'), new Error('two'));
    const answer = openClient({ url: 'http://x', token: 't', fetch: call, retries: 1 }).request('GET /v2/status');
    await expect(answer).rejects.toMatchObject({ status: 0, code: 'NETWORK', detail: 'two' });
    expect(asked).toHaveLength(2);
  });
  it('does not try again what was refused for good', async () => {
    const { asked, call } = answering(json(403, { code: 'FORBIDDEN', title: 'No.', detail: 'Ask an admin.', requestId: 'r1' }));
    const answer = openClient({ url: 'http://x', token: 't', fetch: call }).request('GET /v2/status');
    await expect(answer).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN', detail: 'Ask an admin.', requestId: 'r1' });
    expect(asked).toHaveLength(1);
  });
  it('asks once for another token when one does not hold any more', async () => {
    const { asked, call } = answering(json(401, { code: 'UNAUTHENTICATED' }), json(200, { state: 'up' }));
    const tokens = ['old', 'new'];
    await openClient({ url: 'http://x', token: () => tokens.shift()!, fetch: call }).request('GET /v2/status');
    expect(asked.map((one) => header(one, 'authorization'))).toEqual(['Bearer old', 'Bearer new']);
  });
  it('makes an error of what is no problem document', () => {
    expect(new ApiError(502, '<html>')).toMatchObject({ code: 'UNKNOWN', message: 'The API answers 502.', errors: [] });
  });
  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const { call } = answering(json(429, {}, { 'retry-after': '60' }));
    const answer = openClient({ url: 'http://x', token: 't', fetch: call }).request('GET /v2/status', { signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(answer).rejects.toThrow('enough');
  });
});
