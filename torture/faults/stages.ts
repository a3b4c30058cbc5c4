// What happens to stage processes.
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Fault, World } from '../world.ts';

const present = ({ members, crew }: World, random: Random) => random.pick(crew.filter((name) => members.isRunning(name)));
const pause = (random: Random, fromMs: number, toMs: number) => delay(random.between(fromMs, toMs));
/** Longer than the session timeout of 6 s: the group goes on without the frozen member. */
const FROZEN_MS = [8_000, 13_000] as const;
const HOUR_MS = 3_600_000;

export const killed: Fault = {
  kind: 'kill',
  does: 'kill -9 of a stage process; the others must take over before it is started again',
  weight: 16,
  async inflict(world, random) {
    const target = present(world, random);
    const sinceMs = Date.now();
    await world.members.kill(target);
    return { target, sinceMs, repair: () => world.members.start(target) };
  },
};

export const killedAndRestarted: Fault = {
  kind: 'kill-restart',
  does: 'kill -9 of a stage process, which is started again at once, as a supervisor does',
  weight: 14,
  async inflict(world, random) {
    const target = present(world, random);
    const sinceMs = Date.now();
    await world.members.kill(target);
    return { target, sinceMs, repair: begun(world.members.start(target)) };
  },
};

export const left: Fault = {
  kind: 'leave',
  does: 'SIGTERM of a stage process: it commits, leaves, and the others go on; counted from when it has gone',
  weight: 8,
  async inflict(world, random) {
    const target = present(world, random);
    await world.members.stop(target);
    return { target, sinceMs: Date.now(), repair: () => world.members.start(target) };
  },
};

export const restarted: Fault = {
  kind: 'restart',
  does: 'a planned restart: SIGTERM, then started again at once; counted from when it has gone',
  weight: 10,
  async inflict(world, random) {
    const target = present(world, random);
    await world.members.stop(target);
    const sinceMs = Date.now();
    return { target, sinceMs, repair: begun(world.members.start(target)) };
  },
};

export const joined: Fault = {
  kind: 'join',
  does: 'one more stage process joins, and leaves again afterwards; counted from when it runs',
  weight: 6,
  async inflict({ members }) {
    const target = 'torture-extra';
    await members.start(target);
    return { target, sinceMs: Date.now(), repair: () => members.stop(target) };
  },
};

export const frozen: Fault = {
  kind: 'freeze',
  does: 'SIGSTOP until the group has expelled it, then SIGCONT: a zombie that believes it owns its partitions',
  weight: 14,
  async inflict(world, random) {
    const target = present(world, random);
    world.members.signal(target, 'SIGSTOP');
    await pause(random, ...FROZEN_MS);
    world.members.signal(target, 'SIGCONT');
    return { target, sinceMs: Date.now() };
  },
};

export const clockShifted: Fault = {
  kind: 'clock',
  does: "a stage process's wall clock jumps by up to two hours, forward or back, and later back to the right time",
  weight: 6,
  async inflict(world, random) {
    const target = present(world, random);
    world.members.setClock(target, random.between(-2 * HOUR_MS, 2 * HOUR_MS));
    const sinceMs = Date.now();
    const repair = async () => {
      await pause(random, 1_000, 4_000);
      world.members.setClock(target, 0);
    };
    return { target, sinceMs, repair };
  },
};

/** Goes on while recovery is measured; waited for, and its failure told, afterwards. */
function begun(work: Promise<void>): () => Promise<void> {
  work.catch(() => {});
  return () => work;
}
