import { readdirSync, existsSync } from 'node:fs';
import { ConfigError } from './errors.ts';

/** Loads `<dir>/<name>/index.ts`. The folder is the registration; `names()` lists what there is. */
export async function load<T extends { readonly name: string }>(dir: URL, name: string): Promise<T> {
  const { default: member } = (await import(new URL(`${name}/index.ts`, dir).href)) as { default?: T };
  if (member?.name !== name) throw new ConfigError('NAME_MISMATCH', `${name}/ exports "${member?.name}"`);
  return member;
}

/** Members of a family: folders of `dir` that hold an index.ts, sorted. Folders that begin with `_` are not members. */
export function names(dir: URL): readonly string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_') && existsSync(new URL(`${entry.name}/index.ts`, dir)))
    .map((entry) => entry.name)
    .sort();
}
