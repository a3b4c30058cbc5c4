// A log that lets no secret of a connector through, whatever is logged.
import type { Logger } from 'pino';

const LEVELS: ReadonlySet<string | symbol> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
/** Nothing that is logged is nested deeper and means something. */
const MAX_DEPTH = 8;

/** Messages, fields, and errors with their traces and causes. @param mask Of `Settings`. */
export function maskedLog(log: Logger, mask: (text: string) => string): Logger {
  return new Proxy(log, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (LEVELS.has(name))
        return (...given: unknown[]): unknown =>
          Reflect.apply(
            member,
            target,
            given.map((each) => masked(each, mask, 0)),
          );
      if (name === 'child')
        return (...given: unknown[]): unknown =>
          maskedLog(
            Reflect.apply(
              member,
              target,
              given.map((each) => masked(each, mask, 0)),
            ) as Logger,
            mask,
          );
      return member;
    },
  });
}

function masked(value: unknown, mask: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (depth > MAX_DEPTH) return '...';
  if (Array.isArray(value)) return value.map((each) => masked(each, mask, depth + 1));
  const fields = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, masked(each, mask, depth + 1)]));
  if (!(value instanceof Error)) return Object.getPrototypeOf(value) === Object.prototype ? fields : value;
  // Of its own class, so that it is written as the error it is.
  const { message, stack, cause } = value;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(value) as object) as Error, fields);
  Object.defineProperty(copy, 'message', { value: mask(message), enumerable: false });
  Object.defineProperty(copy, 'stack', { value: stack === undefined ? undefined : mask(stack), enumerable: false });
  if (cause !== undefined) Object.defineProperty(copy, 'cause', { value: masked(cause, mask, depth + 1), enumerable: false });
  return copy;
}
