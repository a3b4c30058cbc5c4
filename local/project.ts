// Where things of a local installation lie. Downloads and builds always stay in the project; state goes where `--data` says.
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const stateFolder = join(projectFolder, '.goshawk');
export const cacheFolder = join(stateFolder, 'cache');

/** Absolute; `given` is relative to the caller's working directory. */
export const dataFolder = (given: string | undefined): string => (given === undefined ? join(stateFolder, 'data') : resolve(given));

/** Where a data folder keeps the ids of schemas, so that processes start while the registry is away. */
export const schemaCacheFile = (folder: string): string => join(folder, 'schemas.json');

/** Signed heads of the audit. */
export const auditFolderOf = (dataFolder: string): string => join(dataFolder, 'audit');
/** Signed reports of the ledger, one a day. */
export const reportFolderOf = (dataFolder: string): string => join(dataFolder, 'ledger');

let writes = 0;
/** Whole or not at all: written beside, then renamed. Of two at once, one wins whole. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}-${++writes}.part`;
  await writeFile(part, text);
  await rename(part, file);
}
