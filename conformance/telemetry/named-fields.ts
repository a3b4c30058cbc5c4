// Cases that expect fields by the names of another tool, or by the sensor's own: looked for in the event's ECS document and in its native document.
import { canonicalIp } from '../../domains/network/address.ts';
import { readIso } from '../../pipeline/ingest/kit.ts';
import { eventDocument } from '../../pipeline/publish/ocsf/event.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Json } from './fields.ts';
import { isObject, leaves, relatedOf } from './fields.ts';

/** Everything an event says, by dotted name in lower case; the sensor's own fields also by the last part of their name. */
export class NamedFields {
  readonly #values = new Map<string, unknown[]>();

  constructor(event: Event) {
    for (const [name, value] of leaves(eventToEcs(event, relatedOf(event)))) {
      this.#add(name, value);
      if (name.endsWith('.version')) for (const [index, part] of String(value).split('.').entries()) this.#add(`${name}#${index}`, part);
    }
    for (const [name, value] of leaves(eventDocument(event, relatedOf(event)))) this.#add(`ocsf.${name}`, value);
    for (const pair of (event.url?.query ?? '').split('&')) {
      const equals = pair.indexOf('=');
      if (equals > 0) this.#add(`query.${pair.slice(0, equals)}`, pair.slice(equals + 1));
    }
    const native = JSON.parse(Buffer.from(event.native).toString('utf8')) as Json;
    this.#walk(native, '');
  }

  #walk(part: unknown, name: string): void {
    if (name !== '') this.#add(name, part);
    if (name.includes('.')) this.#add(name.slice(name.lastIndexOf('.') + 1), part);
    if (Array.isArray(part)) for (const [index, inner] of part.entries()) this.#walk(inner, `${name}.${index}`);
    else if (isObject(part)) for (const [key, inner] of Object.entries(part)) this.#walk(inner, name === '' ? key : `${name}.${key}`);
  }
  #add(name: string, value: unknown): void {
    const key = name.toLowerCase();
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, [value]);
    else values.push(value);
  }

  /** What stands under any of the names, in their order. */
  under(names: readonly string[]): readonly unknown[] {
    return names.flatMap((name) => this.#values.get(name.toLowerCase()) ?? []);
  }
}

/** The value that equals the expected one, as expected; else the first of another value; null when there is none. */
export function found(fields: NamedFields, names: readonly string[], expected: unknown): unknown {
  const values = fields.under(names).filter((value) => value !== null && value !== '');
  if (isNothing(expected)) return values.length === 0 || values.some((value) => isNothing(value) || isSame(value, expected)) ? expected : values[0];
  const isProtocol = names.includes('network.transport'); // names of protocols are the same in any case
  const isRight = (value: unknown) => isSame(value, expected) || (isProtocol && String(value).toLowerCase() === String(expected).toLowerCase());
  return values.some(isRight) ? expected : (values[0] ?? null);
}
const isNothing = (value: unknown): boolean => value === null || value === '' || value === '-' || (Array.isArray(value) && value.length === 0);

/** Numbers as numbers, times as instants to the millisecond, lists as sets, addresses in canonical form; levels by either of their names. */
function isSame(got: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    const values = Array.isArray(got) ? (got as readonly unknown[]) : [got];
    return expected.every((one) => values.some((value) => isSame(value, one))) && values.every((value) => expected.some((one) => isSame(value, one)));
  }
  if (isObject(expected)) return isObject(got) && Object.entries(expected).every(([name, value]) => isNothing(value) || isSame(got[name], value));
  if (Array.isArray(got)) return got.length === 1 && isSame(got[0], expected);
  if (typeof expected === 'number' && typeof got === 'number') return Math.abs(got - expected) <= 1e-9 * Math.abs(expected);
  const [left, right] = [written(got), written(expected)];
  if (left === right || isSameLevel(left.toLowerCase(), right.toLowerCase())) return true;
  if (isNumeric(left) && isNumeric(right)) return Number(left) === Number(right);
  const [a, b] = [instant(got), instant(expected)];
  return a !== null && a === b;
}
/** Keywords of syslog, their long forms, and the words of libraries for logging. */
const LEVELS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    trace: 'trace',
    debug: 'debug',
    info: 'info',
    information: 'info',
    informational: 'info',
    notice: 'notice',
    warn: 'warning',
    warning: 'warning',
    err: 'error',
    error: 'error',
    crit: 'critical',
    critical: 'critical',
    alert: 'alert',
    fatal: 'fatal',
    emerg: 'emergency',
    emergency: 'emergency',
  }),
);
function isSameLevel(left: string, right: string): boolean {
  const level = LEVELS.get(left);
  return level !== undefined && level === LEVELS.get(right);
}
const written = (value: unknown): string => {
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value ?? null);
  return canonicalIp(text) ?? text;
};
const isNumeric = (text: string): boolean => /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
/** Milliseconds of a time text, or of a number (in text, too) that is one of this century in milliseconds. */
function instant(value: unknown): number | null {
  if (typeof value === 'number') return value > 9e11 && value < 4e12 ? Math.floor(value) : null;
  if (typeof value !== 'string') return null;
  if (isNumeric(value)) return instant(Number(value));
  const { micros } = readIso(value);
  return Number.isNaN(micros) ? null : Math.floor(micros / 1000);
}
