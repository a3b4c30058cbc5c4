// The far side of the bench, in a process of its own: takes what comes and says so, with as little work as can be. `far-side.ts KIND DELAY_MS [KEY CERT]`.
// Prints its port; every second line of standard input sets the delay, `down` ends its listening, `up` begins it again.
import { createReadStream, readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:tls';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [kind, key, cert] = process.argv.slice(2);
let delayMs = 0;
let port = 0;
const sockets = new Set<Socket>();
/** Ids that came, where they are asked for: more than one means twice. */
const seen = new Map<string, number>();

const NEWLINE = 0x0a;
function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

function answerBulk(request: IncomingMessage, response: ServerResponse): void {
  let lines = 0;
  const kept: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    lines += countLines(chunk);
    if (kind === 'bulk-ids') kept.push(chunk);
  });
  request.on('end', () => {
    const answer = () => {
      if (kind === 'bulk-ids')
        for (const [, id] of Buffer.concat(kept)
          .toString('latin1')
          .matchAll(/^\{"create":\{.*?"_id":"([^"]+)"/gm))
          seen.set(id!, (seen.get(id!) ?? 0) + 1);
      const item = '{"create":{"_index":"x","status":201}}';
      response.writeHead(200, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
      response.end(
        `{"took":1,"errors":false,"items":[${Array<string>(lines / 2)
          .fill(item)
          .join(',')}]}`,
      );
    };
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
}

function answerPost(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"text":"Success","code":0}');
  });
}

const server: Server =
  kind === 'tls'
    ? createTls({ key: readFileSync(key!), cert: readFileSync(cert!) }, (socket) => void socket.resume().on('error', () => {}))
    : createHttp(kind === 'hec' ? answerPost : answerBulk);
server.on('connection', (socket: Socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket)).on('error', () => {});
});
const listen = () => server.listen(port, '127.0.0.1');
server.once('listening', () => {
  ({ port } = server.address() as AddressInfo);
  process.stdout.write(`${port}\n`);
});
listen();

createInterface({ input: createReadStream('', { fd: 0 }) })
  .on('line', (line) => {
    if (line === 'down') {
      server.close();
      for (const socket of sockets) socket.destroy();
    } else if (line === 'up') listen();
    else if (line === 'seen') process.stdout.write(`${seen.size} ${[...seen.values()].reduce((sum, count) => sum + count, 0)}\n`);
    else delayMs = Number(line);
  })
  .on('close', () => process.exit());
