// The dashboard as files, built when its sources changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FatalError } from '../pipeline/core/errors.ts';
import { runCommand } from './command.ts';
import { waitForLock } from './lock.ts';
import { cacheFolder, projectFolder } from './project.ts';
import type { Report } from './report.ts';

const source = join(projectFolder, 'dashboard');
const builds = join(cacheFolder, 'dashboard');
const KEPT_BUILDS = 3;

/** Everything that a build reads; the lockfile stands for the packages. */
function sourceHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(projectFolder, 'package-lock.json')));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(node_modules|dist|test)\//.test(file.slice(source.length)) && !/\.test\.tsx?$/.test(file))
    .sort();
  for (const file of files) hash.update(`\0${file.slice(source.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/**
 * The folder with the built files. Two processes may ask at once: one builds, the other waits.
 * @throws FatalError BUILD_FAILED with the last lines of the build; the signal's reason when it aborts.
 */
export async function ensureDashboard(report: Report, signal: AbortSignal): Promise<string> {
  const folder = join(builds, sourceHash());
  if (existsSync(folder)) return folder;
  const lock = await waitForLock(builds, signal, () => report.say('dashboard', 'Another command is building the dashboard; waiting for it.'));
  try {
    if (!existsSync(folder)) await build(folder, report, signal);
    return folder;
  } finally {
    lock.release();
  }
}

async function build(folder: string, report: Report, signal: AbortSignal): Promise<void> {
  report.say('dashboard', 'Building the dashboard.');
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  const vite = join(projectFolder, 'node_modules/vite/bin/vite.js');
  // The native loader, since the bundling one writes a file beside the packages.
  const result = await runCommand(process.execPath, [vite, 'build', '--configLoader', 'native', '--logLevel', 'warn', '--outDir', part, '--emptyOutDir'], {
    cwd: source,
    env: { ...process.env, NODE_ENV: 'production' },
    signal,
  });
  if (result.code !== 0) throw new FatalError('BUILD_FAILED', `The dashboard cannot be built:\n${result.output}`);
  await rename(part, folder);
  const old = (await readdir(builds))
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .sort((a, b) => statSync(join(builds, b)).mtimeMs - statSync(join(builds, a)).mtimeMs);
  await Promise.all(old.slice(KEPT_BUILDS).map((name) => rm(join(builds, name), { recursive: true, force: true })));
}
