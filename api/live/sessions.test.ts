import { describe, expect, it } from 'vitest';
import type { Principal } from '../auth/tokens.ts';
import { LiveSessions } from './sessions.ts';

const limits = { liveConnections: 5, liveConnectionsPerOrganization: 3, liveConnectionsPerUser: 2 };
const of = (user: string, organization = 'default', expiresAt = 1_000): Principal => ({ user, organization, roles: [], permissions: new Set(), expiresAt });

/** The clock and the sweep are moved by hand. */
function open(more: { readonly nowMs?: () => number } = {}) {
  const revocations = new Map<Principal, () => void>();
  const state = { now: 0, isSweeping: false };
  const sessions = new LiveSessions(limits, {
    nowMs: () => state.now,
    every: () => {
      state.isSweeping = true;
      return { stop: () => (state.isSweeping = false) };
    },
    onRevoked: (principal, listener) => {
      revocations.set(principal, listener);
      return () => revocations.delete(principal);
    },
    ...more,
  });
  return { sessions, state, revocations };
}

describe('who is connected', () => {
  it('refuses one connection too many of a user, of an organization, and of all', () => {
    const { sessions } = open();
    const close = () => {};
    sessions.open(of('ann'), close);
    const second = sessions.open(of('ann'), close);
    expect(() => sessions.open(of('ann'), close)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    sessions.open(of('ann', 'other'), close); // another ann
    sessions.open(of('bob'), close);
    expect(() => sessions.open(of('eve'), close)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    second.end();
    second.end(); // counts once
    sessions.open(of('eve'), close);
    expect(() => sessions.open(of('eve'), close)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  });

  it('counts sockets also before anybody knows whose they are', () => {
    const { sessions } = open();
    const leave = Array.from({ length: 5 }, () => sessions.admit());
    expect(() => sessions.admit()).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    leave[0]!();
    leave[0]!();
    expect(sessions.sockets).toBe(4);
    sessions.admit();
  });

  it('closes at the second at which a token expires, and not before', () => {
    const { sessions, state } = open();
    const closed: string[] = [];
    sessions.open(of('ann', 'default', 100), (reason) => closed.push(`ann ${reason}`));
    sessions.open(of('bob', 'default', 200), (reason) => closed.push(`bob ${reason}`));
    state.now = 99_999;
    sessions.sweep();
    expect(closed).toEqual([]);
    state.now = 100_000;
    sessions.sweep();
    expect(closed).toEqual(['ann EXPIRED']);
  });

  it('stays until the newest token expires', () => {
    const { sessions, state } = open();
    const closed: string[] = [];
    const session = sessions.open(of('ann', 'default', 100), (reason) => closed.push(reason));
    session.renew(of('ann', 'default', 300));
    state.now = 299_000;
    sessions.sweep();
    expect(closed).toEqual([]);
    state.now = 300_000;
    sessions.sweep();
    expect(closed).toEqual(['EXPIRED']);
  });

  it.each([
    ['of another user', of('bob')],
    ['of the same name in another organization', of('ann', 'other')],
  ])('takes no token %s', (_name, other) => {
    const session = open().sessions.open(of('ann'), () => {});
    expect(() => session.renew(other)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it('closes when the token that holds is revoked, and not for one before it', async () => {
    const { sessions, revocations } = open();
    const closed: string[] = [];
    const [first, second] = [of('ann'), of('ann', 'default', 2_000)];
    const session = sessions.open(first, (reason) => closed.push(reason));
    const revokeFirst = revocations.get(first)!;
    session.renew(second);
    expect([...revocations.keys()]).toEqual([second]);
    revocations.get(second)!();
    await Promise.resolve();
    expect(closed).toEqual(['REVOKED']);
    session.end();
    revokeFirst();
    await Promise.resolve();
    expect(closed).toEqual(['REVOKED']);
  });

  it('sweeps only while somebody is connected', () => {
    const { sessions, state } = open();
    const session = sessions.open(of('ann'), () => {});
    expect(state.isSweeping).toBe(true);
    session.end();
    expect(state.isSweeping).toBe(false);
  });
});
