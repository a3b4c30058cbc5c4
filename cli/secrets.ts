import { keyFolderOf } from '../api/auth/keys.ts';
import { openSecretBox } from '../api/auth/secrets/box.ts';
import { countOutdated, resealAll } from '../api/auth/secrets/reseal.ts';
import { newKey, openSecretKeys, writeKeys } from '../api/auth/secrets/ring.ts';
import { loadProcessConfig, loadTopologyFile } from '../local/config.ts';
import { openPool } from '../store/connect.ts';
import type { CommandFile, Io } from './command.ts';
import { requireConnection } from './connection.ts';

interface Options {
  readonly data?: string;
  readonly forget?: boolean;
}

export default {
  name: 'secrets',
  register(program, io) {
    const command = program.command('secrets').description("The key that the database's secrets are encrypted with");
    command
      .command('status')
      .description('How many secrets are encrypted with a key that is not the newest; exit 1 when there are any')
      .option('--data <folder>', 'of the installation on this machine')
      .option('--json', 'one JSON document')
      .action((options: Options) => status(options, io));
    command
      .command('rotate')
      .description(
        'Encrypts all secrets with a new key (of this machine; elsewhere with the first of GOSHAWK_API_SECRET_KEY). May be interrupted and run again',
      )
      .option('--forget', 'delete the keys of before, once nothing is encrypted with them any more')
      .option('--data <folder>', 'of the installation on this machine')
      .option('--json', 'one JSON document')
      .action((options: Options) => rotate(options, io));
  },
} satisfies CommandFile;

async function open({ data }: Options, io: Io) {
  const { databaseUrl, dataFolder } = requireConnection(['databaseUrl'], { data });
  const { secretKey } = loadProcessConfig(await loadTopologyFile('telemetry'), process.env, undefined).own.api;
  const keys = openSecretKeys(secretKey, keyFolderOf(dataFolder));
  const owner = openPool({ databaseUrl, max: 1, applicationName: 'goshawk secrets', log: io.log() });
  return { keys, owner, box: openSecretBox(keys) };
}

async function status(options: Options, io: Io): Promise<void> {
  const { keys, owner, box } = await open(options, io);
  try {
    const outdated = await countOutdated(owner, box);
    const [newest, ...older] = keys.list().map(({ id }) => id);
    if (io.json) io.print(JSON.stringify({ newest, older, outdated }));
    else io.print(`Key ${newest} encrypts${older.length > 0 ? `; ${older.join(', ')} decrypt too` : ''}. ${outdated} secrets are encrypted with another key.`);
    if (outdated > 0) process.exitCode = 1;
  } finally {
    await owner.end();
  }
}

async function rotate(options: Options, io: Io): Promise<void> {
  const { keys, owner, box } = await open(options, io);
  try {
    // An interrupted run left a new key and values under older ones: that run is gone on with, instead of making yet another key.
    if (keys.file !== null && (await countOutdated(owner, box)) === 0) writeKeys(keys.file, [newKey(), ...keys.list()]);
    const { values, unreadable } = await resealAll(owner, box, io.interruption.signal);
    const left = await countOutdated(owner, box);
    const [newest, ...older] = keys.list();
    const isForgotten = options.forget === true && left === 0 && keys.file !== null && older.length > 0;
    if (isForgotten && newest !== undefined && keys.file !== null) writeKeys(keys.file, [newest]);
    const result = { key: newest?.id, resealed: values, left, unreadable, forgotten: isForgotten ? older.map(({ id }) => id) : [] };
    if (io.json) io.print(JSON.stringify(result));
    else io.print(sentences(result).join('\n'));
    if (left > 0) process.exitCode = 1;
  } finally {
    await owner.end();
  }
}

function sentences({
  key,
  resealed,
  left,
  unreadable,
  forgotten,
}: {
  readonly key: string | undefined;
  readonly resealed: number;
  readonly left: number;
  readonly unreadable: readonly string[];
  readonly forgotten: readonly string[];
}): readonly string[] {
  return [
    `${resealed} secrets are encrypted with the key ${key} now.`,
    ...unreadable.map((name) => `Cannot be decrypted with any key that is given, and stays as it is: ${name}`),
    ...(left > 0 ? [`${left} secrets are left under other keys: run it again, or give the keys that they need.`] : []),
    ...(forgotten.length > 0 ? [`Forgotten: ${forgotten.join(', ')}. A backup from before needs them: keep the file that it holds.`] : []),
  ];
}
