import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { blinded, changesBetween, impactOf } from '../domains/schema-impact/index.ts';
import type { Impact, Use } from '../domains/schema-impact/index.ts';
import { ConfigError, RetryableError } from '../pipeline/core/errors.ts';
import { ourSchemas } from '../schemas/avro/codec.ts';
import { evolutionProblems } from '../schemas/avro/evolution.ts';
import { RegistryError, openRegistry } from '../schemas/avro/registry.ts';
import { readCurrent, readReleased } from '../schemas/avro/released.ts';
import { ruleProblems } from '../schemas/avro/rules.ts';
import type { SchemaProblem } from '../schemas/avro/rules.ts';
import type { AvroRecord, AvroSchema } from '../schemas/avro/schema.ts';
import { fullNameOf, inlined, isRecord, readSchemas } from '../schemas/avro/schema.ts';
import { schemaCacheFile } from '../local/project.ts';
import type { CommandFile, Io } from './command.ts';
import { requireConnection } from './connection.ts';

type Schemas = ReadonlyMap<string, AvroSchema>;

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
      .description('Exit 1 when a schema breaks a rule, or can no longer read what a released version wrote')
      .option('--schemas <path>', 'other schemas than those of this version: a folder, or one .avsc file in place of its namesake')
      .option('--json', 'one JSON document')
      .action(({ schemas }: { schemas?: string }) => check(schemas === undefined ? ourSchemas() : schemasAt(schemas), io));
    command
      .command('impact')
      .description('Who uses the fields that change or go; exit 1 when a rule in production would go blind')
      .option(
        '--against <version>',
        'a released version or `latest`, from which this one comes; or a file or folder of schemas to which this one would go',
        'latest',
      )
      .option('--rules <folder...>', 'Sigma rules besides those of the configuration', [])
      .option('--json', 'one JSON document')
      .action(async ({ against, rules }: { against: string; rules: string[] }) => {
        const [before, after] = /^(\d+|latest)$/.test(against)
          ? [releasedAt(against === 'latest' ? null : Number(against)), ourSchemas()]
          : [ourSchemas(), schemasAt(against)];
        const changes = changesBetween(before, after);
        // What uses what is asked only when something changes: it loads the whole product.
        const uses = changes.length === 0 ? [] : await (await import('./schema-uses/index.ts')).schemaUses(before, rules, process.env);
        const impacts = impactOf(changes, uses);
        const blind = blinded(impacts);
        if (io.json) io.print(JSON.stringify({ ok: blind.length === 0, impacts, blinded: blind.map(({ name, where }) => ({ name, where })) }));
        else printImpact(impacts, blind, io.print);
        if (blind.length > 0) process.exitCode = 1;
      });
  },
} satisfies CommandFile;

function check(schemas: Schemas, io: Io): void {
  const released = readReleased();
  const problems: SchemaProblem[] = [
    ...[...schemas].flatMap(([name, schema]) => ruleProblems(schema, name.slice(name.lastIndexOf('.') + 1))),
    ...evolutionProblems(schemas, released),
  ];
  if (io.json) io.print(JSON.stringify({ ok: problems.length === 0, problems }));
  else {
    for (const { path, version, problem, cure } of problems) io.print(`${path}: ${problem}${version === undefined ? '' : ` (against ${version})`}. ${cure}`);
    if (problems.length === 0) io.print(`${schemas.size} schemas follow the rules, and read what ${released.length} released versions wrote.`);
  }
  if (problems.length > 0) process.exitCode = 1;
}

/** Each schema as of its release of that number, or the last before it; null = the last of all. @throws ConfigError when there is no such version */
function releasedAt(version: number | null): Schemas {
  const found = new Map<string, AvroSchema>();
  let isThere = false;
  for (const { file, schema } of readReleased()) {
    const number = Number(/\.(\d+)\.avsc$/.exec(file)?.[1]);
    isThere ||= version === null || number === version;
    if (version === null || number <= version) found.set(fullNameOf(schema), schema);
  }
  if (!isThere) throw new ConfigError('INVALID_USAGE', `No schema has a released version ${version}; they lie in schemas/avro/released.`);
  return found;
}

/** Of a folder: its .avsc files alone. Of a file: ours, with that one in place of its namesake. */
function schemasAt(path: string): Schemas {
  const at = resolve(path);
  if (!existsSync(at)) throw new ConfigError('INVALID_USAGE', `${path} is neither a released version nor a file or folder.`);
  try {
    if (statSync(at).isDirectory()) return readCurrent(pathToFileURL(join(at, '/')));
    const one = JSON.parse(readFileSync(at, 'utf8')) as AvroRecord;
    if (!isRecord(one)) throw new Error('it is no Avro record');
    const all = [...readSchemas().values()].filter((schema) => fullNameOf(schema) !== fullNameOf(one));
    return new Map([...all, one].map((schema) => [fullNameOf(schema), inlined(schema, [...all, one])]));
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${basename(at)} in ${dirname(at)} cannot be read as schemas: ${(error as Error).message}`, {}, { cause: error });
  }
}

function printImpact(impacts: readonly Impact[], blind: readonly Use[], line: (text: string) => void): void {
  if (impacts.length === 0) line('No field changes or goes.');
  for (const { change, uses } of impacts) {
    line(`${change.path} ${change.detail}${uses.length === 0 ? ': nobody uses it.' : ':'}`);
    for (const [kind, group] of Map.groupBy(uses, (use) => use.kind)) {
      const names = [
        ...new Set(
          group.map(
            ({ name, where, isBlinding }) =>
              `${name} (${where.startsWith('/') ? relative(process.cwd(), where) : where})${isBlinding === true ? ' GOES BLIND' : ''}`,
          ),
        ),
      ];
      line(`  ${kind}: ${names.length}`);
      for (const name of names.slice(0, MOST_NAMES)) line(`    ${name}`);
      if (names.length > MOST_NAMES) line(`    and ${names.length - MOST_NAMES} more; --json names all`);
    }
  }
  if (blind.length > 0) line(`${blind.length} rules in production would go blind. Keep the field until they are written anew.`);
}
const MOST_NAMES = 20;
