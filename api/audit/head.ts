// How far an organization's audit reached, signed. Heads lie outside the database, so a chain that was rewritten as a whole does not fit them.
import { z } from 'zod';
import { DocumentProblem, documentHash, readDocument, signDocument } from '../auth/signed-document.ts';
import type { SigningKeys } from '../auth/keys.ts';

const TYPE = 'goshawk-audit-head+jws';

const head = z.object({
  installation: z.string(),
  organization: z.string(),
  /** Number of the last row, and its hash in hexadecimal. */
  seq: z.number(),
  hash: z.string(),
  /** ISO 8601, wall-clock time. */
  at: z.string(),
  /** The head published before: its number, and SHA-256 of its signed form. */
  previous: z.object({ seq: z.number(), hash: z.string() }).nullable(),
});
export type AuditHead = z.infer<typeof head>;

export interface HeadToSign extends Omit<AuditHead, 'previous'> {
  readonly previous: { readonly seq: number; readonly jws: string } | null;
}
export const signHead = ({ previous, ...rest }: HeadToSign, keys: SigningKeys): Promise<string> =>
  signDocument(
    { ...rest, previous: previous === null ? null : { seq: previous.seq, hash: documentHash(previous.jws).toString('hex') } } satisfies AuditHead,
    TYPE,
    keys,
  );

/** @throws DocumentProblem */
export async function readHead(jws: string, keys: Pick<SigningKeys, 'ofDocument'>): Promise<AuditHead> {
  const read = head.safeParse(await readDocument(jws, TYPE, keys));
  if (read.success) return read.data;
  throw new DocumentProblem('It is signed, but it is no head of an audit.');
}
