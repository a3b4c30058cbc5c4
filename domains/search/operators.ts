// What may stand between a field and a value, and which kinds of fields it goes with: for the page of the language, its help and completion.
import { COLUMNS, ecsNameOf, TIME_FIELD } from './fields.ts';

/** `open`: what no column holds, which is compared as what it is asked for. */
export const FIELD_KINDS = ['text', 'number', 'address', 'severity', 'time', 'open'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export const KIND_WORDS: Readonly<Record<FieldKind, { readonly what: string; readonly example: string }>> = {
  text: { what: 'texts, and lists of texts of which one is enough', example: 'event.category:process' },
  number: { what: 'numbers', example: 'destination.port:[1 to 1023]' },
  address: { what: 'addresses, of both versions, and networks as values', example: 'source.ip:10.0.0.0/8' },
  severity: { what: 'severities by name, or numbers from 0 to 100', example: 'severity>=high' },
  time: { what: 'the time of the event', example: '@timestamp>=2026-11-25T12:00Z' },
  open: { what: 'all others: ECS, context, labels, the sensor’s own', example: 'process.pid>4000' },
};

/** Of a name as people write it. */
export function kindOfField(name: string): FieldKind {
  const field = ecsNameOf(name);
  if (field === TIME_FIELD) return 'time';
  if (field === 'event.severity') return 'severity';
  const kind = COLUMNS.get(field)?.kind;
  return kind === undefined ? 'open' : kind === 'texts' ? 'text' : kind;
}

export interface OperatorWords {
  /** As it is written, with a value where it needs one to be read. */
  readonly write: string;
  /** What completion puts between field and value. */
  readonly insert: string;
  readonly means: string;
  readonly of: readonly FieldKind[];
  readonly example: string;
}
const ORDERED = ['number', 'severity', 'time', 'open'] as const;

export const OPERATORS: readonly OperatorWords[] = [
  { write: ':', insert: ':', means: 'is: the whole value, case aside; a star stands for anything', of: FIELD_KINDS, example: 'user.name:root' },
  { write: ':*', insert: ':*', means: 'has a value', of: FIELD_KINDS, example: 'user.name:*' },
  { write: ':( or )', insert: ':(', means: 'is one of several', of: FIELD_KINDS, example: 'user.name:(root or admin or -"x y")' },
  { write: '>=', insert: '>=', means: 'is at least', of: ORDERED, example: 'severity>=high' },
  { write: '<=', insert: '<=', means: 'is at most', of: ORDERED, example: 'severity<=medium' },
  { write: '>', insert: '>', means: 'is above', of: ORDERED, example: 'source.port>1023' },
  { write: '<', insert: '<', means: 'is below', of: ORDERED, example: '@timestamp<2026-11-25' },
  { write: ':[ to ]', insert: ':[', means: 'lies between two, both counted in; a star leaves one open', of: ORDERED, example: 'source.port:[1024 to *]' },
  {
    write: '=~',
    insert: '=~',
    means: 'has a part that fits a regular expression',
    of: ['text', 'number', 'address', 'severity', 'open'],
    example: 'process.name=~"^cmd\\.(exe|com)$"',
  },
];

/** Words of the language, and what each does. */
export const WORDS = [
  { write: 'and', means: 'both must hold; a space says the same' },
  { write: 'or', means: 'one of the two must hold' },
  { write: 'not', means: 'turns the next term round' },
] as const;
