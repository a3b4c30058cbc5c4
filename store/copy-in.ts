import { once } from 'node:events';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyFrame } from './copy.ts';

const WRITE_AHEAD_BYTES = 1 << 20; // how far the encoder may be ahead of the server

/**
 * COPY of rows made by `CopyRows`, given piece by piece: the server works on one while the next is encoded. A piece must stay
 * as it is until this resolves or rejects.
 * @param columns As in the statement, comma-separated.
 * @returns Rows that the server took; they are in the transaction that the caller began.
 * @throws The server's error, after which the transaction must be rolled back.
 */
export async function copyIn(client: PoolClient, table: string, columns: string, pieces: Iterable<Buffer>): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`, { highWaterMark: WRITE_AHEAD_BYTES }));
  // It finishes when the server has answered and is ready again; an error of the server or the connection comes at any time.
  const finished = once(stream, 'finish');
  finished.catch(() => {}); // awaited below; it must not count as unhandled while pieces are still written
  stream.write(copyFrame.header);
  for (const piece of pieces) {
    if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), finished]);
  }
  stream.end(copyFrame.trailer);
  await finished;
  return stream.rowCount;
}
