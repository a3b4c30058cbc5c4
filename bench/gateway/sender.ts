// Sends bodies that are ready made, as fast as they are taken; a process of its own, so that its work is not counted as the receiver's.
// Reads one JSON line from stdin: what to send where. Ends when all of it has been answered, or handed to the socket where nobody answers.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly times: number;
}

const CONNECTIONS = 2;
const { url, headers, bodies, times } = JSON.parse(await text(process.stdin)) as Sending;
const buffers = bodies.map((body) => Buffer.from(body));
if (url.startsWith('tcp:')) await overTcp();
else await overHttp();

async function overTcp(): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  for (let n = 0; n < times; n += 1) for (const body of buffers) if (!socket.write(body)) await once(socket, 'drain');
  socket.end();
  await once(socket, 'close');
}

async function overHttp(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const work = async () => {
    while (next < times * buffers.length) {
      const body = buffers[next++ % buffers.length]!;
      await post(agent, body);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  agent.destroy();
}

async function post(agent: Agent, body: Buffer): Promise<void> {
  const sending = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } });
  sending.end(body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200 && response.statusCode !== 202) throw new Error(`${url} answered ${response.statusCode}: ${answer.slice(0, 300)}`);
  if (answer.includes('"errors":true')) throw new Error(`${url} refused items: ${answer.slice(0, 300)}`);
}
