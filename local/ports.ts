import { createServer } from 'node:net';

// Below the ephemeral range of Linux (32768) and macOS (49152): no outgoing connection takes one between the probe and its use.
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;

/** True when `port` of `host` can be bound right now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port of 127.0.0.1: `preferred` when it is free, so that addresses survive a restart; never one of `taken`, to which it is added. */
export async function findPort(taken: Set<number>, preferred?: number): Promise<number> {
  for (let round = 0; round < 1000; round++) {
    const port = round === 0 && preferred !== undefined ? preferred : FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (taken.has(port) || !(await isPortFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No free port of 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}.`);
}
