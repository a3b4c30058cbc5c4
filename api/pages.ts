// The dashboard's files, and what is said where there is nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './gate/gate.ts';
import { ApiProblem } from './gate/problem.ts';
import { unknownVersion } from './gate/versions.ts';

/**
 * Files with a hash in their name never change; every other address of a page is the application's, which reads it itself.
 * @param folder Null, or not there: the page says that the dashboard is not built.
 * @param methodsOf What an address takes; see openAllowedMethods.
 */
export async function registerPages(app: FastifyInstance, folder: string | null, methodsOf: (url: string) => readonly string[]): Promise<void> {
  const nothing = (request: FastifyRequest, reply: FastifyReply) => sendProblem(problemOf(request, methodsOf(request.url)), request, reply);
  // At once, so that nothing is said of a body or a header field that no route is there for.
  app.addHook('onRequest', async (request) => {
    if (request.is404 && !isPage(request)) throw problemOf(request, methodsOf(request.url));
  });
  if (folder === null || !existsSync(join(folder, 'index.html'))) {
    app.setNotFoundHandler(nothing);
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .send(
          '<!doctype html><title>Goshawk</title><p>The dashboard is not built. <code>npm start</code> builds it; the API serves: see <a href="/docs">/docs</a> and <a href="/graphql">/graphql</a>.',
        ),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    index: ['index.html'],
    schemaHide: true,
    setHeaders: (reply, path) => {
      reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => (isPage(request) ? reply.sendFile('index.html') : nothing(request, reply)));
}

/** An address of the dashboard's own, which reads it itself. */
const isPage = ({ method, headers, url }: FastifyRequest): boolean =>
  method === 'GET' &&
  (headers.accept ?? '').includes('text/html') &&
  !/^\/(v\d+|auth|graphql|live|health|metrics|docs|openapi\.json|assets|\.well-known)(\/|$|\?)/.test(url);

function problemOf({ url, method }: FastifyRequest, allowed: readonly string[]): ApiProblem {
  if (allowed.length > 0 && !allowed.includes(method))
    return new ApiProblem('METHOD_NOT_ALLOWED', `This address takes ${allowed.join(', ')}, not ${method}.`, { headers: { allow: allowed.join(', ') } });
  return unknownVersion(url) ?? new ApiProblem('NOT_FOUND', 'There is nothing at this address. /docs lists what there is.');
}
