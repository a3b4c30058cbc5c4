// One writer for a file. The lock is a name that the system gives to one process at a time, and takes back when that process ends, however it ends.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { RetryableError } from '../../pipeline/core/errors.ts';

/**
 * @param giveUp How the holder is asked to give the lock back, as soon as nothing is under way: when another in this process asks for it. It may ask again.
 * @returns Gives it back. @throws RetryableError SINK_UNAVAILABLE while another process has it.
 */
export type Lock = (path: string, giveUp: () => Promise<void>) => Promise<() => Promise<void>>;

/** Of this process. */
const holders = new Map<string, () => Promise<void>>();

/** By an abstract socket of Linux, to which nobody connects; other systems keep no other process away. */
export const lock: Lock = async (path, giveUp) => {
  await holders.get(path)?.();
  const free = await name(path);
  holders.set(path, giveUp);
  return async () => {
    if (holders.get(path) === giveUp) holders.delete(path);
    await free();
  };
};

async function name(path: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return async () => {};
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0goshawk-file-sink-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new RetryableError('SINK_UNAVAILABLE', `Another worker writes to ${path}. It is waited for.`, { isAmbiguous: false }, { cause: error });
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}
