// Declared formats on disk.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../core/errors.ts';
import type { Decoder } from '../kit.ts';
import { declaredFormat } from './format.ts';

const IS_DECLARATION = /\.ya?ml$/;

/** @throws ConfigError INVALID_CONFIG with every problem of every file. */
export function declaredFormats(folder: string): readonly Decoder[] {
  let files: readonly string[];
  try {
    files = readdirSync(folder)
      .filter((file) => IS_DECLARATION.test(file))
      .sort();
  } catch (error) {
    throw new ConfigError('INVALID_CONFIG', `ingest.formatsFolder: ${folder} cannot be read: ${(error as Error).message}`);
  }
  return read(files.map((file) => join(folder, file)));
}
/** One declared format. @throws ConfigError INVALID_CONFIG with every problem. */
export const declaredFormatIn = (file: string): Decoder => read([file])[0]!;

function read(files: readonly string[]): readonly Decoder[] {
  const decoders: Decoder[] = [];
  const problems: string[] = [];
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`);
      continue;
    }
    const found = declaredFormat(text);
    if ('name' in found) {
      const same = decoders.findIndex(({ name }) => name === found.name);
      if (same >= 0) problems.push(`${file}: there is a format ${found.name} in ${files[same]} already`);
      decoders.push(found);
    } else problems.push(...found.map(({ line, message }) => `${file}:${line}: ${message}`));
  }
  if (problems.length > 0) throw new ConfigError('INVALID_CONFIG', problems.join('\n'));
  return decoders;
}
