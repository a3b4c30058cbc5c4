// What becomes of records on their way, and what attackers send: each changes a record, by chance that follows from a seed.
import type { Random } from './random.ts';

type Mutation = (record: Buffer, random: Random, other: Buffer) => Buffer;

const DEPTH = 10_000;
const LARGE = 1_200_000; // above what ingest takes
const DELIMITERS = [',', '|', '\t', ';', '=', ':', ' ', '"', "'", '\\', '/', '^'];
const NUMBERS = ['99999999999999999999', '-1', '1e999', '-9223372036854775809', '18446744073709551616', '0x7fffffffffffffff', '1e-400', '00', '٣', 'NaN', ''];
const CLOCKS = [
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '275760-09-13T00:00:00Z',
  '-1',
  '253402300800',
  '1e18',
  '0',
  '2026-02-30T25:61:61+99:99',
  'Feb 30 24:60:60',
];
const INVALID = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xfe, 0xff], [0x80]].map((bytes) => Buffer.from(bytes));
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$where', '', '\u0000', '..', 'a'.repeat(70_000)];

const split = (record: Buffer, at: number): readonly [Buffer, Buffer] => [record.subarray(0, at), record.subarray(at)];
const place = (record: Buffer, random: Random): number => random.below(record.length + 1);
function insert(record: Buffer, at: number, what: Buffer): Buffer {
  return Buffer.concat([record.subarray(0, at), what, record.subarray(at)]);
}
/** Replaces some of what the form finds in the text. */
function replaced(record: Buffer, random: Random, form: RegExp, by: () => string): Buffer {
  return Buffer.from(
    record.toString('latin1').replaceAll(form, (found) => (random.below(3) === 0 ? Buffer.from(by(), 'utf8').toString('latin1') : found)),
    'latin1',
  );
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  none: (record) => record,
  truncated: (record, random) => record.subarray(0, place(record, random)),
  beheaded: (record, random) => record.subarray(place(record, random)),
  hollowed(record, random) {
    const at = place(record, random);
    return Buffer.concat([record.subarray(0, at), record.subarray(at + random.below(64))]);
  },
  doubled: (record, random) => Buffer.concat([record, Buffer.from(random.of(['', '\n', '\r\n', ' ', '\0'])), record]),
  spliced(record, random, other) {
    const [head] = split(record, place(record, random));
    const [, tail] = split(other, place(other, random));
    return Buffer.concat([head, tail]);
  },
  'within another': (record, random, other) => insert(other, place(other, random), record),
  'other bytes'(record, random) {
    const bytes = Buffer.from(record);
    for (let n = random.below(8); n >= 0 && bytes.length > 0; n -= 1) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  'UTF-16'(record, random) {
    const bytes = Buffer.from(`${random.below(2) === 0 ? '\ufeff' : ''}${record.toString('utf8')}`, 'utf16le');
    return random.below(2) === 0 ? bytes : bytes.swap16();
  },
  'Latin-1': (record, random) => Buffer.from(insert(record, place(record, random), Buffer.from('Zürich')).toString('utf8'), 'latin1'),
  'UTF-8 of UTF-8': (record) => Buffer.from(record.toString('latin1'), 'utf8'),
  'invalid UTF-8': (record, random) => insert(record, place(record, random), random.of(INVALID)),
  NUL: (record, random) => insert(record, place(record, random), Buffer.alloc(1 + random.below(3))),
  'escaped NUL': (record, random) => insert(record, place(record, random), Buffer.from(random.of(['\\u0000', '\\ud800', '\\x00', '%00', '\\udc00\\ud800']))),
  nested(record, random) {
    const [open, close] = random.of([
      ['[', ']'],
      ['{"a":', '}'],
      ['(', ')'],
      ['<a>', '</a>'],
    ] as const);
    const deep = open.repeat(DEPTH);
    const whole = random.below(2) === 0;
    const inner = whole ? record : Buffer.from('1');
    const nest = Buffer.concat([Buffer.from(deep), inner, Buffer.from(close.repeat(DEPTH))]);
    return whole ? nest : insert(record, place(record, random), nest);
  },
  'nested value': (record, random) => replaced(record, random, /(?<=":)"[^"\\]{0,80}"/g, () => `${'['.repeat(60)}${']'.repeat(60)}`),
  numbers: (record, random) => replaced(record, random, /\d+(?:\.\d+)?/g, () => random.of(NUMBERS)),
  clock: (record, random) =>
    replaced(record, random, /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s",|\]]{0,12}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\b\d{10,19}(?:\.\d+)?\b/g, () =>
      random.of(CLOCKS),
    ),
  delimiters(record, random) {
    const [from, to] = [random.of(DELIMITERS), random.of(DELIMITERS)];
    return Buffer.from(record.toString('latin1').replaceAll(from, to), 'latin1');
  },
  'odd key': (record, random) => replaced(record, random, /"[\w.@-]+"(?=\s*:)/g, () => JSON.stringify(random.of(KEYS))),
  'odd name': (record, random) => replaced(record, random, /\b\w+(?==)/g, () => random.of(KEYS)),
  'no values': (record, random) => replaced(record, random, /"[^"\\]{1,80}"(?!\s*:)/g, () => random.of(['""', 'null', '{}', '[]', '0', 'true', '-'])),
  long(record, random) {
    const at = place(record, random);
    return insert(record, at, Buffer.from(random.of(['a', '\\', '"', '=', ' ', '%', '<', 'a=b ', '\\"', '😀', '|', '(']).repeat(2_000 + random.below(20_000))));
  },
  'many fields': (record, random) =>
    insert(
      record,
      place(record, random),
      Buffer.from(Array.from({ length: 3_000 }, (_one, n) => random.of([`"k${n}":${n},`, `k${n}=${n} `, `,${n}`])).join('')),
    ),
  lines: (record, random) => replaced(record, random, / /g, () => random.of(['\n', '\r\n', '\t', '\u2028', '\v'])),
  blank: (_record, random) => Buffer.from(random.of(['', ' ', '\n', '\0', '\ufeff', '""', 'null', '{}', '[]', '0', '<', '<34>', '[', '{"'])),
  'too large': (record, random) => (random.below(50) === 0 ? Buffer.concat([record, Buffer.alloc(LARGE, 0x61)]) : record),
};
export const MUTATION_NAMES = Object.keys(MUTATIONS);

/** A record after one to three changes; which ones, joined by `+`. */
export function mutated(record: Buffer, other: Buffer, random: Random): { readonly bytes: Buffer; readonly kind: string } {
  const kinds = [random.of(MUTATION_NAMES)];
  while (kinds.length < 3 && random.below(4) === 0) kinds.push(random.of(MUTATION_NAMES));
  let bytes = record;
  for (const kind of kinds) bytes = MUTATIONS[kind]!(bytes, random, other);
  return { bytes, kind: kinds.join('+') };
}
