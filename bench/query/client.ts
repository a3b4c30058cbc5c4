// Asks one address again and again over a few connections. Its own process, so that its work is not counted as the server's.
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Asking {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly times: number;
  readonly connections: number;
}

const asking = JSON.parse(await text(process.stdin)) as Asking;
const agent = new Agent({ keepAlive: true, maxSockets: asking.connections });
const headers = { ...asking.headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(asking.body)) };
const micros: number[] = [];
let left = asking.times;

const once = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const outgoing = request(asking.url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        micros.push((performance.now() - start) * 1_000);
        const body = Buffer.concat(chunks).toString();
        if (answer.statusCode !== 200 || body.includes('"errors"')) reject(new Error(`${answer.statusCode}: ${body.slice(0, 300)}`));
        else resolve();
      });
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(asking.body);
  });

await Promise.all(
  Array.from({ length: asking.connections }, async () => {
    while (left-- > 0) await once();
  }),
);
process.stdout.write(JSON.stringify(micros));
