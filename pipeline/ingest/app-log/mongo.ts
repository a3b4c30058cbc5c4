// What mongod before 4.4 says of a slow operation: `command db.collection command: find { .. } planSummary: .. numYields:0 .. 284ms`.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

const OPERATION = /^(?:command|query|getmore|update|remove|insert|find|aggregate|killcursors) (?=\S{1,256}\.\S|\S{1,64} command: )/;
const HEAD =
  /^(?<operation>[a-z]+) (?<namespace>\S{1,256})(?: appName: "(?<app>[^"]{0,256})")?(?: (?:command|query|originatingCommand): ?(?<type>[A-Za-z]\w{0,64} )?)?/;
const COUNTER = /(?:^| )([A-Za-z]\w{0,32}(?:\(micros\) [a-zA-Z])?):([\w.-]{1,64})(?= |$)/g;
const CONNECTION = /^connection accepted from (?<ip>[0-9a-fA-F.:]{2,45}):(?<port>\d{1,5}) #(?<id>\d{1,12}) /;

export interface MongoMessage {
  readonly fields: Fields;
  readonly durationNanos: number | null;
  readonly client: { readonly ip: string; readonly port: string } | null;
}

/** @returns undefined when the message tells neither of an operation nor of a connection. */
export function mongoMessage(message: string): MongoMessage | undefined {
  const fields = newFields();
  const connection = CONNECTION.exec(message)?.groups;
  if (connection !== undefined) {
    Object.assign(fields, { mongo: { connectionId: connection.id } });
    return { fields, durationNanos: null, client: { ip: connection.ip!, port: connection.port! } };
  }
  const took = /^(.*) (\d{1,12})ms$/s.exec(message);
  const head = took === null || !OPERATION.test(message) ? null : HEAD.exec(took[1]!);
  if (took === null || head === null) return undefined;
  const { operation, namespace = '', app, type } = head.groups!;
  const dot = namespace.indexOf('.');
  const rest = took[1]!.slice(head[0].length);
  const end = objectEnd(rest);
  const after = rest.slice(end);
  const plan = / planSummary: ([A-Z_]{2,32})(?: (\{[^}]{0,512}\}))?/.exec(after);
  const collection = dot < 0 ? undefined : namespace.slice(dot + 1);
  const counters = newFields();
  for (const [, name, value] of withoutLocks(after.slice(0, 16_384)).matchAll(COUNTER)) counters[name!.slice(name!.lastIndexOf(' ') + 1)] = value;
  fields.db = { instance: dot < 0 ? namespace : namespace.slice(0, dot), operation, ...(end > 0 ? { statement: rest.slice(0, end).trim() } : {}) };
  fields.mongo = {
    ...(collection === undefined || collection === '$cmd' ? {} : { collection }),
    ...(app === undefined ? {} : { appName: app }),
    ...(type === undefined ? {} : { query: { type: type.trim() } }),
    ...(plan === null ? {} : { planSummary: { type: plan[1], ...(plan[2] === undefined ? {} : { params: plan[2] }) } }),
    counters,
  };
  return { fields, durationNanos: Number(took[2]) * 1_000_000, client: null };
}

/** Counts of locks are told by object, not by operation. */
function withoutLocks(text: string): string {
  const at = text.indexOf(' locks:{');
  return at < 0 ? text : text.slice(0, at) + text.slice(at + 7 + objectEnd(text.slice(at + 7)));
}
/** Behind the object that the text begins with; braces within quotes do not count. 0 when there is none. */
function objectEnd(text: string): number {
  let at = 0;
  while (text[at] === ' ') at++;
  if (text[at] !== '{') return 0;
  let depth = 0;
  let isQuoted = false;
  for (; at < text.length; at++) {
    const char = text[at];
    if (isQuoted) {
      if (char === '\\') at++;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return 0;
}
