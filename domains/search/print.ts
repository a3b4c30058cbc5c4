// A tree as text again, in one form: what `parseSearch` reads as the same tree.
import type { Bound, FieldTest, Pieces, Search } from './syntax.ts';
import { isoTime, LEVELS } from './values.ts';
import type { Scalar } from './values.ts';

export function printSearch(search: Search): string {
  switch (search.kind) {
    case 'all':
      return '*';
    case 'and':
    case 'or':
      return search.of.map(printPart).join(` ${search.kind} `);
    case 'not':
      return `not ${printPart(search.of)}`;
    case 'text':
      return printPieces(search.pieces);
    case 'field':
      return `${search.field}${printTest(search.test)}`;
  }
}

const printPart = (search: Search): string =>
  search.kind === 'and' || search.kind === 'or' || search.kind === 'not' ? `(${printSearch(search)})` : printSearch(search);

function printTest(test: FieldTest): string {
  switch (test.op) {
    case 'exists':
      return ':*';
    case 'is':
      return `:${printPieces(test.pieces)}`;
    case 'matches':
      return `=~"${test.source.replaceAll('"', '\\"')}"`;
    case 'within': {
      const [first, second] = test.bounds;
      if (second === undefined) return `${first.op}${printScalar(test.of, first.value)}`;
      return `:[${printScalar(test.of, first.value)} to ${printEnd(test.of, second)}]`;
    }
  }
}

const DAY_MICROS = 86_400_000_000;
/** A range that ends before midnight was written with its last day. */
const printEnd = (of: Scalar['of'], { op, value }: Bound): string => (op === '<' ? isoTime(value - DAY_MICROS).slice(0, 10) : printScalar(of, value));

function printScalar(of: Scalar['of'], value: number): string {
  if (of === 'level') return LEVELS[value] as string;
  if (of === 'time') return isoTime(value);
  const text = String(value);
  return text.includes('e') ? value.toFixed(15).replace(/0+$/, '') : text;
}

const BARE = /^[\w.@\\/][\w.@\\/-]*$/;
const WORD = /^(?:and|or|not)$/i;

function printPieces(pieces: Pieces): string {
  if (pieces.every((piece) => piece === '')) return pieces.length === 1 ? '""' : '""*';
  return pieces.map((piece) => (piece === '' || (BARE.test(piece) && !WORD.test(piece)) ? piece : quoted(piece))).join('*');
}

/** A plain value, in quotation marks where it would read as something else without. */
export const printValue = (value: string): string => printPieces([value]);

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
