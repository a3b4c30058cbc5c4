// Against small APIs, each of another kind.
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openFarSide } from '../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../_contract/far-side.ts';
import { sinkDeps } from '../_contract/one-sink.ts';
import type { Pulled } from '../_source/index.ts';
import { KeptPositions } from '../_source/positions.ts';
import httpPoller from './index.ts';

const NEVER = new AbortController().signal;
const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function api(answer: (request: FarRequest, query: URLSearchParams) => FarAnswer, given: (url: string) => object) {
  const side = await openFarSide({ answer: (request) => answer(request, new URL(request.path, 'http://a').searchParams), throttled: { status: 429 } });
  closes.push(side.close);
  const { outbound, allow } = sinkDeps(side.outboundAllow);
  const config = httpPoller.config.parse({ url: `${side.url}/log`, ...given(side.url) });
  const deps = { log: pino({ level: 'silent' }), outbound, allow, connector: 'c', task: 0, organization: 'alpha', signal: NEVER, now: () => 1_000_000_000_000 };
  const positions = new KeptPositions();
  const poll = async (): Promise<Pulled & { readonly texts: readonly string[] }> => {
    const source = await httpPoller.source(config, deps); // anew each time: all it knows is in the positions
    const pulled = await source.poll(positions, NEVER);
    positions.apply(pulled.positions);
    return { ...pulled, texts: pulled.records.map(({ value }) => value.toString()) };
  };
  return { side, poll, positions, config, deps };
}
const page = (items: readonly number[], more: object = {}) => ({ status: 200, body: { items: items.map((id) => ({ id })), ...more } });
const shown = (ids: readonly number[]) => ids.map((id) => `{"id":${id}}`);

describe('an HTTP API', () => {
  it('whose last page is asked for again until it has something, as audit logs that are followed', async () => {
    const log = [1, 2, 3];
    const { poll } = await api(
      (_request, query) => {
        const after = Number(query.get('after') ?? 0);
        const items = log.filter((id) => id > after).slice(0, 2);
        return { ...page(items), headers: { link: `</log?after=${items.at(-1) ?? after}>; rel="next"` } };
      },
      () => ({ recordsAt: '/items', paging: 'link', progress: 'cursor', pollIntervalMs: 5_000, requestsPerMinute: 600 }),
    );
    expect(await poll()).toMatchObject({ texts: shown([1, 2]), waitMs: 100 });
    expect(await poll()).toMatchObject({ texts: shown([3]), waitMs: 100 });
    expect(await poll()).toMatchObject({ texts: [], waitMs: 5_000 });
    log.push(4);
    expect(await poll()).toMatchObject({ texts: shown([4]) });
  });

  it('that is asked for what is newer than the last, newest first, over pages', async () => {
    const log = [1, 2, 3, 4, 5];
    const { poll, side } = await api(
      (_request, query) => {
        const newer = log.filter((id) => id > Number(query.get('since'))).toReversed();
        const number = Number(query.get('p'));
        return page(newer.slice((number - 1) * 2, number * 2));
      },
      (url) => ({
        url: `${url}/log?since={since}`,
        recordsAt: '/items',
        paging: 'page',
        pageParameter: 'p',
        pageRecords: 2,
        progress: 'field',
        sinceAt: '/id',
        sinceStart: '0',
      }),
    );
    expect([(await poll()).texts, (await poll()).texts, (await poll()).texts]).toEqual([shown([5, 4]), shown([3, 2]), shown([1])]);
    log.push(6);
    expect((await poll()).texts).toEqual(shown([6]));
    expect(side.requests.map(({ path }) => path)).toEqual(['/log?since=0&p=1', '/log?since=0&p=2', '/log?since=0&p=3', '/log?since=5&p=1']);
  });

  it('that gives everything each time: what was there is left out', async () => {
    const items = [1, 2];
    const { poll } = await api(
      () => page(items),
      () => ({ recordsAt: '/items', idAt: '/id' }),
    );
    expect((await poll()).texts).toEqual(shown([1, 2]));
    items.push(3);
    expect((await poll()).texts).toEqual(shown([3]));
    expect(await poll()).toMatchObject({ texts: [], positions: [] });
  });

  it('of lines, by POST', async () => {
    const { poll, side } = await api(
      () => ({ status: 200, body: '{"a":12345678901234567890}\r\nplain\n' }),
      () => ({
        answer: 'ndjson',
        method: 'POST',
        body: '{"after":"{from}"}',
        progress: 'window',
        timeFormat: 'milliseconds',
        delaySeconds: 0,
        lookBackHours: 1,
        headers: ['X-Version: 2'],
      }),
    );
    expect((await poll()).texts).toEqual(['{"a":12345678901234567890}', 'plain']);
    expect(side.requests[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json', 'x-version': '2' } });
    expect(side.requests[0]!.body.toString()).toBe('{"after":"999996400000"}');
  });

  it('that asks for a token first, and refuses it once', async () => {
    let given = 0;
    const { poll, side } = await api(
      ({ path, headers, body }) => {
        if (path === '/token') {
          given += 1;
          const form = new URLSearchParams(body.toString());
          return form.get('client_secret') === 's3' && form.get('scope') === 'read'
            ? { status: 200, body: { access_token: `t${given}`, expires_in: 3_600 } }
            : { status: 401, body: { error: 'invalid_client' } };
        }
        return headers.authorization === 'Bearer t2' ? page([1]) : { status: 401 };
      },
      (url) => ({ recordsAt: '/items', auth: 'oauth', tokenUrl: `${url}/token`, clientId: 'c', clientSecret: 's3', scope: 'read' }),
    );
    expect((await poll()).texts).toEqual(shown([1]));
    expect(side.requests.map(({ path }) => path)).toEqual(['/token', '/log', '/token', '/log']);
  });

  it.each([
    ['basic', { username: 'u', password: 'p:w' }, 'authorization', `Basic ${Buffer.from('u:p:w').toString('base64')}`],
    ['bearer', { token: 't' }, 'authorization', 'Bearer t'],
    ['header', { token: 'SSWS x', tokenHeader: 'X-Api-Token' }, 'x-api-token', 'SSWS x'],
  ])('is shown who asks: %s', async (auth, more, header, value) => {
    const { poll, side } = await api(
      () => page([1]),
      () => ({ recordsAt: '/items', auth, ...more }),
    );
    await poll();
    expect(side.requests[0]!.headers[header]).toBe(value);
  });

  it('whose cursor has ended begins again from what is kept beside it', async () => {
    let isGone = false;
    const { poll } = await api(
      (_request, query) =>
        query.get('c') !== null && isGone ? { status: 410 } : page(query.get('c') === null ? [1, 2] : [3], query.get('c') === null ? { next: 'n' } : {}),
      () => ({ recordsAt: '/items', idAt: '/id', paging: 'cursor', nextAt: '/next', cursorParameter: 'c' }),
    );
    expect((await poll()).texts).toEqual(shown([1, 2]));
    isGone = true;
    expect((await poll()).texts).toEqual([]);
    isGone = false;
    expect((await poll()).texts).toEqual([]); // known
    expect((await poll()).texts).toEqual(shown([3]));
  });

  it('that names the same page without end is left after it', async () => {
    const { poll } = await api(
      () => page([1], { next: 'same' }),
      () => ({ recordsAt: '/items', paging: 'cursor', nextAt: '/next', cursorParameter: 'c', requestsPerMinute: 60, pollIntervalMs: 9_000 }),
    );
    expect(await poll()).toMatchObject({ waitMs: 1_000 });
    expect(await poll()).toMatchObject({ waitMs: 9_000 });
  });

  it.each([
    [{ status: 200, body: '<html>Sign in</html>' }, 'SOURCE_UNAVAILABLE'],
    [{ status: 200, body: '{"items":[{"id":1},' }, 'SOURCE_UNAVAILABLE'],
    [{ status: 200, body: { error: 'quota' } }, 'SOURCE_UNAVAILABLE'],
    [{ status: 302, headers: { location: 'https://other.example.com/' } }, 'SOURCE_MISCONFIGURED'],
    [{ status: 403 }, 'SOURCE_MISCONFIGURED'],
    [{ status: 200, body: `{"items":[{"t":"${'x'.repeat(5_000)}"}]}` }, 'SOURCE_MISCONFIGURED'],
  ])('is refused where the answer is %j', async (answer, code) => {
    const { poll } = await api(
      () => answer,
      () => ({ recordsAt: '/items', maxPageBytes: 4_096 }),
    );
    await expect(poll()).rejects.toMatchObject({ code });
  });

  it('may leave an empty list out, where that is said', async () => {
    const { poll } = await api(
      () => ({ status: 200, body: { total: 0 } }),
      () => ({ recordsAt: '/items', emptyWithout: true }),
    );
    expect((await poll()).texts).toEqual([]);
  });

  it('gives what is too large to be set aside', async () => {
    const { poll } = await api(
      () => ({ status: 200, body: `{"items":[{"t":"${'x'.repeat(1_050_000)}"},{"id":2}]}` }),
      () => ({ recordsAt: '/items', idAt: '/id' }),
    );
    const { texts, refused } = await poll();
    expect(texts).toEqual(shown([2]));
    expect(refused).toMatchObject([{ reason: 'too-large' }]);
  });
});
