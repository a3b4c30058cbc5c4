// What a stage process in production serves on a port of its own: its numbers, and whether it runs.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { ConfigError } from '../pipeline/core/errors.ts';

export interface MetricsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** `/metrics` as Prometheus reads it, `/health` = this process runs, `/health/ready` = its state is back. @throws ConfigError PORT_IN_USE. */
export async function serveMetrics(
  registry: Registry,
  { host, port, isReady }: { readonly host: string; readonly port: number; readonly isReady: () => boolean },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) => response.writeHead(status, { 'content-type': type }).end(body);
    const path = (request.url ?? '').split('?')[0];
    if (path === '/metrics')
      void registry.metrics().then(
        (text) => answer(200, registry.contentType, text),
        (error: unknown) => answer(500, 'text/plain', String(error)),
      );
    else if (path === '/health') answer(200, 'application/json', '{"status":"up"}');
    else if (path === '/health/ready') answer(isReady() ? 200 : 503, 'application/json', `{"status":"${isReady() ? 'ready' : 'not ready'}"}`);
    else answer(404, 'text/plain', 'There are /metrics, /health and /health/ready.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new ConfigError('PORT_IN_USE', `Port ${port} is taken. Choose another with --metrics-port, or 0 for any.`) : error),
    );
    server.listen(port, host, resolve);
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
