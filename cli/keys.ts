import Table from 'cli-table3';
import { hasKey, keyFolderOf, LONGEST_TOKEN_SECONDS, readKeys, signingKeyOf } from '../api/auth/keys.ts';
import type { KeyFile } from '../api/auth/keys.ts';
import { rotateKeys } from '../api/auth/rotate.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { openPool, withOrganization } from '../store/connect.ts';
import { appendAudit } from '../store/queries/users.ts';
import type { CommandFile, Io } from './command.ts';
import { resolveConnection } from './connection.ts';

interface Options {
  readonly data?: string;
  readonly leaked?: boolean;
  readonly execute?: boolean;
}

export default {
  name: 'keys',
  register(program, io) {
    const command = program.command('keys').description('The keys that tokens and reports are signed with');
    command
      .command('list')
      .description('Which key signs, and which tokens still hold')
      .option('--data <folder>', 'where the installation lives (default: .goshawk/data in the project)')
      .option('--json', 'one JSON document')
      .action((options: Options) => list(options, io));
    command
      .command('rotate')
      .description('Another key signs from a minute on. Nobody is logged out; running processes need not restart')
      .option('--leaked', 'the keys so far are known to others: what they signed is refused at once, and sessions get new tokens. A dry run without --execute')
      .option('--execute', 'with --leaked: do it')
      .option('--data <folder>', 'where the installation lives (default: .goshawk/data in the project)')
      .option('--json', 'one JSON document')
      .action((options: Options) => rotate(options, io));
  },
} satisfies CommandFile;

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

function folderOf({ data }: Options) {
  const connection = resolveConnection({ data });
  const folder = keyFolderOf(connection.dataFolder);
  if (!hasKey(folder))
    throw new ConfigError(
      'INVALID_USAGE',
      `No installation has served in ${connection.dataFolder} yet. Start it with ./goshawk up, or name another folder with --data.`,
    );
  return { folder, connection };
}

async function list(options: Options, io: Io): Promise<void> {
  const { folder } = folderOf(options);
  const keys = await readKeys(folder);
  const now = nowSeconds();
  const signing = signingKeyOf(keys, now).kid;
  const rows = keys.map((key) => ({ kid: key.kid, signsFrom: key.signsFrom === 0 ? null : iso(key.signsFrom), state: stateOf(key, keys, signing, now) }));
  if (io.json) return io.print(JSON.stringify(rows));
  const table = new Table({ head: ['key', 'signs from', 'state'], style: { head: [] } });
  for (const { kid, signsFrom, state } of rows) table.push([kid, signsFrom ?? 'the beginning', state]);
  io.print(table.toString());
}

function stateOf({ kid, number, signsFrom, refusedFrom }: KeyFile, keys: readonly KeyFile[], signing: string, now: number): string {
  if (refusedFrom !== null && refusedFrom <= now) return 'refused';
  if (kid === signing) return 'signs';
  if (signsFrom > now) return 'signs next';
  return keys.some((next) => next.number > number && next.signsFrom + LONGEST_TOKEN_SECONDS <= now) ? 'past: reports only' : 'its tokens hold';
}

async function rotate({ leaked = false, execute = false, ...options }: Options, io: Io): Promise<void> {
  const { folder, connection } = folderOf(options);
  if (leaked && !execute) {
    const keys = await readKeys(folder);
    io.print(`Would refuse what ${keys.length} keys have signed, from now on, and sign with a new one. Sessions go on. Do it with --execute.`);
    return;
  }
  const rotation = await rotateKeys(folder, nowSeconds(), { isLeaked: leaked });
  if (rotation === null) throw new ConfigError('ALREADY_RUNNING', 'Another process has just made the next key: ./goshawk keys list shows it.');
  const isAudited = await audit(connection.databaseUrl, rotation.kid, { before: rotation.before, leaked }, io);
  if (io.json) return io.print(JSON.stringify({ kid: rotation.kid, signsFrom: iso(rotation.signsFrom), before: rotation.before, isAudited }));
  io.print(`${rotation.kid} signs from ${iso(rotation.signsFrom)} on. Processes of this installation see it within seconds.`);
}

/** The folder is what counts: that nobody could write it down does not undo it. */
async function audit(databaseUrl: string | null, kid: string, detail: Readonly<Record<string, unknown>>, io: Io): Promise<boolean> {
  if (databaseUrl === null) return false;
  const pool = openPool({ databaseUrl, role: 'goshawk_api', max: 1, applicationName: 'goshawk keys', log: io.log() });
  try {
    await withOrganization(pool, 'default', (sql) => appendAudit(sql, 'goshawk keys', 'keys.rotate', kid, detail));
    return true;
  } catch (error) {
    io.report.say('keys', `The database did not take the entry of the audit: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await pool.end();
  }
}
