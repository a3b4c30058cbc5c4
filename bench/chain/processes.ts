// CPU of processes and everything below them, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // Linux says USER_HZ is 100 on every platform it runs on

interface Stat {
  readonly parent: number;
  readonly micros: number;
}
function statOf(pid: string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), micros: ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND };
  } catch {
    return null; // it ended while we looked
  }
}

/** The most memory that each root and its descendants have had resident so far, in MiB. Linux only: elsewhere all are 0. */
export function peakMemoryOf(roots: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(roots).map(([name, root]) => [name, treeOf(root).reduce((sum, pid) => sum + peakOf(pid), 0) / 1024]));
}

function treeOf(root: number): readonly number[] {
  let children = '';
  try {
    children = readFileSync(`/proc/${root}/task/${root}/children`, 'latin1');
  } catch {
    // It ended while we looked, or this is no Linux.
  }
  return [
    root,
    ...children
      .trim()
      .split(' ')
      .filter(Boolean)
      .flatMap((pid) => treeOf(Number(pid))),
  ];
}

/** KiB. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** CPU so far of each root and its descendants, in microseconds. Linux only: elsewhere all are 0. */
export function cpuOf(roots: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  let pids: readonly string[] = [];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return Object.fromEntries(Object.keys(roots).map((name) => [name, 0]));
  }
  const stats = new Map(
    pids.flatMap((pid) => {
      const stat = statOf(pid);
      return stat === null ? [] : [[Number(pid), stat] as const];
    }),
  );
  const rootOf = (pid: number): string | undefined => {
    for (let at = pid; at > 1; at = stats.get(at)?.parent ?? 0) {
      const name = Object.keys(roots).find((root) => roots[root] === at);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const sums: Record<string, number> = Object.fromEntries(Object.keys(roots).map((name) => [name, 0]));
  for (const [pid, { micros }] of stats) {
    const root = rootOf(pid);
    if (root !== undefined) sums[root] = sums[root]! + micros;
  }
  return sums;
}
