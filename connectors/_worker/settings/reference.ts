// A place where a secret lies, as a configuration names it.

export type Reference =
  /** `${file:PATH:KEY}`: a key of a properties file; without one, the whole file. */
  | { readonly kind: 'file'; readonly path: string; readonly key: string | null }
  /** `${env:NAME}` */
  | { readonly kind: 'env'; readonly name: string };

const HOW =
  '${file:PATH:KEY} names a key of a properties file, ${file:PATH} a whole file, ${dir:FOLDER:FILE} a file of a folder, ${env:NAME} an environment variable';

/** True for text that Kafka Connect would look up somewhere. Placeholders of transforms, such as ${topic}, are none. */
export const holdsReference = (text: string): boolean => /\$\{(file|dir|env):/.test(text);

/** @returns The reference that the text is, wholly; or what is wrong with it, for people. Never repeats the text: it may be a secret. */
export function parseReference(text: string): Reference | string {
  const [, kind, rest = ''] = /^\$\{(file|dir|env):([^}]*)\}$/s.exec(text.trim()) ?? [];
  if (kind === undefined) return `A secret is not written into a configuration, but named: ${HOW}. Nothing may stand before or behind.`;
  if (kind === 'env') return rest === '' ? 'The reference names no variable.' : { kind, name: rest };
  // As Connect has it, the path ends at the first colon.
  const colon = rest.indexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const key = colon === -1 ? null : rest.slice(colon + 1);
  if (path === '') return 'The reference names no file.';
  if (kind === 'file') return key === '' ? 'The reference names no key behind the colon.' : { kind, path, key };
  if (key === null || key === '' || key.includes('/')) return 'A reference to a file of a folder reads ${dir:FOLDER:FILE}.';
  return { kind: 'file', path: `${path.replace(/\/+$/, '')}/${key}`, key: null };
}
