// Documents that this installation signs and keeps for years: daily reports of the ledger, heads of the audit.
import { createHash } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { ALGORITHM } from './keys.ts';
import type { SigningKey, SigningKeys } from './keys.ts';

/** Why a document cannot be believed. */
export class DocumentProblem extends Error {}

/** @param type Of the header `typ`: what the document is. @returns A compact JWS. */
export const signDocument = (content: object, type: string, { kid, privateKey }: Pick<SigningKey, 'kid' | 'privateKey'>): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify(content))).setProtectedHeader({ alg: ALGORITHM, kid, typ: type }).sign(privateKey);

/** What it says, after its signature is checked; also by a key that signs no more. @throws DocumentProblem */
export async function readDocument(jws: string, type: string, keys: Pick<SigningKeys, 'ofDocument'>): Promise<unknown> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws.trim(), ({ kid }) => keys.ofDocument(kid), { algorithms: [ALGORITHM] });
    if (protectedHeader.typ !== type) throw new DocumentProblem(`It is no ${type} but ${protectedHeader.typ ?? 'something without a type'}.`);
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    if (error instanceof DocumentProblem) throw error;
    throw new DocumentProblem('The signature does not hold under a key of this installation: the document was changed, or another key signed it.');
  }
}

/** By which the next document names this one. */
export const documentHash = (jws: string): Buffer => createHash('sha256').update(jws.trim()).digest();
