// Looks up what references name: only in the folders and variables that the worker's own configuration opens to an organization.
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, normalize, sep } from 'node:path';
import { ConfigError } from '../../../pipeline/core/errors.ts';
import { parseProperties } from './properties.ts';
import type { Reference } from './reference.ts';
import type { ConnectConfig } from './section.ts';

/** No secret is larger: a chain of certificates is some kilobytes. */
const MAX_FILE_BYTES = 65_536;

/** What one organization may name. */
export interface Secrets {
  /** What is wrong with the place that is named, without looking there; null = nothing. For people, with what would open it. */
  readonly refusal: (reference: Reference) => string | null;
  /** The same of a file that an option names: certificates, keys. */
  readonly fileRefusal: (path: string) => string | null;
  /** @throws ConfigError SINK_MISCONFIGURED when it may not be read, is not there, or is empty. Its message holds nothing of the value. */
  readonly resolve: (reference: Reference) => Promise<string>;
  /** Follows links. @throws ConfigError SINK_MISCONFIGURED when the file is outside or not there. */
  readonly checkFile: (path: string) => Promise<void>;
}

/** @param environment Of the worker. */
export function openSecrets(
  { secretFolders, secretVariables }: Pick<ConnectConfig, 'secretFolders' | 'secretVariables'>,
  organization: string,
  environment: Readonly<Record<string, string | undefined>>,
): Secrets {
  const folders = secretFolders.map((folder) => normalize(folder.replaceAll('<organization>', organization)).replace(/\/+$/, ''));
  // Dashes doubled, so that no organization's names begin as another's: acme_ and acme-x's acme__x_.
  const inCapitals = organization.toUpperCase().replaceAll('-', '__');
  const variables = secretVariables.map((pattern) => pattern.replaceAll('<ORGANIZATION>', inCapitals));

  const fileRefusal = (path: string): string | null => {
    if (!isAbsolute(path)) return `the path of a file begins at the root; files may lie in ${foldersInWords(folders)} (connect.secretFolders of the worker)`;
    if (path.includes('\0') || path.split('/').includes('..')) return 'a path may not go back with ..';
    if (folders.some((folder) => isWithin(normalize(path), folder))) return null;
    return `the file is outside of what the worker opens to connectors of ${organization}: ${foldersInWords(folders)} (connect.secretFolders)`;
  };
  const refusal = (reference: Reference): string | null => {
    if (reference.kind === 'file') return fileRefusal(reference.path);
    if (variables.some((pattern) => matches(pattern, reference.name))) return null;
    const open = variables.length === 0 ? 'none' : variables.join(', ');
    return `the variable is not among those that the worker opens to connectors of ${organization}: ${open} (connect.secretVariables)`;
  };

  /** The file behind all links, when that lies inside too: secrets of Kubernetes are links within their folder. */
  async function locate(path: string): Promise<string> {
    const refused = fileRefusal(path);
    if (refused !== null) throw misconfigured(`${path}: ${refused}.`);
    const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      throw misconfigured(`${path} cannot be read: ${error.code ?? 'unknown'}.`);
    });
    const realFolders = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
    if (!realFolders.some((folder) => folder !== null && isWithin(real, folder))) throw misconfigured(`${path} leads out of its folder.`);
    return real;
  }

  return {
    refusal,
    fileRefusal,
    checkFile: async (path) => void (await locate(path)),
    async resolve(reference) {
      const refused = refusal(reference);
      if (refused !== null) throw misconfigured(`${refused}.`);
      const value = reference.kind === 'env' ? environment[reference.name] : await fromFile(await locate(reference.path), reference);
      const where =
        reference.kind === 'env' ? `The variable ${reference.name}` : reference.key === null ? reference.path : `${reference.key} in ${reference.path}`;
      if (value === undefined) throw misconfigured(`${where} is not there.`);
      if (value === '') throw misconfigured(`${where} is empty.`);
      return value;
    },
  };
}

async function fromFile(real: string, { path, key }: Extract<Reference, { kind: 'file' }>): Promise<string | undefined> {
  const text = await readSmallFile(real, path);
  return key === null ? text.replace(/\r?\n$/, '') : parseProperties(text).get(key);
}

async function readSmallFile(real: string, path: string): Promise<string> {
  const file = await open(real, 'r').catch((error: NodeJS.ErrnoException) => {
    throw misconfigured(`${path} cannot be read: ${error.code ?? 'unknown'}.`);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw misconfigured(`${path} is no file.`);
    if (stat.size > MAX_FILE_BYTES) throw misconfigured(`${path} is larger than ${MAX_FILE_BYTES} bytes.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

const isWithin = (path: string, folder: string): boolean => path.startsWith(`${folder}${sep}`);
const foldersInWords = (folders: readonly string[]): string => (folders.length === 0 ? 'no folder' : folders.join(', '));

/** `*` at the end stands for a rest that begins with a letter or digit. */
function matches(pattern: string, name: string): boolean {
  if (!pattern.endsWith('*')) return name === pattern;
  const rest = name.slice(pattern.length - 1);
  return name.startsWith(pattern.slice(0, -1)) && /^[A-Za-z0-9][A-Za-z0-9_]*$/.test(rest);
}

const misconfigured = (message: string): ConfigError => new ConfigError('SINK_MISCONFIGURED', message);
