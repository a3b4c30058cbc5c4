// Whether an audit is what was written: each row against its hash, the chain from row to row, and both against heads that lie outside.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DocumentProblem, documentHash } from '../auth/signed-document.ts';
import type { SigningKeys } from '../auth/keys.ts';
import { readHead } from './head.ts';
import type { AuditHead } from './head.ts';

export type AuditProblemKind =
  /** The row does not have the contents that its hash covers. */
  | 'edited'
  /** The row does not follow the one before it. */
  | 'unlinked'
  /** Rows are missing between others. */
  | 'gap'
  /** Rows at the end are missing. */
  | 'truncated'
  /** The whole chain fits itself, but not a head that was published. */
  | 'rewritten'
  /** A published head cannot be believed, or one between others is missing. */
  | 'head';
export interface AuditProblem {
  readonly kind: AuditProblemKind;
  /** Of the first row concerned; null when no row is. */
  readonly seq: number | null;
  readonly detail: string;
}
/** A row, from the database or from an export. */
export interface ChainRow {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly detail: unknown;
  readonly previousHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly hashed: string;
}
export interface Verdict {
  readonly rows: number;
  /** Number and hash of the last row. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly problems: readonly AuditProblem[];
}

/** More are counted, not named. */
const MOST_PROBLEMS = 100;
const genesisOf = (organization: string): Buffer => createHash('sha256').update(organization).digest();
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/**
 * Reads rows once, in the order of their numbers.
 * @param isWhole False for a selection, whose rows hold each by itself and cannot be linked.
 * @param heads Of this organization, in any order; their signatures are checked already.
 * @param end Where the database says that the chain ends; null where nobody says.
 */
export async function verifyChain(
  organization: string,
  rows: AsyncIterable<readonly ChainRow[]>,
  {
    heads,
    end,
    isWhole,
  }: { readonly heads: readonly AuditHead[]; readonly end: { readonly seq: number; readonly hash: Uint8Array } | null; readonly isWhole: boolean },
): Promise<Verdict> {
  const problems: AuditProblem[] = [];
  let unnamed = 0;
  const say = (kind: AuditProblemKind, seq: number | null, detail: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ kind, seq, detail });
    else unnamed++;
  };
  const wanted = new Map(heads.map(({ seq, hash }) => [seq, hash]));
  let last: { readonly seq: number; readonly hash: Uint8Array } = { seq: 0, hash: genesisOf(organization) };
  let count = 0;
  for await (const chunk of rows) {
    for (const row of chunk) {
      count++;
      if (!isItself(organization, row)) say('edited', row.seq, `Row ${row.seq} (${row.action} by ${row.actor}) does not have the contents that were hashed.`);
      if (isWhole && row.seq !== last.seq + 1) say('gap', last.seq + 1, `Rows ${last.seq + 1} to ${row.seq - 1} are missing.`);
      else if (isWhole && !same(row.previousHash, last.hash)) say('unlinked', row.seq, `Row ${row.seq} does not follow row ${last.seq}.`);
      const head = wanted.get(row.seq);
      if (head !== undefined && head !== hex(row.hash)) say('rewritten', row.seq, `Row ${row.seq} is not the one whose hash was published.`);
      wanted.delete(row.seq);
      last = row;
    }
  }
  if (isWhole) {
    const published = Math.max(0, ...wanted.keys());
    const expected = Math.max(published, end?.seq ?? 0);
    if (expected > last.seq)
      say(
        'truncated',
        last.seq + 1,
        `Rows ${last.seq + 1} to ${expected} are missing: ${published === expected ? 'their head was published' : 'the database has their head'}.`,
      );
    else if (end !== null && (end.seq !== last.seq || !same(end.hash, last.hash)))
      say('unlinked', last.seq, `The database says that the chain ends at row ${end.seq}, and it ends at row ${last.seq} with another hash.`);
  }
  if (unnamed > 0) problems.push({ kind: problems[0]!.kind, seq: null, detail: `And ${unnamed} more.` });
  return { rows: count, head: { seq: last.seq, hash: hex(last.hash) }, problems };
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function isItself(organization: string, { previousHash, hash, hashed, seq, at, actor, action, object, detail }: ChainRow): boolean {
  if (!same(createHash('sha256').update(previousHash).update(hashed).digest(), hash)) return false;
  let said: unknown;
  try {
    said = JSON.parse(hashed);
  } catch {
    return false;
  }
  return isDeepStrictEqual(said, [organization, seq, at, actor, action, object, detail]);
}

/** Of all organizations. `problems` by organization; '' where not even that can be believed. */
export interface PublishedHeads {
  readonly byOrganization: ReadonlyMap<string, readonly AuditHead[]>;
  readonly problems: ReadonlyMap<string, readonly AuditProblem[]>;
}

/** Checks signatures, and that each head names the one before it. @param lines Signed heads from topic and file, in any order, also several times. */
export async function readHeads(lines: Iterable<string>, keys: Pick<SigningKeys, 'ofDocument'>, installation: string): Promise<PublishedHeads> {
  const problems = new Map<string, AuditProblem[]>();
  const say = (organization: string, seq: number | null, detail: string) =>
    void problems.set(organization, [...(problems.get(organization) ?? []), { kind: 'head', seq, detail }]);
  const byOrganization = new Map<string, { readonly head: AuditHead; readonly hash: string }[]>();
  for (const line of new Set([...lines].map((text) => text.trim()).filter((text) => text !== ''))) {
    const head = await readHead(line, keys).catch((error: unknown) => {
      if (error instanceof DocumentProblem) return error.message;
      throw error;
    });
    if (typeof head === 'string') say('', null, `A published head: ${head}`);
    else if (head.installation !== installation)
      say(head.organization, head.seq, `The head at row ${head.seq} is of another installation, ${head.installation}.`);
    else byOrganization.set(head.organization, [...(byOrganization.get(head.organization) ?? []), { head, hash: documentHash(line).toString('hex') }]);
  }
  for (const [organization, heads] of byOrganization) {
    heads.sort((a, b) => a.head.seq - b.head.seq);
    for (const { head } of heads) {
      if (head.previous === null || heads.some((each) => each.head.seq === head.previous?.seq && each.hash === head.previous.hash)) continue;
      say(organization, head.previous.seq, `The head at row ${head.seq} follows one at row ${head.previous.seq}, which is not here.`);
    }
  }
  return { byOrganization: new Map([...byOrganization].map(([organization, heads]) => [organization, heads.map(({ head }) => head)])), problems };
}
