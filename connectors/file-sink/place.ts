// Where a file may lie, and what it is called.
import { dirname, join, parse, relative, sep } from 'node:path';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Disk } from './disk.ts';

export interface Place {
  /** Its folder, without symbolic links. */
  readonly folder: string;
  readonly path: string;
  /** Positions of what is in it. */
  readonly journal: string;
  /** Its name once it is full. */
  readonly archive: (file: number) => string;
  /** Number of a full file; null for other names. */
  readonly archived: (name: string) => number | null;
  /** Whether a name is that of the positions of any task of the connector. */
  readonly isJournal: (name: string) => boolean;
}

/** @param folders As `SinkDeps.fileFolders`. */
export const foldersOf = (organization: string, folders: readonly string[] = []): readonly string[] =>
  folders.map((folder) => folder.replaceAll('<organization>', organization));

/**
 * Task 0 writes `alerts.ndjson`, task 2 `alerts-2.ndjson`.
 *
 * @param path Absolute; its folder has to exist.
 * @param folders Below which it has to lie once symbolic links are followed.
 * @throws ConfigError SINK_MISCONFIGURED. Errors of the file system.
 */
export async function placeOf(path: string, task: number, folders: readonly string[], disk: Disk): Promise<Place> {
  const folder = await disk.realpath(dirname(path));
  const allowed = await Promise.all(folders.map((each) => disk.realpath(each).catch(() => null)));
  if (!allowed.some((each) => each !== null && isWithin(folder, each)))
    throw new ConfigError(
      'SINK_MISCONFIGURED',
      `path: files may be kept below ${folders.length === 0 ? 'no folder of this worker' : folders.join(', ')}, and ${dirname(path)} is not. Choose another, or have it added to connect.fileFolders.`,
    );
  const { name, ext } = parse(path);
  const own = `${name}${task === 0 ? '' : `-${task}`}`;
  const full = join(folder, `${own}${ext}`);
  return {
    folder,
    path: full,
    journal: `${full}${JOURNAL}`,
    archive: (file) => join(folder, `${own}.${String(file).padStart(6, '0')}${ext}`),
    archived(candidate) {
      const number = between(candidate, `${own}.`, ext);
      return number !== null && /^\d{6,12}$/.test(number) ? Number(number) : null;
    },
    isJournal: (candidate) => /^(-\d+)?$/.test(between(candidate, name, `${ext}${JOURNAL}`) ?? 'none'),
  };
}

/** Null when it does not begin and end so. */
const between = (text: string, begin: string, end: string): string | null =>
  text.startsWith(begin) && text.endsWith(end) && text.length >= begin.length + end.length ? text.slice(begin.length, text.length - end.length) : null;

export const JOURNAL = '.positions';

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
}
