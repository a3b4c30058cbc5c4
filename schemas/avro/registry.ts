// Schema ids: from the registry once, then from a file, so that a process starts while the registry is away.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { SchemaIds } from './codec.ts';
import { CodecError, ourSchemas, registeredText } from './codec.ts';
import type { AvroSchema } from './schema.ts';
import { inlined } from './schema.ts';

/** Subject = full name of the record: one schema has one id on whatever topic it travels, which is what `forward` needs. */
interface Cache {
  readonly ours: Record<string, { text: string; id: number }>;
  readonly texts: Record<string, string>;
}

/** The registry did not answer. `code` as in the table of errors. */
export class RegistryError extends Error {
  readonly code = 'REGISTRY_UNAVAILABLE';
  constructor(url: string, options?: ErrorOptions) {
    super(`The schema registry at ${url} does not answer. Start it, or check SCHEMA_REGISTRY_URL.`, options);
    this.name = 'RegistryError';
  }
}

/**
 * @param options.url Address with the path of the Confluent API.
 * @param options.cacheFile Where ids and schemas are kept; absent = nowhere.
 * @param options.refresh Ask the registry even when the file knows everything: for the process that registers.
 * @throws RegistryError when an id is neither in the file nor to be had; Error with the registry's reason when it refuses a schema as incompatible.
 */
export async function openRegistry({
  url,
  cacheFile,
  refresh = false,
}: {
  readonly url: string;
  readonly cacheFile?: string;
  readonly refresh?: boolean;
}): Promise<SchemaIds> {
  const cache = readCache(cacheFile);
  const registry = new SchemaRegistry({ host: url, retry: { retries: 2, initialRetryTimeInSecs: 0.2, factor: 0, multiplier: 2 } });
  const writers = new Map<number, AvroSchema>();
  const remember = (id: number, text: string) => writers.set(id, inlined(JSON.parse(text) as AvroSchema, []));
  let isChanged = false;

  for (const fullName of ourSchemas().keys()) {
    const text = registeredText(fullName);
    const known = cache.ours[fullName];
    if (known?.text === text && !refresh) continue;
    const { id } = await registry
      .register({ type: SchemaType.AVRO, schema: text }, { subject: fullName, compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE })
      .catch((cause: unknown) => {
        if (isRefusal(cause)) throw new Error(`The registry refuses ${fullName}: ${(cause as Error).message}`, { cause });
        throw new RegistryError(url, { cause });
      });
    cache.ours[fullName] = { text, id };
    cache.texts[String(id)] = text;
    isChanged = true;
  }
  if (isChanged) writeCache(cacheFile, cache);
  for (const [id, text] of Object.entries(cache.texts)) remember(Number(id), text);

  return {
    idOf(fullName) {
      const known = cache.ours[fullName];
      if (known === undefined) throw new CodecError('UNKNOWN_SCHEMA', `${fullName} is no schema of ours`);
      return known.id;
    },
    writer: (id) => writers.get(id),
    async load(id) {
      if (writers.has(id)) return;
      const found = await registry.getSchema(id).catch((cause: unknown) => {
        if (isRefusal(cause)) throw new CodecError('UNKNOWN_SCHEMA', `The registry has no schema ${id}`, { cause });
        throw new RegistryError(url, { cause });
      });
      const text = JSON.stringify(found);
      remember(id, text);
      cache.texts[String(id)] = text;
      writeCache(cacheFile, cache);
    },
  };
}

/** Ids counted from 1 in the order of the names: for tests and tools that need no registry. */
export function fixedIds(): SchemaIds {
  const byName = new Map([...ourSchemas().keys()].sort().map((fullName, index) => [fullName, index + 1]));
  const writers = new Map([...byName].map(([fullName, id]) => [id, ourSchemas().get(fullName) as AvroSchema]));
  return {
    idOf(fullName) {
      const id = byName.get(fullName);
      if (id === undefined) throw new CodecError('UNKNOWN_SCHEMA', `${fullName} is no schema of ours`);
      return id;
    },
    writer: (id) => writers.get(id),
    load: (id) => (writers.has(id) ? Promise.resolve() : Promise.reject(new CodecError('UNKNOWN_SCHEMA', `There is no schema ${id}`))),
  };
}

/** The registry answered, and its answer is no. */
const isRefusal = (cause: unknown): boolean => {
  const status = (cause as { status?: number } | null)?.status;
  return (status !== undefined && status >= 400 && status < 500) || (cause as Error | null)?.name === 'ConfluentSchemaRegistryCompatibilityError';
};

function readCache(file: string | undefined): Cache {
  if (file === undefined) return { ours: {}, texts: {} };
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Cache;
  } catch {
    return { ours: {}, texts: {} }; // absent or cut short: the registry is asked
  }
}

function writeCache(file: string | undefined, cache: Cache): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, JSON.stringify(cache));
  renameSync(part, file);
}
