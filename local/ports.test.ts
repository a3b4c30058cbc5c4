import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPort, isPortFree } from './ports.ts';

describe('ports', () => {
  const server = createServer();
  let busy: number;
  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    busy = (server.address() as AddressInfo).port;
  });
  afterEach(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  );

  it('tells a busy port from a free one', async () => {
    expect(await isPortFree(busy)).toBe(false);
    expect(await isPortFree(await findPort(new Set()))).toBe(true);
  });

  it('prefers the port of last time unless it is busy or taken', async () => {
    const free = await findPort(new Set());
    const taken = new Set<number>();
    expect(await findPort(taken, free)).toBe(free);
    expect(await findPort(taken, free)).not.toBe(free);
    expect(await findPort(taken, busy)).not.toBe(busy);
    expect(taken.size).toBe(3);
  });

  it('stays below the range from which outgoing connections take theirs', async () => {
    for (let i = 0; i < 20; i++) expect(await findPort(new Set())).toBeLessThan(32_768);
  });
});
