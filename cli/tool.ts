import { spawn } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { projectFolder } from '../local/project.ts';
import type { Io } from './command.ts';

/** Runs a tool of node_modules, or a file given by its whole path, in the project folder with our own terminal; gives its exit code, or the signal's when interrupted. */
export function runTool(name: string, args: readonly string[], { interruption }: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [resolvePath(projectFolder, 'node_modules/.bin', name), ...args], { cwd: projectFolder, stdio: 'inherit' });
    const stop = () => child.kill('SIGTERM');
    interruption.signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      interruption.signal.removeEventListener('abort', stop);
      resolve(interruption.code() ?? code ?? 1);
    });
  });
}
