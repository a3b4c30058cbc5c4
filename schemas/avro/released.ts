// Schemas as files, for the gate: released versions, and a set of current ones that may lie elsewhere.
import { readdirSync, readFileSync } from 'node:fs';
import type { Released } from './evolution.ts';
import type { AvroRecord, AvroSchema } from './schema.ts';
import { fullNameOf, inlined, readSchemas } from './schema.ts';

const RELEASED = new URL('released/', import.meta.url);

/** Every released version, oldest first: `event.1.avsc` is version 1 of event. */
export function readReleased(dir: URL = RELEASED): readonly Released[] {
  const version = (file: string) => Number(/\.(\d+)\.avsc$/.exec(file)?.[1] ?? 0);
  return readdirSync(dir)
    .filter((file) => file.endsWith('.avsc'))
    .sort((a, b) => version(a) - version(b) || (a < b ? -1 : 1))
    .map((file) => ({ file, schema: inlined(JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as AvroRecord, []) as AvroRecord }));
}

/** The `.avsc` files of a folder by full name, references replaced by definitions. @throws Error for a name that is defined nowhere */
export function readCurrent(dir?: URL): ReadonlyMap<string, AvroSchema> {
  const all = [...readSchemas(dir).values()];
  return new Map(all.map((schema) => [fullNameOf(schema), inlined(schema, all)]));
}
