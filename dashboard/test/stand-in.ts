// An API for developing and testing the dashboard alone: the real schema over made data, and ways to break it. Never shipped.
// By hand: `node dashboard/test/stand-in.ts [port]`, then `GOSHAWK_API=http://127.0.0.1:<port> npm run dev --workspace dashboard`.
import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { GraphQLScalarType } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { Account, PASSWORD } from './stand-in-account.ts';
import { World } from './stand-in-world.ts';

export { PASSWORD };

export interface StandIn {
  readonly url: string;
  readonly world: World;
  readonly account: Account;
  /** Milliseconds that each GraphQL answer waits. */
  slowMs: number;
  /** While true every token is refused, and so is renewing one. */
  isSessionOver: boolean;
  /** While true the API takes no request at all; pages already loaded stay. */
  isGone: boolean;
  /** While true no WebSocket opens, and those that were open are cut. */
  isSocketAway: boolean;
  /** Operations answered so far, by name. */
  readonly asked: Map<string, number>;
  close(): Promise<void>;
}
interface Options {
  /** Built dashboard; pages are not found without it. */
  readonly folder?: string;
  readonly port?: number;
}

const SCHEMAS = new URL('../../api/graphql/*/schema.graphql', import.meta.url);
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** As the API sends it, so that what it forbids fails here too. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const plain = (name: string) => new GraphQLScalarType({ name });

export async function startStandIn({ folder, port = 0 }: Options = {}): Promise<StandIn> {
  const world = new World(Date.now());
  const schema = createSchema({
    typeDefs: globSync(SCHEMAS.pathname).map((file) => readFileSync(file, 'utf8')),
    resolvers: { ...world.resolvers, Time: plain('Time'), Count: plain('Count'), JSON: plain('JSON') } as never,
  });
  const yoga = createYoga({ schema, logging: false, maskedErrors: false });
  const tokens = new Set<string>();
  const sockets = new Set<Socket>();
  let isSocketAway = false;

  const server = createServer((request, response) => void handle(request, response));
  const webSockets = new WebSocketServer({ noServer: true });
  const ended = useServer({ schema, onConnect: ({ connectionParams }) => !standIn.isSessionOver && isKnown(connectionParams?.['authorization']) }, webSockets);
  const isKnown = (header: unknown) => typeof header === 'string' && tokens.has(header.replace('Bearer ', ''));

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    if (standIn.isGone || standIn.isSocketAway) socket.destroy();
    else webSockets.handleUpgrade(request, socket, head, (opened) => webSockets.emit('connection', opened, request));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    account: new Account(),
    slowMs: 0,
    isSessionOver: false,
    isGone: false,
    get isSocketAway() {
      return isSocketAway;
    },
    set isSocketAway(isAway) {
      isSocketAway = isAway;
      if (isAway) for (const socket of webSockets.clients) socket.terminate();
    },
    asked: new Map(),
    close: async () => {
      await ended.dispose();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' }).end(JSON.stringify(body));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (standIn.isGone) return void request.socket.destroy();
    response.setHeader('x-request-id', randomUUID());
    response.setHeader('content-security-policy', POLICY);
    const path = new URL(request.url ?? '/', standIn.url).pathname;
    if (path === '/graphql') return graphql(request, response);
    if (path.startsWith('/auth/')) return auth(path, request, response);
    if (path.startsWith('/v2/exports/')) return exported(path, request, response);
    return page(path, response);
  }

  async function graphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (standIn.isSessionOver || !isKnown(request.headers.authorization))
      return void json(response, 401, { code: 'UNAUTHENTICATED', detail: 'Send a valid token.' });
    const body = await read(request);
    const name = /(?:query|mutation) (\w+)/.exec(String(body['query']))?.[1] ?? '';
    standIn.asked.set(name, (standIn.asked.get(name) ?? 0) + 1);
    if (standIn.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, standIn.slowMs));
    const answer = await yoga.fetch(`${standIn.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }

  async function auth(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const hasCookie = /goshawk_refresh=\w/.test(request.headers.cookie ?? '');
    if (path === '/auth/oidc/logout') {
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'goshawk_refresh=; Path=/auth; HttpOnly; Max-Age=0' });
      return void response.end('{"url":null}');
    }
    if (path === '/auth/refresh') {
      if (!hasCookie || standIn.isSessionOver) return void json(response, 401, { code: 'SESSION_ENDED', detail: 'Log in again.' });
      return void json(response, 200, signedIn(response, 'admin'));
    }
    const answer = standIn.account.answer(request.method ?? 'GET', path, body);
    if (answer === undefined) return void json(response, 404, { code: 'NOT_FOUND', detail: 'The stand-in has no such route.' });
    if (answer.status === 429) response.setHeader('retry-after', '30');
    if (answer.status === 204) return void response.writeHead(204).end();
    json(response, answer.status, { ...answer.body, ...(answer.signsIn !== undefined && signedIn(response, answer.signsIn)) });
  }

  function signedIn(response: ServerResponse, user: string) {
    const accessToken = randomUUID();
    tokens.add(accessToken);
    response.setHeader('set-cookie', `goshawk_refresh=${randomUUID().replaceAll('-', '')}; Path=/auth; HttpOnly; SameSite=Strict`);
    return { accessToken, tokenType: 'Bearer', expiresIn: 900, user: { name: user, organization: 'default', roles: ['admin'] } };
  }

  /** A file that has the question in it; `error:` in a search is refused as the API refuses a search that it cannot read. */
  function exported(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (!isKnown(request.headers.authorization)) return void json(response, 401, { code: 'UNAUTHENTICATED', detail: 'Send a valid token.' });
    const asked = Object.fromEntries(new URL(request.url ?? '/', standIn.url).searchParams);
    if (asked['search']?.includes('error:')) return void json(response, 429, { code: 'QUOTA_EXCEEDED', detail: 'All exports of today are made.' });
    const name = `${path.split('/').at(-1)}.${asked['format']}`;
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` }).end(JSON.stringify(asked));
  }

  function page(path: string, response: ServerResponse): void {
    if (folder === undefined) return void response.writeHead(404).end();
    // Names of hosts and addresses have dots in them: their pages are no files.
    const isFile = extname(path) !== '' && !path.startsWith('/entities/');
    const wanted = !isFile ? 'index.html' : normalize(path).replace(/^(\.\.[/\\])+/, '');
    try {
      const file = join(folder, wanted);
      const bytes = readFileSync(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }
  return standIn;
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

if (import.meta.main) {
  const standIn = await startStandIn({ folder: new URL('../dist', import.meta.url).pathname, port: Number(process.argv[2] ?? 8090) });
  process.stdout.write(`${standIn.url}, password ${PASSWORD}\n`);
  setInterval(() => standIn.world.raise(), 25_000);
}
