// Many WebSockets in a process of their own, by hand: what a client costs must not be counted as the server's, nor slow it down.
// Reads one JSON line from stdin: where to go and what to say. Prints {"ready":n} when all have come in, and at the end of stdin what they heard.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Visit {
  readonly port: number;
  readonly path: string;
  readonly clients: number;
  /** The nth client says the messages of the (n modulo length)th. */
  readonly say: readonly (readonly string[])[];
  /** What each hears when it is in. */
  readonly until: string;
}
export interface Heard {
  readonly messages: number;
  /** From `sentAt` in a message to its arrival here, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const AT_ONCE = 50;
/** Longest piece of a mark that may be cut in two by the network. */
const TAIL = 40;
const MARK = /sentAt=(\d+\.?\d*);/g;

const lines = createInterface({ input: process.stdin });
const ended = once(lines, 'close');
const [line] = (await once(lines, 'line')) as [string];
const visit = JSON.parse(line) as Visit;
const delays: number[] = [];
const sockets: Socket[] = [];

let next = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < visit.clients) {
      const n = next++;
      await open(visit.say[n % visit.say.length] ?? []);
    }
  }),
);
process.stdout.write(`${JSON.stringify({ ready: sockets.length })}\n`);
await ended;
for (const socket of sockets) socket.destroy();
delays.sort((a, b) => a - b);
const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
process.stdout.write(`${JSON.stringify({ messages: delays.length, p50: at(0.5), p99: at(0.99), max: at(1) } satisfies Heard)}\n`);

async function open(messages: readonly string[]): Promise<void> {
  const socket = connect(visit.port, '127.0.0.1');
  const isIn = Promise.withResolvers<void>();
  let before = '';
  let last = '';
  let hasEntered = false;
  socket.on('data', (chunk) => {
    const text = before + chunk.toString('latin1');
    if (!hasEntered && text.includes(visit.until)) {
      hasEntered = true;
      isIn.resolve();
    }
    const now = performance.timeOrigin + performance.now();
    let end = 0;
    for (const match of text.matchAll(MARK)) {
      // A document may say it in two places.
      if (match[0] !== last) delays.push(now - Number(match[1]));
      last = match[0];
      end = match.index + match[0].length;
    }
    before = text.slice(Math.max(end, text.length - (hasEntered ? TAIL : 4_096)));
  });
  socket.on('close', () => isIn.reject(new Error('The server closed a connection')));
  socket.on('error', isIn.reject);
  await once(socket, 'connect');
  socket.write(
    `GET ${visit.path} HTTP/1.1\r\nHost: 127.0.0.1:${visit.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`,
  );
  for (const message of messages) socket.write(frame(message));
  await isIn.promise;
  isIn.promise.catch(() => {});
  sockets.push(socket);
}

/** Masked with zeros: RFC 6455 wants a mask from clients, and asks nothing of it. */
function frame(message: string): Buffer {
  const data = Buffer.from(message);
  const length = data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), data]);
}
