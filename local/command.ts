import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly isMissing: boolean;
}
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 60;

/**
 * Runs a program to its end in a process group of its own, which is killed when the signal aborts or the time is over.
 * `output` holds the last 60 lines; `isMissing` says that there is no such program. Rejects only with the signal's reason.
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env, signal, timeoutMs, onLine } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...(cwd === undefined ? {} : { cwd }), env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const lines: string[] = [];
    let isMissing = false;
    const killGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended in the meantime.
      }
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(killGroup, timeoutMs);
    signal?.addEventListener('abort', killGroup, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      const push = (line: string) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine?.(line);
      };
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        parts.forEach(push);
      });
      stream.on('end', () => {
        if (rest !== '') push(rest);
      });
    }
    const end = (code: number) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', killGroup);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ code, output: lines.join('\n'), isMissing });
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      isMissing = error.code === 'ENOENT';
      lines.push(error.message);
      end(-1);
    });
    child.on('close', (code) => end(code ?? -1));
  });
}
