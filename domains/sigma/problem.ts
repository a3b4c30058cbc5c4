// Why a document is refused, or accepted with a word of warning.
import type { RawDocument } from './document.ts';

/** Where a document stands. `document` counts from 1 within its file, `line` is its first line. */
export interface DocumentPlace {
  readonly file: string;
  readonly document: number;
  readonly line: number;
}
/** `reason` is a sentence without its full stop, for people. */
export interface Problem extends DocumentPlace {
  readonly title: string | null;
  readonly reason: string;
}

/** Thrown while one document is read and caught where documents are told apart; never leaves this folder. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
export const refuse = (reason: string): never => {
  throw new Refusal(reason);
};
export type Warn = (reason: string) => void;

/** A problem with this document. */
export const problemOf = ({ file, document, line, body }: RawDocument, reason: string): Problem => ({
  file,
  document,
  line,
  title: typeof body['title'] === 'string' ? body['title'] : null,
  reason,
});
