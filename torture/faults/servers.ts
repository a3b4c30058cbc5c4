// What happens to registry, database and disks.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, World } from '../world.ts';

export const registryAway: Fault = {
  kind: 'registry',
  does: 'the registry is killed; a stage process is killed and must start without it; then the registry comes back',
  weight: 4,
  async inflict({ registry, members, crew }, random) {
    await registry.kill();
    const target = random.pick(crew.filter((name) => members.isRunning(name)));
    const sinceMs = Date.now();
    await members.kill(target);
    const starting = members.start(target);
    starting.catch(() => {});
    const repair = async () => {
      await starting;
      await registry.start();
    };
    return { target: `registry, ${target}`, sinceMs, repair };
  },
};

export const databaseRestarted: Fault = {
  kind: 'database-restart',
  does: 'PostgreSQL is stopped as for an upgrade (fast), and started again up to three seconds later; counted from when it answers',
  weight: 6,
  async inflict({ database }, random) {
    await database.stop();
    await delay(random.between(0, 3_000));
    await database.start();
    return { target: 'database', sinceMs: Date.now() };
  },
};

export const databaseKilled: Fault = {
  kind: 'database-kill',
  does: 'kill -9 of PostgreSQL, started again up to three seconds later; counted from when it answers',
  weight: 7,
  async inflict({ database }, random) {
    await database.kill();
    await delay(random.between(0, 3_000));
    await database.start();
    return { target: 'database', sinceMs: Date.now() };
  },
};

const hasPrlimit = () => process.platform === 'linux' && spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * The kernel refuses every write that would make a file of the process longer, as a full disk does. Other processes keep their disk, and
 * it needs neither root nor a file system of its own.
 */
function limitFiles(pids: readonly number[], limit: '1' | 'unlimited'): void {
  for (const pid of pids) spawnSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:`], { stdio: 'ignore' });
}

/** Everything below `root`; PostgreSQL's backends lead groups of their own. */
function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has just ended.
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid)!));
  return [...parents.keys()].filter(isBelow);
}

export const diskFull: Fault = {
  kind: 'disk-full',
  does: 'no file of a broker or of PostgreSQL can grow for some seconds, as on a full disk; what ended by it is started again; counted from when it answers',
  weight: 4,
  problem: () => (hasPrlimit() ? null : 'prlimit (util-linux) is not there to limit the files of another process'),
  async inflict(world: World, random) {
    const server = random.chance(0.5) ? world.database : random.pick(world.brokers.nodes);
    const name = server === world.database ? 'database' : (server as (typeof world.brokers.nodes)[number]).name;
    limitFiles(descendants(server.pid()), '1');
    await delay(random.between(3_000, 7_000));
    if (server.isRunning()) limitFiles(descendants(server.pid()), 'unlimited');
    await delay(500);
    // A broker that could not write gives up its folder, and so itself; a database may have stopped taking connections: both are restarted.
    await server.stop();
    await server.start();
    return { target: name, sinceMs: Date.now(), repair: world.brokers.inSync };
  },
};
