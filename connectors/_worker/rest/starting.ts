// What is answered while a worker still reads what there is: as Kafka Connect does, so that probes and people see that it is coming.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Starting {
  /** Where it listens, and the worker is to listen. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** @param port 0 = any that is free. @throws the error of the system when it cannot listen. */
export async function serveStarting(host: string, port: number): Promise<Starting> {
  const server = createServer((request, response) => {
    const isHealth = request.url?.split('?')[0] === '/health';
    const body = isHealth
      ? { status: 'starting', message: 'Worker is still starting up.' }
      : { error_code: 503, message: 'The worker is starting. Ask again in a moment.' };
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' }).end(JSON.stringify(body));
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
