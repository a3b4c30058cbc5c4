import { describe, expect, it } from 'vitest';
import { inOrganization } from './database.ts';
import { Parts } from './pipeline/parts.ts';
import type { DatabasePool } from '../store/queries/sql.ts';

/** A server that takes connections and statements and never answers. */
const frozen = {
  connect: async () => ({ escapeLiteral: (text: string) => `'${text}'`, query: () => new Promise(() => {}), release: () => {} }),
} as unknown as DatabasePool;
const answering = {
  connect: async () => ({ escapeLiteral: (text: string) => `'${text}'`, query: async () => ({ rows: [] }), release: () => {} }),
} as unknown as DatabasePool;

describe('a transaction', () => {
  const watch = (isUp: () => boolean) =>
    new Parts([{ name: 'database', kind: 'x', check: async () => ({ state: isUp() ? 'up' : 'down', version: null, detail: '' }) }], () => 1);

  it('gives what its work gives', async () => {
    expect(
      await inOrganization(
        answering,
        watch(() => true),
      )('default', async () => 7),
    ).toBe(7);
  });

  it('fails as its work fails', async () => {
    await expect(
      inOrganization(
        answering,
        watch(() => true),
      )('default', () => Promise.reject(new Error('mine'))),
    ).rejects.toThrow('mine');
  });

  it('is given up when the database is found away while it waits', async () => {
    let isUp = true;
    const parts = watch(() => isUp);
    const waiting = inOrganization(frozen, parts)('default', async () => 7);
    await parts.check(); // still up: it may just be a long query
    isUp = false;
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' }), parts.check()]);
  });

  it('is tried while the database is away: it may be back', async () => {
    const parts = watch(() => false);
    await parts.check();
    expect(await inOrganization(answering, parts)('default', async () => 7)).toBe(7);
  });
});
