import { readFileSync, readdirSync } from 'node:fs';
import avsc from 'avsc';
import { RetryableError } from '../pipeline/core/errors.ts';
import { ourSchemas } from '../schemas/avro/codec.ts';
import { RegistryError, openRegistry } from '../schemas/avro/registry.ts';
import type { AvroSchema } from '../schemas/avro/schema.ts';
import { fullNameOf, isRecord, selfContained } from '../schemas/avro/schema.ts';
import { schemaCacheFile } from '../local/project.ts';
import type { CommandFile } from './command.ts';
import { requireConnection } from './connection.ts';

export default {
  name: 'schemas',
  register(program, io) {
    const command = program.command('schemas').description('The schemas of what travels on topics');
    command
      .command('register')
      .description('Registers every schema of this version; does nothing where it is registered already')
      .option('--data <folder>', 'the installation whose registry it is')
      .action(async (options: { data?: string }) => {
        const connection = requireConnection(['registryUrl'], options);
        const ids = await openRegistry({ url: connection.registryUrl, cacheFile: schemaCacheFile(connection.dataFolder), refresh: true }).catch(
          (error: unknown) => {
            throw error instanceof RegistryError ? new RetryableError('REGISTRY_UNAVAILABLE', error.message, {}, { cause: error }) : error;
          },
        );
        for (const name of [...ourSchemas().keys()].sort()) io.print(`${name} ${ids.idOf(name)}`);
      });
    command
      .command('check')
      .description('Exit 1 when a schema can no longer read what a released version wrote')
      .action(() => {
        const problems = incompatible();
        for (const problem of problems) io.print(problem);
        if (problems.length > 0) process.exitCode = 1;
        else io.print(`Every released version of ${ourSchemas().size} schemas can be read.`);
      });
  },
} satisfies CommandFile;

function incompatible(): readonly string[] {
  const folder = new URL('../schemas/avro/released/', import.meta.url);
  const typeOf = (schema: AvroSchema) => avsc.Type.forSchema(selfContained(schema) as avsc.Schema, { wrapUnions: false });
  return readdirSync(folder)
    .filter((file) => file.endsWith('.avsc'))
    .sort()
    .flatMap((file) => {
      const released = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as AvroSchema;
      const name = isRecord(released) ? fullNameOf(released) : file;
      const ours = ourSchemas().get(name);
      if (ours === undefined) return [`${name}: was released in ${file} and is gone`];
      try {
        typeOf(ours).createResolver(typeOf(released));
        return [];
      } catch (error) {
        return [`${name}: cannot read ${file}: ${(error as Error).message}`];
      }
    });
}
