// The processes under torture: each runs all stages and persist, as `./goshawk run telemetry` does, under a name that it keeps.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '../local/part.ts';
import { killGroup, lastLines, startPart } from '../local/part.ts';
import { findPort } from '../local/ports.ts';
import { projectFolder } from '../local/project.ts';
import { FatalError } from '../pipeline/core/errors.ts';
import type { Place } from './place.ts';

export interface MembersOptions {
  readonly place: Place;
  /** Addresses and options, as environment variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Files that are loaded before the product's code. */
  readonly preloads: readonly URL[];
  /** One ended that nobody had asked to; it is started again. */
  readonly onEnd: (member: string, how: string) => void;
}
export interface Members {
  readonly running: () => readonly string[];
  readonly isRunning: (name: string) => boolean;
  /** Resolves when all its stages run. @throws FatalError PART_DIED when they do not within two minutes, or end six times. */
  readonly start: (name: string) => Promise<void>;
  readonly stop: (name: string) => Promise<void>;
  /** kill -9, and waits until it is gone. It stays away until it is started. */
  readonly kill: (name: string) => Promise<void>;
  readonly signal: (name: string, signal: NodeJS.Signals) => void;
  readonly setClock: (name: string, shiftMs: number) => void;
  /** Resident bytes, by name. */
  readonly memory: () => Readonly<Record<string, number>>;
  readonly stopAll: () => Promise<void>;
}

interface Member {
  readonly part: Part;
  readonly port: number;
  isWanted: boolean;
}
const READY_MS = 120_000;
const AGAIN_MS = 1000;
const MOST_ENDS = 30;
const FAILED_STARTS = 6;

export function openMembers({ place, env, preloads, onEnd }: MembersOptions): Members {
  const members = new Map<string, Member>();
  const folder = join(place.folder, 'stages');
  const fileOf = (name: string, what: string) => join(folder, `${name}.${what}`);
  /** How often it ended by itself since all its stages ran last. */
  const failures = new Map<string, number>();
  let starts = 0;
  let ends = 0;
  let isOver = false;
  mkdirSync(folder, { recursive: true });

  async function start(name: string): Promise<void> {
    const port = await findPort(place.taken);
    place.signal.throwIfAborted();
    if (members.has(name) || isOver) return;
    rmSync(fileOf(name, 'pid'), { force: true });
    const part = startPart(
      {
        name: `${name}-${++starts}`,
        command: [
          process.execPath,
          ...[new URL('inside/clock.ts', import.meta.url), ...preloads].flatMap((url) => ['--import', url.href]),
          join(projectFolder, 'cli/main.ts'),
          'run',
          'telemetry',
          '--instance',
          name,
          '--metrics-port',
          String(port),
          '--data',
          folder,
          '--config',
          join(folder, 'goshawk.yaml'),
        ],
        cwd: folder,
        env: { ...env, TORTURE_PID_FILE: fileOf(name, 'pid'), TORTURE_SHIFT_FILE: fileOf(name, 'shift') },
        stopSignal: 'TERM',
      },
      place.parts,
    );
    const member: Member = { part, port, isWanted: true };
    members.set(name, member);
    void part.exited.then(({ code, signal }) => {
      if (members.get(name) === member) members.delete(name);
      if (!member.isWanted || isOver) return;
      failures.set(name, (failures.get(name) ?? 0) + 1);
      onEnd(name, `${signal ?? `code ${code}`}: ${lastLines(part.logFile, 1).slice(0, 400)}`);
      if (++ends <= MOST_ENDS) void delay(AGAIN_MS).then(() => start(name).catch(() => {}));
    });
    await untilReady(name, member);
  }

  /** A process that ends meanwhile is started again by what watches it; then the new one is waited for. */
  async function untilReady(name: string, first: Member): Promise<void> {
    for (const end = performance.now() + READY_MS; performance.now() < end; await delay(50, undefined, { signal: place.signal })) {
      const member = members.get(name);
      if (!first.isWanted && member === undefined) return; // it was taken away again
      if ((failures.get(name) ?? 0) >= FAILED_STARTS) break;
      if (member === undefined || !(await isReady(member.port))) continue;
      failures.delete(name);
      return;
    }
    throw new FatalError(
      'PART_DIED',
      `${name} did not run within ${READY_MS / 1000} s. Its log is ${first.part.logFile}:\n${lastLines(first.part.logFile, 5)}`,
    );
  }

  async function end(name: string, how: (part: Part) => unknown): Promise<void> {
    const member = members.get(name);
    if (member === undefined) return;
    member.isWanted = false;
    await how(member.part);
    await member.part.exited;
    if (members.get(name) === member) members.delete(name);
  }

  const pidOf = (name: string): number | null => {
    try {
      return Number(readFileSync(fileOf(name, 'pid'), 'utf8'));
    } catch {
      return null; // it has not begun
    }
  };
  return {
    running: () => [...members.keys()].sort(),
    isRunning: (name) => members.has(name),
    start,
    stop: (name) => end(name, (part) => part.stop()),
    kill: (name) => end(name, (part) => killGroup(part.pid)),
    signal(name, signal) {
      const member = members.get(name);
      if (member !== undefined) killGroup(member.part.pid, signal);
    },
    setClock(name, shiftMs) {
      const pid = pidOf(name);
      writeFileSync(fileOf(name, 'shift'), String(shiftMs));
      if (pid !== null && members.has(name)) process.kill(pid, 'SIGUSR2');
    },
    memory: () => Object.fromEntries([...members.keys()].flatMap((name) => residentOf(name, pidOf(name)))),
    async stopAll() {
      isOver = true;
      for (const { part } of members.values()) killGroup(part.pid, 'SIGCONT');
      await Promise.all([...members.keys()].map((name) => end(name, (part) => part.stop())));
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

function residentOf(name: string, pid: number | null): [string, number][] {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? [] : [[name, Number(kilobytes) * 1024]];
  } catch {
    return []; // it has just ended, or there is no /proc
  }
}
