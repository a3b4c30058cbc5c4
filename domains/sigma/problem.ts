// Why a document is refused, or accepted with a word of warning.
import type { RawDocument } from './document.ts';
import { lineAt } from './line-at.ts';
import type { KeyPath } from './line-at.ts';

/** Where a document stands. `document` counts from 1 within its file, `line` is its first line. */
export interface DocumentPlace {
  readonly file: string;
  readonly document: number;
  readonly line: number;
}
/** `line` is that of what is wrong where that is known. `reason` is a sentence without its full stop, for people. */
export interface Problem extends DocumentPlace {
  readonly title: string | null;
  readonly reason: string;
}

/** Thrown while one document is read and caught where documents are told apart; never leaves this folder. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Keys that lead to what is wrong, as far as known. */
  readonly path: KeyPath;

  constructor(reason: string, path: KeyPath) {
    super(reason);
    this.path = path;
  }
}
/** Keys that lead to what is read now; reading never waits. */
const reading: (string | number)[] = [];
/** Whatever is said of the document while `read` runs is about what stands below `key`. */
export function below<T>(key: string | number, read: () => T): T {
  reading.push(key);
  try {
    return read();
  } finally {
    reading.pop();
  }
}
/** @param path Keys further down. */
export const pathNow = (path: KeyPath): KeyPath => [...reading, ...path];
/** @param path Keys below what is read now that lead to what is wrong. */
export const refuse = (reason: string, ...path: KeyPath): never => {
  throw new Refusal(reason, pathNow(path));
};
/** @param path As for `refuse`. */
export type Warn = (reason: string, ...path: KeyPath) => void;

/** A problem with this document. */
export const problemOf = (raw: RawDocument, reason: string, path: KeyPath = []): Problem => ({
  file: raw.file,
  document: raw.document,
  line: lineAt(raw, path),
  title: typeof raw.body['title'] === 'string' ? raw.body['title'] : null,
  reason,
});
