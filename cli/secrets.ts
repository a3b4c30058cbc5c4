import { keyFolderOf } from '../api/auth/keys.ts';
import { openSecretBox } from '../api/auth/secrets/box.ts';
import type { SecretBox } from '../api/auth/secrets/box.ts';
import { countOutdated, resealAll } from '../api/auth/secrets/reseal.ts';
import type { Resealed } from '../api/auth/secrets/reseal.ts';
import { newKey, openSecretKeys, writeKeys } from '../api/auth/secrets/ring.ts';
import type { SecretKeys } from '../api/auth/secrets/ring.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { openPool } from '../store/connect.ts';
import { asPipelineError } from '../store/failure.ts';
import type { DatabasePool } from '../store/queries/sql.ts';
import type { CommandFile, Io } from './command.ts';
import { requireConnection } from './connection.ts';

interface Options {
  readonly data?: string;
  readonly execute?: boolean;
}
interface Secrets {
  readonly keys: SecretKeys;
  readonly box: SecretBox;
  /** Signs in as who owns the tables. */
  readonly owner: DatabasePool;
}

export default {
  name: 'secrets',
  register(program, io) {
    const command = program.command('secrets').description("The key that the database's secrets are encrypted with");
    const add = (name: string, text: string, work: (secrets: Secrets, options: Options, io: Io) => Promise<void>) =>
      command
        .command(name)
        .description(text)
        .option('--data <folder>', 'of the installation on this machine')
        .option('--json', 'one JSON document')
        .action((options: Options) => withSecrets(options, io, (secrets) => work(secrets, options, io)));
    add('status', 'How many secrets are encrypted with a key that is not the newest; exit 1 when there are any', status);
    add(
      'rotate',
      'Encrypts all secrets with a new key, or with the first of GOSHAWK_API_SECRET_KEY where that is set. May be interrupted and run again',
      rotate,
    );
    add('forget', 'Deletes the keys of before, once nothing is encrypted with them; backups from before need them. A dry run without --execute', forget).option(
      '--execute',
      'do it',
    );
  },
} satisfies CommandFile;

async function withSecrets({ data }: Options, io: Io, work: (secrets: Secrets) => Promise<void>): Promise<void> {
  const { databaseUrl, dataFolder } = requireConnection(['databaseUrl'], { data });
  const { secretKey } = loadProcessConfig(await loadTopologyFile('telemetry'), process.env, undefined).own.api;
  const keys = openSecretKeys(secretKey, keyFolderOf(dataFolder));
  const owner = openPool({ databaseUrl, max: 1, applicationName: 'goshawk secrets', log: io.log() });
  try {
    await work({ keys, owner, box: openSecretBox(keys) });
  } catch (error) {
    throw asPipelineError(error);
  } finally {
    await owner.end();
  }
}

async function status({ keys, box, owner }: Secrets, _options: Options, io: Io): Promise<void> {
  const outdated = await countOutdated(owner, box);
  const [newest, ...older] = keys.list().map(({ id }) => id);
  if (io.json) io.print(JSON.stringify({ newest, older, outdated }));
  else io.print(`Key ${newest} encrypts${older.length > 0 ? `; ${older.join(', ')} decrypt too` : ''}. ${outdated} secrets are encrypted with another key.`);
  if (outdated > 0) process.exitCode = 1;
}

async function rotate({ keys, box, owner }: Secrets, _options: Options, io: Io): Promise<void> {
  const { signal } = io.interruption;
  // An interrupted run left a new key, and values under older ones: it is gone on with, instead of making yet another key.
  let result = await resealAll(owner, box, signal);
  if (result.values === 0 && keys.file !== null) {
    const key = newKey();
    writeKeys(keys.file, [key, ...keys.list()]);
    await audit(owner, 'secrets.rotate', key.id);
    result = await resealAll(owner, box, signal);
  }
  const left = await countOutdated(owner, box);
  const key = keys.list()[0]?.id;
  if (io.json) io.print(JSON.stringify({ key, resealed: result.values, left, unreadable: result.unreadable }));
  else for (const line of sentences(key, result, left)) io.print(line);
  if (left > 0) process.exitCode = 1;
}

function sentences(key: string | undefined, { values, unreadable }: Resealed, left: number): readonly string[] {
  return [
    `${values} secrets were encrypted anew; the key is ${key}.`,
    ...unreadable.map((name) => `No key that is given decrypts it, and it stays as it is: ${name}`),
    ...(left > 0 ? [`${left} secrets are left under other keys: run it again, or give the keys that they need.`] : []),
  ];
}

async function forget({ keys, box, owner }: Secrets, { execute = false }: Options, io: Io): Promise<void> {
  if (keys.file === null) throw new ConfigError('INVALID_USAGE', 'The keys come from GOSHAWK_API_SECRET_KEY: leave out there what is not needed any more.');
  const outdated = await countOutdated(owner, box);
  const [newest, ...older] = keys.list();
  const isDone = execute && outdated === 0 && newest !== undefined && older.length > 0;
  if (isDone) {
    writeKeys(keys.file, [newest]);
    for (const { id } of older) await audit(owner, 'secrets.forget', id);
  }
  if (io.json) io.print(JSON.stringify({ outdated, older: older.map(({ id }) => id), forgotten: isDone }));
  else if (outdated > 0) io.print(`${outdated} secrets need an older key: run ./goshawk secrets rotate first. Nothing was deleted.`);
  else io.print(`${older.length} older keys ${isDone ? 'are deleted' : 'can be deleted, with --execute'}: ${older.map(({ id }) => id).join(', ') || 'none'}.`);
  if (outdated > 0) process.exitCode = 1;
}

/** Of the installation, hence in the organization that is there from the beginning. */
async function audit(owner: DatabasePool, action: string, keyId: string): Promise<void> {
  await owner.query(`SELECT goshawk.append_audit('default', 'goshawk secrets', $1, $2, '{}')`, [action, keyId]);
}
