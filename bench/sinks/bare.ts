// The same bytes with nothing around them.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { cpuMicros } from '../figure.ts';
import type { Filled } from './documents.ts';

const BATCH = 1_000;
const ROUNDS = 60;

/** Batches of documents as bodies of requests, one after the other. @returns CPU of this process per document, microseconds. */
export async function barePosts(url: string, { values }: Filled): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const post = async (body: Buffer) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length } });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
  };
  const micros = await measured((from) => post(Buffer.concat(lines(values, from))));
  agent.destroy();
  return micros;
}

export async function bareTls(port: number, caFile: string, { values }: Filled): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(caFile) });
  await once(socket, 'secureConnect');
  const micros = await measured(
    (from) =>
      new Promise<void>((resolve) => {
        socket.write(Buffer.concat(lines(values, from)), () => resolve());
      }),
  );
  socket.destroy();
  return micros;
}

const NEWLINE = Buffer.from('\n');
const lines = (values: readonly Buffer[], from: number): readonly Buffer[] =>
  Array.from({ length: BATCH }, (_none, n) => values[(from + n) % values.length]!).flatMap((value) => [value, NEWLINE]);

async function measured(send: (from: number) => Promise<void>): Promise<number> {
  for (let round = 0; round < 10; round++) await send(round * BATCH);
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) await send(round * BATCH);
  return cpuMicros(before) / (ROUNDS * BATCH);
}
