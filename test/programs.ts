// Senders made by others that tests run as they are: installed, or packages of Debian unpacked into the folder that GOSHAWK_SENDERS names, so that
// nothing is changed on the system. CONTRIBUTING says how to get them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Program {
  readonly path: string;
  /** With what it needs to find libraries that came along. */
  readonly env: NodeJS.ProcessEnv;
  /** Where its libraries and modules may lie: folders that there are. */
  readonly libraries: readonly string[];
}

const FOLDERS = ['usr/sbin', 'usr/bin', 'bin'];
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu', 'usr/lib', 'usr/lib/syslog-ng'];

/** Null = it cannot be had here: the test is skipped. The unpacked one wins. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): Program | null {
  for (const root of [env.GOSHAWK_SENDERS ?? '', '/'].filter((each) => each !== '')) {
    const onPath = root === '/' ? (env.PATH ?? '').split(delimiter) : [];
    const path = [...FOLDERS.map((folder) => join(root, folder)), ...onPath].map((folder) => join(folder, name)).find((file) => existsSync(file));
    if (path === undefined) continue;
    const libraries = LIBRARIES.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
    return { path, libraries, env: root === '/' ? env : { ...env, LD_LIBRARY_PATH: libraries.join(delimiter) } };
  }
  return null;
}

/** Whether one of a program's folders has the file, below `folder`. */
export const hasModule = ({ libraries }: Program, folder: string, file: string): boolean =>
  libraries.some((library) => existsSync(join(library, folder)) && readdirSync(join(library, folder)).includes(file));

/** Starts it in the foreground, silent. What it gives back ends it and waits; to call it twice does no harm. */
export function startProgram({ path, env }: Program, args: readonly string[], more: NodeJS.ProcessEnv = {}): () => Promise<void> {
  const running = spawn(path, args, { env: { ...env, ...more }, stdio: 'ignore' });
  const gone = once(running, 'exit');
  return async () => {
    running.kill('SIGTERM');
    await gone;
  };
}

/** Where rsyslogd looks for modules. */
export const rsyslogModules = ({ libraries }: Program): string => libraries.map((folder) => join(folder, 'rsyslog')).join(delimiter);
