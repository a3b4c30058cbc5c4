// PostgreSQL refuses to run as root. These are the ways to run it as somebody else, tried in order until one reaches its files.
import { chown } from 'node:fs/promises';
import { ConfigError } from '../pipeline/core/errors.ts';
import { runCommand } from './command.ts';

export interface Identity {
  /** Put before a command; empty when nothing has to be done. */
  readonly prefix: readonly string[];
  /** Who owns the data folder. */
  readonly uid: number;
  readonly gid: number;
}

async function nobody(): Promise<{ readonly uid: number; readonly gid: number }> {
  const ask = async (option: string) => Number((await runCommand('id', [option, 'nobody'])).output);
  const [uid, gid] = [await ask('-u'), await ask('-g')];
  return { uid: Number.isInteger(uid) && uid > 0 ? uid : 65_534, gid: Number.isInteger(gid) && gid > 0 ? gid : 65_534 };
}

/**
 * How to run `program` so that it can read itself and write `folder` (which exists). As an ordinary user: directly. As root the folder is
 * handed to an unprivileged user; for a clone below a closed folder such as /root that user gets the one capability to pass through
 * folders (without the securebit, access(2) would drop it); then a user namespace of its own.
 * @throws ConfigError PREREQUISITE_MISSING when none works.
 */
export async function findIdentity(program: string, folder: string): Promise<Identity> {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return { prefix: [], uid, gid: process.getgid?.() ?? -1 };
  const other = await nobody();
  const drop = ['setpriv', `--reuid=${other.uid}`, `--regid=${other.gid}`, '--clear-groups'];
  const ways: readonly Identity[] = [
    { ...other, prefix: drop },
    { ...other, prefix: [...drop, '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search', '--securebits=+no_setuid_fixup'] },
    { uid: 0, gid: 0, prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000'] },
  ];
  for (const way of ways) {
    await chown(folder, way.uid, way.gid);
    const [first = '', ...rest] = way.prefix;
    const probe = await runCommand(first, [...rest, 'sh', '-c', '"$1" --version && : >"$2/.probe" && rm "$2/.probe"', 'sh', program, folder], {
      timeoutMs: 10_000,
    });
    if (probe.code === 0) return way;
  }
  throw new ConfigError(
    'PREREQUISITE_MISSING',
    `PostgreSQL does not run as root, and neither setpriv nor unshare (Debian: util-linux) lets another user reach ${folder}. Start Goshawk as an ordinary user, or choose a folder that others may enter with --data.`,
  );
}
