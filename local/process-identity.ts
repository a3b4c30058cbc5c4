// Process ids are used again; an id together with its start time is not.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

const hasProc = existsSync('/proc/self/stat');

/** The fields of /proc/PID/stat from the third on; the second, the name, may hold anything. */
function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Null when there is no such process; a zombie counts as none. */
export function identify(pid: number): ProcessIdentity | null {
  if (hasProc) {
    const fields = statFields(pid);
    return fields === null || fields[0] === 'Z' ? null : { pid, started: fields[19] ?? '' };
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .replace(/\s+/g, '_');
    return started === '' ? null : { pid, started };
  } catch {
    return null;
  }
}

export const isRunning = (id: ProcessIdentity): boolean => identify(id.pid)?.started === id.started;

/** Members of a process group that work inside `folder`, for a group id may have been used again. Empty where there is no /proc. */
export function groupMembers(group: number, folder: string): readonly number[] {
  if (!hasProc) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const fields = statFields(pid);
      return fields !== null && fields[0] !== 'Z' && fields[2] === String(group) && isInside(workingFolder(pid), folder);
    });
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '');
  } catch {
    return ''; // gone, or somebody else's
  }
}
const isInside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
