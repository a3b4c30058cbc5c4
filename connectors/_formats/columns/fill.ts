// Documents as rows. What fits no column comes back, so that nothing is lost.
import type { Column, ColumnType } from '../../../domains/tables/index.ts';
import type { Document } from '../document.ts';
import { millisOf } from '../pairs/values.ts';

/** How whole numbers and times are held: as `BigInt` or as they are; undefined = one that a format cannot hold. It is given those that a number carries exactly. */
export type Whole = (value: number) => bigint | number | undefined;
/** undefined = it does not fit. */
type Convert = (value: unknown) => unknown;
type Filled = readonly [value: unknown, rest: unknown];
/** @returns The value of the column, null when nothing fits, and what did not fit; undefined when all did. */
type Fill = (value: unknown) => Filled;
export type FillRow = (document: Document) => readonly [row: Readonly<Record<string, unknown>>, rest: Document | undefined];

/** Resolves columns once. */
export const filler = (columns: readonly Column[], whole: Whole): FillRow => {
  const fill = recordFiller(columns, whole);
  return (document) => fill(document) as ReturnType<FillRow>;
};

function fillerOf(column: Column, whole: Whole): Fill {
  const one = 'columns' in column ? recordFiller(column.columns, whole) : valueFiller(converters(whole)[column.type]);
  return column.isList === true ? listFiller(one) : one;
}

function recordFiller(columns: readonly Column[], whole: Whole): Fill {
  const fillers = new Map(columns.map((column) => [column.name, fillerOf(column, whole)]));
  const empty = Object.fromEntries(columns.map(({ name }) => [name, null]));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [null, value ?? undefined];
    const row: Record<string, unknown> = { ...empty };
    let rest: Record<string, unknown> | undefined;
    for (const [name, held] of Object.entries(value)) {
      if (held === null) continue;
      const fill = fillers.get(name);
      const [filled, left] = fill === undefined ? [null, held as unknown] : fill(held);
      if (fill !== undefined) row[name] = filled;
      if (left !== undefined) Object.defineProperty((rest ??= {}), name, { value: left, enumerable: true }); // a name may be `__proto__`
    }
    return [row, rest];
  };
}

/** A single value is a list of one. A list of which one element does not fit is left whole. */
function listFiller(fill: Fill): Fill {
  return (value) => {
    const filled = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((one): Filled => (one === null ? [null, undefined] : fill(one)));
    if (filled.every(([, rest]) => rest === undefined)) return [filled.map(([one]) => one), undefined];
    const isOfRecords = filled.every(([one]) => typeof one === 'object' && one !== null);
    return isOfRecords ? [filled.map(([one]) => one), filled.map(([, rest]) => rest ?? null)] : [null, value];
  };
}

function valueFiller(convert: Convert): Fill {
  return (value) => {
    const converted = convert(value);
    return converted === undefined ? [null, value] : [converted, undefined];
  };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const converters = (whole: Whole): Readonly<Record<ColumnType, Convert>> => ({
  text: (value) => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined),
  integer: (value) => (isWhole(value) ? whole(value) : undefined),
  number: (value) => (typeof value === 'number' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  json: (value) => JSON.stringify(value),
  micros: (value) => {
    const micros = microsOf(value);
    return isWhole(micros) ? whole(micros) : undefined;
  },
  millis: (value) => {
    const millis = millisOf(value);
    return isWhole(millis) ? whole(millis) : undefined;
  },
});

/** Microseconds since 1970 of ISO 8601 in UTC; undefined outside what a number carries exactly (1684 to 2255). */
export function microsOf(value: unknown): number | undefined {
  const millis = typeof value === 'string' ? millisOf(value) : undefined;
  if (millis === undefined) return undefined;
  const [, fraction = ''] = /\.(\d{1,6})Z$/.exec(value as string) ?? [];
  const micros = millis * 1000 + Number(fraction.padEnd(6, '0').slice(3));
  return Number.isSafeInteger(micros) ? micros : undefined;
}
