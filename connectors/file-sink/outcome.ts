// What an error of the file system says. Of a write that failed nothing counts: what is there of it is cut off before the next.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';

/** Only a person can mend these. All others may pass: a disk that is full, a mount that is away. */
const MISCONFIGURED: Readonly<Record<string, string>> = {
  EACCES: 'the worker may not write there',
  EPERM: 'the worker may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file would be larger than may be; set rotateBytes',
};

/** @returns RetryableError SINK_UNAVAILABLE, ConfigError SINK_MISCONFIGURED, or what it was given, when that is no error of the file system. */
export function failedFile(error: unknown, path: string): Error {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error as Error;
  const why = MISCONFIGURED[code];
  return why === undefined
    ? new RetryableError('SINK_UNAVAILABLE', `${path} cannot be written now (${code}).`, { isAmbiguous: false, code }, { cause: error })
    : new ConfigError('SINK_MISCONFIGURED', `${path} cannot be written: ${why} (${code}).`, { code }, { cause: error });
}
