// One of our own processes under supervision: started again when it ends by itself, ended when the supervisor lets go of it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FatalError } from '../pipeline/core/errors.ts';
import { killGroup, lastLines, openLog, stopWithin, writeNote } from './part.ts';
import type { Exit, Part, PartFolders } from './part.ts';
import type { Notice, ProcessSpec, ProcessState, Report as Message } from './process-messages.ts';
import type { Report } from './report.ts';
import { restartPolicy } from './restarts.ts';

export interface NodeProcess extends Pick<Part, 'name' | 'stop' | 'kill' | 'logFile'> {
  /** Resolves when it said for the first time that everything of it runs. */
  readonly ready: Promise<void>;
  readonly state: () => ProcessState;
  readonly tell: (notice: Notice) => void;
  readonly pid: () => number | undefined;
}
export interface NodeProcessOptions {
  readonly name: ProcessSpec['name'];
  /** Asked at each start. */
  readonly spec: () => ProcessSpec;
  readonly folders: PartFolders;
  readonly temporary: string;
  readonly report: Report;
  readonly onMessage: (message: Message) => void;
  readonly onState: (state: ProcessState) => void;
  /** It cannot run: wrong configuration, or it ended too often. Everything is to end. */
  readonly onFail: (error: FatalError) => void;
}

const main = fileURLToPath(new URL('process.ts', import.meta.url));
const CONFIG_ERROR = 2; // trying again would not help

export function superviseProcess({ name, spec, folders, temporary, report, onMessage, onState, onFail }: NodeProcessOptions): NodeProcess {
  const policy = restartPolicy();
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  const log = openLog(folders.logs, name);
  closeSync(log.fd);
  let child: ChildProcess | undefined;
  let exited: Promise<Exit> = Promise.resolve({ code: 0, signal: null });
  let isStopping = false;
  let waiting: NodeJS.Timeout | undefined;
  let state: ProcessState = 'starting';
  const setState = (next: ProcessState) => {
    state = next;
    onState(next);
  };

  function start(): void {
    const fd = openSync(log.file, 'a');
    const task = spec();
    const running = spawn(process.execPath, [main], {
      cwd: task.dataFolder,
      env: { ...process.env, GOSHAWK_PROCESS: JSON.stringify(task), TMPDIR: temporary },
      stdio: ['ignore', fd, fd, 'ipc'],
      detached: true,
    });
    closeSync(fd);
    child = running;
    const note = running.pid === undefined ? undefined : writeNote(folders.notes, name, running.pid);
    running.on('message', (message: Message) => {
      if (message.type === 'ready') {
        setState('up');
        isReady();
      } else onMessage(message);
    });
    exited = new Promise((resolve) => {
      running.on('error', () => resolve({ code: 127, signal: null }));
      running.on('exit', (code, signal) => resolve({ code, signal }));
    });
    void exited.then((exit) => {
      if (note !== undefined) rmSync(note, { force: true });
      if (!isStopping) ended(exit);
    });
  }

  function ended({ code, signal }: Exit): void {
    setState('down');
    const how = signal === null ? `code ${code}` : `signal ${signal}`;
    const delayMs = code === CONFIG_ERROR ? null : policy.next(performance.now());
    if (delayMs === null) {
      const why = code === CONFIG_ERROR ? 'cannot run' : 'ended more than five times within a minute';
      return onFail(new FatalError('PART_DIED', `The process ${name} ${why} (${how}). Its log is ${log.file}:\n${lastLines(log.file, 5)}`, { part: name }));
    }
    report.say('restart', `The process ${name} ended by itself (${how}) and is started again. Its log is ${log.file}.`, { part: name, code, signal });
    waiting = setTimeout(() => {
      setState('starting');
      start();
    }, delayMs);
  }

  start();
  return {
    name,
    logFile: log.file,
    ready,
    state: () => state,
    pid: () => child?.pid,
    tell(notice) {
      if (child?.connected === true) child.send(notice, () => {}); // it may be ending
    },
    kill: () => killGroup(child?.pid ?? -1),
    async stop() {
      isStopping = true;
      clearTimeout(waiting);
      const running = child;
      if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
      await stopWithin(
        exited,
        () => {
          if (running.connected) running.disconnect();
          else killGroup(running.pid ?? -1, 'SIGTERM');
        },
        () => killGroup(running.pid ?? -1),
      );
    },
  };
}
