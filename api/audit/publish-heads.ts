// Hourly: the head of each organization's audit to a topic, through the outbox, and to a file that is only appended to.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Pool } from '../../store/connect.ts';
import { publishHead, publishedSince, unpublishedHeads } from '../../store/audit.ts';
import type { SigningKeys } from '../auth/keys.ts';
import { signHead } from './head.ts';

export interface PublishDeps {
  readonly pool: Pool;
  readonly keys: SigningKeys;
  readonly installation: string;
  /** Where the file is; made when it is not there. */
  readonly folder: string;
  readonly wallMicros: () => Micros;
}

/** Signed heads, one a line. */
export const headFileOf = (folder: string): string => join(folder, 'heads.jws');
/** A head that was stored, and whose process died before it wrote the line, is written by a later run within this time. */
const LOOK_BACK_MS = 7 * 86_400_000;

/** @returns Heads published. */
export async function publishHeads({ pool, keys, installation, folder, wallMicros }: PublishDeps): Promise<number> {
  const at = new Date(wallMicros() / 1_000);
  const heads = await unpublishedHeads(pool);
  for (const head of heads) {
    const { organization, seq, hash, previousSeq, previousJws } = head;
    const previous = previousSeq === null || previousJws === null ? null : { seq: previousSeq, jws: previousJws };
    const jws = await signHead({ installation, organization, seq, hash: hash.toString('hex'), at: at.toISOString(), previous }, keys);
    await publishHead(pool, head, at.toISOString(), jws);
  }
  append(headFileOf(folder), await publishedSince(pool, new Date(at.getTime() - LOOK_BACK_MS)));
  return heads.length;
}

/** Lines that are not there yet, on the disk before it returns. */
function append(file: string, lines: readonly string[]): void {
  const known = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
  const missing = lines.filter((line) => !known.has(line));
  if (missing.length === 0) return;
  mkdirSync(join(file, '..'), { recursive: true });
  const handle = openSync(file, 'a', 0o600);
  try {
    writeSync(handle, missing.map((line) => `${line}\n`).join(''));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
