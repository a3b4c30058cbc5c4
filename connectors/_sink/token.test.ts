import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { openFarSide } from '../_contract/far-side.ts';
import type { FarAnswer } from '../_contract/far-side.ts';
import { testDeps } from '../_contract/test-sink.ts';
import { openFarClock } from './far-clock.ts';
import type { Answer } from './http.ts';
import { openTokens, requestToken, withToken } from './token.ts';

const HOUR = 3_600_000;

/** Tokens t1, t2, ... of an hour each; loading waits while `hold` is set. */
function counted() {
  let nowMs = 0;
  const state = { loads: 0, error: null as Error | null, hold: null as Promise<void> | null, at: (ms: number) => void (nowMs = ms) };
  const load = async () => {
    const nth = ++state.loads;
    await state.hold;
    if (state.error !== null) throw state.error;
    return { value: `t${nth}`, expiresAtMs: nowMs + HOUR };
  };
  return { state, tokens: openTokens(load, () => nowMs) };
}
const down = new RetryableError('SINK_UNAVAILABLE', 'Down.');
/** Until what was begun in the background has ended. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('tokens', () => {
  it('are fetched once for all who wait', async () => {
    const { state, tokens } = counted();
    const { promise, resolve } = Promise.withResolvers<void>();
    state.hold = promise;
    const waiting = Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    resolve();
    expect(await waiting).toEqual(['t1', 't1', 't1']);
    expect(state.loads).toBe(1);
  });

  it('are renewed before their end, without anybody waiting', async () => {
    const { state, tokens } = counted();
    await tokens.get();
    state.at(HOUR - 301_000);
    expect([await tokens.get(), state.loads]).toEqual(['t1', 1]);
    state.at(HOUR - 299_000);
    expect([await tokens.get(), await tokens.get(), state.loads]).toEqual(['t1', 't1', 2]);
    await settled();
    expect(await tokens.get()).toBe('t2');
  });

  it('that cannot be renewed hold to their end, and then the error is told', async () => {
    const { state, tokens } = counted();
    await tokens.get();
    state.error = down;
    state.at(HOUR - 200_000);
    expect(await tokens.get()).toBe('t1');
    await settled();
    expect([await tokens.get(), state.loads]).toEqual(['t1', 2]);
    state.at(HOUR - 169_000);
    await tokens.get();
    await settled();
    expect(state.loads).toBe(3);
    state.at(HOUR);
    await expect(tokens.get()).rejects.toBe(down);
    state.error = null;
    expect(await tokens.get()).toBe('t5');
  });

  it('that are refused are replaced once, however many saw the refusal', async () => {
    const { state, tokens } = counted();
    await tokens.get();
    tokens.refuse('t1');
    expect(await tokens.get()).toBe('t2');
    tokens.refuse('t1');
    expect([await tokens.get(), state.loads]).toEqual(['t2', 2]);
  });

  it('are tried once more when the far side answers 401, and no oftener', async () => {
    const { tokens } = counted();
    const sent: string[] = [];
    const answer = (status: number): Answer => ({ status, headers: {}, body: Buffer.alloc(0) });
    const send = (good: string) => (authorization: string) => {
      sent.push(authorization);
      return Promise.resolve(answer(authorization === good ? 200 : 401));
    };
    expect((await withToken(tokens, send('Bearer t2'))).status).toBe(200);
    expect((await withToken(tokens, send('none'))).status).toBe(401);
    expect(sent).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t2', 'Bearer t3']);
  });
});

describe('a token endpoint', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function ask(answer: FarAnswer) {
    const side = await openFarSide({ answer: () => answer, throttled: { status: 429 } });
    const test = testDeps(side.outboundAllow);
    test.nowMs = 1_000_000;
    closing.push(test.close, side.close);
    const token = requestToken(test.deps, {
      url: `${side.url}/token`,
      form: { grant_type: 'client_credentials', client_secret: 'hidden+/=' },
      secrets: ['hidden+/='],
    });
    return { token, side };
  }

  it('is asked by a form', async () => {
    const { token, side } = await ask({ status: 200, body: { access_token: 'abc', token_type: 'Bearer', expires_in: '120' } });
    expect(await token).toEqual({ value: 'abc', expiresAtMs: 1_120_000 });
    expect(side.requests[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(side.requests[0]!.body.toString()).toBe('grant_type=client_credentials&client_secret=hidden%2B%2F%3D');
  });

  it.each<[name: string, answer: FarAnswer, code: string, sentence: RegExp]>([
    [
      'refuses the secret',
      { status: 401, body: { error: 'invalid_client', error_description: 'secret hidden+/= is\r\nwrong' } },
      'SINK_MISCONFIGURED',
      /invalid_client secret \*\*\* is wrong$/,
    ],
    ['does not know the scope', { status: 400, body: { error: 'invalid_scope' } }, 'SINK_MISCONFIGURED', /invalid_scope/],
    ['is something else', { status: 200, body: '<html>' }, 'SINK_MISCONFIGURED', /something else/],
    ['is not there', { status: 404, body: 'no' }, 'SINK_MISCONFIGURED', /404/],
    ['is busy', { status: 429, headers: { 'retry-after': '7' }, body: {} }, 'SINK_UNAVAILABLE', /429/],
    ['is broken', { status: 500, body: 'no' }, 'SINK_UNAVAILABLE', /500/],
    ['says that it passes', { status: 400, body: { error: 'temporarily_unavailable' } }, 'SINK_UNAVAILABLE', /temporarily_unavailable/],
  ])('that %s', async (_name, answer, code, sentence) => {
    const { token } = await ask(answer);
    await expect(token).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) as string });
  });

  it('that does not answer has taken nothing of the sink', async () => {
    const { token, side } = await ask({ status: 200 });
    await side.fail('cut');
    await expect(token).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: false } });
  });
});

describe('the clock of the far side', () => {
  it.each([
    ['is believed when it is more than a minute off', 61_000, true, 61_000],
    ['is ours when it is less', 59_000, false, 0],
    ['may be behind', -3_600_000, true, -3_600_000],
  ])('%s', (_name, offMs, isChanged, aheadMs) => {
    const clock = openFarClock(() => 1_000_000_000);
    expect(clock.learn({ date: new Date(1_000_000_000 + offMs).toUTCString() })).toBe(isChanged);
    expect(clock.now()).toBe(1_000_000_000 + aheadMs);
    expect(clock.learn({ date: new Date(1_000_000_000 + offMs).toUTCString() })).toBe(false);
    expect(clock.learn({})).toBe(false);
  });
});
