// The page at /graphql for browsers.
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

let page: { readonly html: string; readonly policy: string } | undefined;

/** One page with everything in it, which may run its own scripts and no others. */
export async function sendExplorer(reply: FastifyReply): Promise<FastifyReply> {
  page ??= await render();
  return reply.type('text/html; charset=utf-8').header('content-security-policy', page.policy).send(page.html);
}

async function render(): Promise<NonNullable<typeof page>> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Goshawk query explorer',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultQuery: '# Put {"authorization": "Bearer <token>"} under Headers; ./goshawk token makes one.\n{ viewer { user organization roles } }\n',
  });
  const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`);
  return {
    html,
    policy: `default-src 'none'; script-src ${scripts.join(' ')} blob:; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
