// The far side in a process of its own, so that its work is not counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

export interface Receiver {
  readonly port: number;
  /** Milliseconds before each answer from now on. */
  readonly delay: (ms: number) => void;
  readonly down: () => void;
  readonly up: () => void;
  /** Of `bulk-ids`: different ids that came, and ids that came in all. */
  readonly seen: () => Promise<readonly [distinct: number, all: number]>;
  readonly close: () => Promise<void>;
}

export async function openReceiver(kind: 'bulk' | 'bulk-ids' | 'hec' | 'tls', ...files: readonly string[]): Promise<Receiver> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('far-side.ts', import.meta.url)), kind, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const answered = async () => ((await once(lines, 'line')) as [string])[0];
  const say = (text: string | number) => void child.stdin.write(`${text}\n`);
  const port = Number(await answered());
  return {
    port,
    delay: say,
    down: () => say('down'),
    up: () => say('up'),
    async seen() {
      const told = answered();
      say('seen');
      const [distinct = 0, all = 0] = (await told).split(' ').map(Number);
      return [distinct, all];
    },
    async close() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
