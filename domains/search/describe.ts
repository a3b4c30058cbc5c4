// What a search means, in words.
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from './fields.ts';
import type { Bound, FieldTest, Pieces, Search } from './syntax.ts';
import { isAddressOrNetwork, isoTime, LEVELS, LEVEL_STARTS, levelBound, levelOf, LEVELS_END, timeSpan } from './values.ts';
import type { Scalar } from './values.ts';

/** One sentence, without a full stop. */
export function describeSearch(search: Search): string {
  switch (search.kind) {
    case 'all':
      return 'every event';
    case 'and':
    case 'or':
      return search.of.map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${describeSearch(part)})` : describeSearch(part))).join(` ${search.kind} `);
    case 'not':
      return `not (${describeSearch(search.of)})`;
    case 'text':
      return `${pieceWords(search.pieces)} somewhere in the sensor's own document`;
    case 'field':
      return `${nameOf(search.field)} ${testWords(ecsNameOf(search.field), search.test)}`;
  }
}

function nameOf(written: string): string {
  const field = ecsNameOf(written);
  if (field === TIME_FIELD) return 'the time of the event';
  if (COLUMNS.has(field) || isTypedField(field) || field.startsWith('labels.')) return field;
  return `${field} (as context or in the sensor's own document)`;
}

const quote = (text: string): string => `"${text}"`;

function pieceWords(pieces: Pieces): string {
  const parts = pieces.filter((piece) => piece !== '');
  return parts.map(quote).join(', later ');
}

function testWords(field: string, test: FieldTest): string {
  switch (test.op) {
    case 'exists':
      return 'has a value';
    case 'matches':
      return `has a part that fits the regular expression ${test.source}`;
    case 'within':
      return test.bounds
        .filter((bound) => bound !== undefined)
        .map((bound) => boundWords(test.of, bound))
        .join(' and ');
    case 'is':
      return isWords(field, test.pieces);
  }
}

const OPS: Readonly<Record<Bound['op'], string>> = { '<': 'is below', '<=': 'is at most', '>': 'is above', '>=': 'is at least' };

function boundWords(of: Scalar['of'], bound: Bound): string {
  if (of === 'time') return `${{ '<': 'is before', '<=': 'is not after', '>': 'is after', '>=': 'is not before' }[bound.op]} ${isoTime(bound.value)}`;
  if (of === 'number') return `${OPS[bound.op]} ${bound.value}`;
  const inNumbers = levelBound(bound);
  return `${OPS[bound.op]} ${LEVELS[bound.value]} (${OPS[inNumbers.op].slice(3)} ${inNumbers.value})`;
}

function isWords(field: string, pieces: Pieces): string {
  const [first] = pieces;
  const last = pieces.at(-1) as string;
  if (pieces.length === 1) {
    const span = field === TIME_FIELD ? timeSpan(first) : null;
    if (span !== null) return `lies in [${isoTime(span.from)}, ${isoTime(span.to)})`;
    const level = field === 'event.severity' ? levelOf(first) : null;
    if (level !== null) return `is ${first.toLowerCase()} (${LEVEL_STARTS[level]} to ${(LEVEL_STARTS[level + 1] ?? LEVELS_END) - 1})`;
    return first.includes('/') && isAddressOrNetwork(first) ? `lies in the network ${first}` : `is ${quote(first)}`;
  }
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  const parts = [
    ...(first === '' ? [] : [`begins with ${quote(first)}`]),
    ...(middle.length === 0 ? [] : [`has ${middle.map(quote).join(', later ')} in it`]),
    ...(last === '' ? [] : [`ends with ${quote(last)}`]),
  ];
  return parts.length === 0 ? 'has any value' : parts.join(' and ');
}
