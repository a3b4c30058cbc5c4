// Values that have an order: numbers, times, severities.
import { addressFamily } from './address.ts';
import { SearchError } from './error.ts';
import type { Bound, FieldTest } from './syntax.ts';
import type { Token } from './tokens.ts';

export interface Scalar {
  readonly of: 'number' | 'time' | 'level';
  readonly value: number;
}

/** Severities by name, from the least; of events, which have numbers up to 100, from which number on. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export const LEVEL_STARTS = [0, 20, 40, 60, 80] as const;
/** Above every severity of events. */
export const LEVELS_END = 101;

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Null for a text that has no place in an order. A time without zone is in UTC, a day is its beginning. */
export function scalarOf(text: string): Scalar | null {
  if (NUMBER.test(text)) return { of: 'number', value: Number(text) };
  const level = levelOf(text);
  if (level !== null) return { of: 'level', value: level };
  const time = timeOf(text);
  return time === null ? null : { of: 'time', value: time };
}

/** Place in LEVELS; null for other words. */
export function levelOf(text: string): number | null {
  const word = text.toLowerCase();
  const index = LEVELS.indexOf((word === 'info' ? 'informational' : word) as (typeof LEVELS)[number]);
  return index < 0 ? null : index;
}

/** A bound in levels as one in the numbers that events have. */
export function levelBound({ op, value }: Bound): Bound {
  const next = LEVEL_STARTS[value + 1] ?? LEVELS_END;
  const start = LEVEL_STARTS[value] as number;
  if (op === '>=' || op === '<') return { op, value: start };
  return op === '>' ? { op: '>=', value: next } : { op: '<', value: next };
}

/** In microseconds; null for what is no time, February 30th included. */
export function timeOf(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match as unknown as readonly string[];
  const stamp = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(stamp) || new Date(stamp).getUTCDate() !== Number(day)) return null;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = /^z$/i.test(zone) ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return stamp * 1_000 - offset * 60_000_000 + Number(fraction.padEnd(6, '0'));
}

/** As `timeOf` reads it, in UTC with microseconds. */
export const isoTime = (micros: number): string => {
  const millis = Math.floor(micros / 1_000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros - millis * 1_000).padStart(3, '0')}Z`;
};

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);
const DAY_MICROS = 86_400_000_000;

/** What a value that stands for a span means on a field of times: a day is all of it. Null for what is no time. */
export function timeSpan(text: string): { readonly from: number; readonly to: number } | null {
  const from = timeOf(text);
  return from === null ? null : { from, to: from + (isDay(text) ? DAY_MICROS : 1) };
}

/** @throws SearchError for ends that are no values, or of two kinds, or in the wrong order */
export function rangeTest({ from, to, at, length }: Token & { readonly type: 'range' }): FieldTest {
  const least = from === '*' ? null : scalarOf(from);
  const most = to === '*' ? null : scalarOf(to);
  if ((from !== '*' && least === null) || (to !== '*' && most === null) || (least === null && most === null))
    throw new SearchError('A range has numbers, times or severities at its ends, such as `[1 to 5]` or `[2026-11-25 to *]`.', at, length);
  if (least !== null && most !== null && least.of !== most.of) throw new SearchError('The ends of a range are of one kind.', at, length);
  if (least !== null && most !== null && least.value > most.value) throw new SearchError('This range ends before it begins.', at, length);
  const bounds: Bound[] = [];
  if (least !== null) bounds.push({ op: '>=', value: least.value });
  // The last day belongs to a range of days.
  if (most !== null) bounds.push(most.of === 'time' && isDay(to) ? { op: '<', value: most.value + DAY_MICROS } : { op: '<=', value: most.value });
  return { op: 'within', of: (least ?? most)!.of, bounds: bounds as unknown as readonly [Bound, Bound?] };
}

/** An IPv4 or IPv6 address, or a network in CIDR form. */
export function isAddressOrNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/') as [string, ...string[]];
  const family = addressFamily(address);
  return family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}
