// A supervised server: its own session, its output in a log file, and a lifeline that ends it when the supervisor is gone.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { groupMembers, identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Something that runs and can be stopped: a server or one of our own processes. */
export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended, however that came. */
  readonly exited: Promise<Exit>;
  /** Asks it to end and waits; after 20 s it is killed. Never throws. */
  readonly stop: () => Promise<void>;
  /** Kills it and everything it started, now. */
  readonly kill: () => void;
}

export interface PartFolders {
  readonly logs: string;
  readonly notes: string;
}
export interface PartSpec {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Inside the data folder: leftovers are recognised by it. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** TERM for Java; INT for PostgreSQL, where TERM waits for the clients to go. */
  readonly stopSignal: 'TERM' | 'INT';
}

const STOP_MS = 20_000;

// fd 3 is a pipe from the supervisor. A line, or its end when the supervisor dies, makes the inner shell send the stop signal. No polling,
// no call that only one platform has. `sleep 1` rather than a longer one: it may outlive the wrapper, but not by more than that.
const LIFELINE = `exec 4<&3 3<&-; "$@" 4<&- & p=$!; trap "" HUP INT TERM
(read -r x <&4; kill -s "$S" $p; i=0; while [ $i -lt 20 ] && kill -0 $p; do sleep 1; i=$((i+1)); done; kill -s KILL $p) >/dev/null 2>&1 & w=$!
exec 4<&-; wait $p; r=$?; kill -s KILL $w; exit $r`;

/** The log of the run before is kept beside as `NAME.log.1`. */
export function openLog(folder: string, name: string): { readonly file: string; readonly fd: number } {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return { file, fd: openSync(file, 'a', 0o600) };
}

/** The last lines of a log, for error messages. Frames of a Java stack say nothing to the reader and are left out. */
export function lastLines(file: string, count: number): string {
  try {
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((line) => !/^\s+(at |\.\.\. )/.test(line));
    return lines.slice(-count).join('\n');
  } catch {
    return '';
  }
}

export function startPart(spec: PartSpec, folders: PartFolders): Part {
  const log = openLog(folders.logs, spec.name);
  const child = spawn('/bin/sh', ['-c', LIFELINE, spec.name, ...spec.command], {
    cwd: spec.cwd,
    env: { ...spec.env, S: spec.stopSignal },
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
    detached: true,
  });
  closeSync(log.fd);
  const lifeline = child.stdio[3] as Duplex;
  lifeline.on('error', () => {}); // the part is gone already
  const exited = new Promise<Exit>((resolve) => {
    child.on('error', () => resolve({ code: 127, signal: null }));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid ?? -1;
  const note = pid === -1 ? undefined : writeNote(folders.notes, spec.name, pid);
  void exited.then(() => {
    lifeline.destroy();
    if (note !== undefined) rmSync(note, { force: true });
  });
  const kill = () => killGroup(pid);
  return { name: spec.name, pid, logFile: log.file, exited, kill, stop: () => stopWithin(exited, () => lifeline.write('stop\n'), kill) };
}

/** `ask`, then wait; what has not ended after 20 s is killed. */
export async function stopWithin(exited: Promise<Exit>, ask: () => unknown, kill: () => void): Promise<void> {
  const timer = setTimeout(kill, STOP_MS);
  try {
    ask();
  } catch {
    kill();
  }
  await exited;
  clearTimeout(timer);
}

export function killGroup(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    if (pid > 1) process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

/** Leaves pid and start time behind, so that the next start recognises what a crash left running. A full disk must not stop a start. */
export function writeNote(folder: string, name: string, pid: number): string {
  const file = join(folder, `${name}.json`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(identify(pid)));
  } catch {
    // Without the note a crash may leave a part that the next start cannot end.
  }
  return file;
}

const SETTLE_MS = 10_000;

/**
 * Ends what an earlier supervisor left running under `name`. A part whose supervisor has just died is ending by itself: it gets 10 s,
 * then SIGTERM and SIGKILL to its group. `folder` is the data folder: of a group whose leader is gone, only members that work inside count.
 */
export async function clearLeftover(name: string, notes: string, folder: string, onWait: () => void): Promise<void> {
  const file = join(notes, `${name}.json`);
  const leader = readNote(file);
  if (leader !== null) {
    const isGone = () => !isRunning(leader) && groupMembers(leader.pid, folder).length === 0;
    if (!isGone()) {
      onWait();
      if (!(await becomesTrue(isGone, SETTLE_MS))) {
        killLeftover(leader, folder, 'SIGTERM');
        if (!(await becomesTrue(isGone, SETTLE_MS))) killLeftover(leader, folder, 'SIGKILL');
        await becomesTrue(isGone, SETTLE_MS);
      }
    }
  }
  rmSync(file, { force: true });
}

/** The group id is surely ours while its leader lives; after that, only the members that were recognised are. */
function killLeftover(leader: ProcessIdentity, folder: string, signal: NodeJS.Signals): void {
  if (isRunning(leader)) return killGroup(leader.pid, signal);
  for (const pid of groupMembers(leader.pid, folder)) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already.
    }
  }
}

function readNote(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity | null;
  } catch {
    return null;
  }
}

async function becomesTrue(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await delay(100)) {
    if (isTrue()) return true;
  }
  return isTrue();
}
