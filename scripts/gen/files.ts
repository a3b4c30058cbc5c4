// Every file that is written rather than kept by hand. A generator is a file in this folder; the folder is the registration.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectFolder, writeAtomically } from '../../local/project.ts';

/** The default export of `scripts/gen/<name>.ts`: gives the text of each file it is responsible for, by path from the project's root. */
export interface Generator {
  readonly name: string;
  readonly generate: () => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;
}

async function generateAll(): Promise<ReadonlyMap<string, string>> {
  const here = new URL('.', import.meta.url);
  const names = readdirSync(here)
    .filter((name) => name.endsWith('.ts') && name !== 'files.ts' && !name.endsWith('.test.ts'))
    .sort();
  const generators = await Promise.all(names.map(async (name) => ((await import(new URL(name, here).href)) as { default?: Generator }).default));
  const all = await Promise.all(generators.filter((generator) => generator !== undefined).map(async (generator) => generator.generate()));
  return new Map(all.flatMap((files) => [...files]));
}

const current = (file: string) => (existsSync(join(projectFolder, file)) ? readFileSync(join(projectFolder, file), 'utf8') : null);

/** Files whose text is not what would be written now. */
export async function staleFiles(): Promise<readonly string[]> {
  return [...(await generateAll())].filter(([file, text]) => current(file) !== text).map(([file]) => file);
}

/** Writes what differs and gives the names. */
export async function writeFiles(): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [file, text] of await generateAll()) {
    if (current(file) === text) continue;
    await mkdir(dirname(join(projectFolder, file)), { recursive: true });
    await writeAtomically(join(projectFolder, file), text);
    written.push(file);
  }
  return written;
}
