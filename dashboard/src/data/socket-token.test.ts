import { describe, expect, it } from 'vitest';
import { socketToken } from './socket-token.ts';

/** Gives `t1`, `t2`, ...: the next one when the present one is refused, or when `expire` was called. */
function tokens() {
  let n = 1;
  const asked: (string | undefined)[] = [];
  return {
    asked,
    expire: () => (n += 1),
    accessToken: async (refused?: string) => {
      asked.push(refused);
      if (refused === `t${n}`) n += 1;
      return `t${n}`;
    },
  };
}

describe('the token of the WebSocket', () => {
  it('is the present one for each connection', async () => {
    const { accessToken } = tokens();
    const token = socketToken(accessToken);
    expect(await token.connectionParams()).toEqual({ authorization: 'Bearer t1' });
    token.onClosed(1006);
    expect(await token.connectionParams()).toEqual({ authorization: 'Bearer t1' });
  });

  it('is another one after it was refused, and asked for once only', async () => {
    const { accessToken, asked } = tokens();
    const token = socketToken(accessToken);
    await token.connectionParams();
    token.onClosed(4403);
    expect(await token.connectionParams()).toEqual({ authorization: 'Bearer t2' });
    expect(await token.connectionParams()).toEqual({ authorization: 'Bearer t2' });
    expect(asked).toEqual([undefined, 't1', undefined]);
  });

  it('goes over the open socket when there is a newer one, once', async () => {
    const { accessToken, expire } = tokens();
    const token = socketToken(accessToken);
    await token.connectionParams();
    expect(await token.renewal()).toBeNull();
    expire();
    expect(JSON.parse((await token.renewal())!)).toEqual({ type: 'ping', payload: { authorization: 'Bearer t2' } });
    expect(await token.renewal()).toBeNull();
  });

  it('is none when nobody is signed in', async () => {
    const token = socketToken(async () => null);
    expect(await token.connectionParams()).toEqual({});
    expect(await token.renewal()).toBeNull();
    token.onClosed(4403);
    expect(await token.connectionParams()).toEqual({});
  });
});
