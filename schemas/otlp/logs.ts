// OTLP logs (opentelemetry-proto 1.x, logs/v1, collector/logs/v1): protobuf to the JSON of the specification, and requests to single records.
import { decodeMessage } from './protobuf.ts';
import type { Field, FieldKind, Message } from './protobuf.ts';

const fields = (...rows: readonly (readonly [number, Field])[]): Message => new Map(rows);
const messages = (name: string, of: Message): Field => ({ name, kind: 'message', of, isList: true });
const one = (name: string, of: Message): Field => ({ name, kind: 'message', of });
const plain = (name: string, kind: Exclude<FieldKind, 'message'>): Field => ({ name, kind });

const anyValue = new Map<number, Field>(); // holds itself, by way of lists
const keyValue = fields([1, plain('key', 'string')], [2, one('value', anyValue)]);
for (const [number, field] of [
  [1, plain('stringValue', 'string')],
  [2, plain('boolValue', 'bool')],
  [3, plain('intValue', 'int64')],
  [4, plain('doubleValue', 'double')],
  [5, one('arrayValue', fields([1, messages('values', anyValue)]))],
  [6, one('kvlistValue', fields([1, messages('values', keyValue)]))],
  [7, plain('bytesValue', 'base64')],
] as const)
  anyValue.set(number, field);
const attributes = messages('attributes', keyValue);
const dropped = plain('droppedAttributesCount', 'uint32');
const schemaUrl = plain('schemaUrl', 'string');

const logRecord = fields(
  [1, plain('timeUnixNano', 'fixed64')],
  [2, plain('severityNumber', 'uint32')],
  [3, plain('severityText', 'string')],
  [5, one('body', anyValue)],
  [6, attributes],
  [7, dropped],
  [8, plain('flags', 'fixed32')],
  [9, plain('traceId', 'hex')],
  [10, plain('spanId', 'hex')],
  [11, plain('observedTimeUnixNano', 'fixed64')],
  [12, plain('eventName', 'string')],
);
const scope = fields([1, plain('name', 'string')], [2, plain('version', 'string')], [3, attributes], [4, dropped]);
const scopeLogs = fields([1, one('scope', scope)], [2, messages('logRecords', logRecord)], [3, schemaUrl]);
const resourceLogs = fields([1, one('resource', fields([1, attributes], [2, dropped]))], [2, messages('scopeLogs', scopeLogs)], [3, schemaUrl]);
const exportRequest = fields([1, messages('resourceLogs', resourceLogs)]);

/** @throws TypeError for bytes that are no ExportLogsServiceRequest, or nested deeper than 100. */
export const decodeLogs = (bytes: Uint8Array): unknown => decodeMessage(exportRequest, bytes);

/** A request that is well-formed, and more than is taken at once: each record has its resource and scope beside it, so a small one may hold very much. */
export class TooManyLogs extends Error {
  constructor() {
    super(`With resource and scope beside each, the records have more than ${MAX_BYTES} bytes, or they are more than ${MAX_RECORDS}. Send fewer at once.`);
    this.name = 'TooManyLogs';
  }
}
const MAX_BYTES = 64 << 20;
const MAX_RECORDS = 50_000;

/**
 * Each log record as an OTLP/JSON document of its own, with its resource and scope: `{"resourceLogs":[{"resource","scopeLogs":[{"scope","logRecords":[one]}]}]}`.
 * Members in snake case are taken too, as protobuf's JSON mapping has it.
 * @param request An ExportLogsServiceRequest as JSON.parse or `decodeLogs` give it.
 * @throws TypeError when it is none; RangeError when it is nested too deep to be written; TooManyLogs as soon as they are.
 */
export function* singleLogs(request: unknown): Generator<Buffer> {
  let bytes = 0;
  let records = 0;
  for (const ofResource of listOf(objectOf(request), 'resourceLogs', 'resource_logs')) {
    const beforeScope = `{"resourceLogs":[{${member('resource', ofResource.resource)}${member('schemaUrl', ofResource.schemaUrl ?? ofResource.schema_url)}"scopeLogs":[{`;
    for (const ofScope of listOf(ofResource, 'scopeLogs', 'scope_logs')) {
      const before = `${beforeScope}${member('scope', ofScope.scope)}${member('schemaUrl', ofScope.schemaUrl ?? ofScope.schema_url)}"logRecords":[`;
      for (const record of listOf(ofScope, 'logRecords', 'log_records')) {
        const single = Buffer.from(`${before}${JSON.stringify(record)}]}]}]}`);
        bytes += single.length;
        records += 1;
        if (bytes > MAX_BYTES || records > MAX_RECORDS) throw new TooManyLogs();
        yield single;
      }
    }
  }
}

const member = (name: string, value: unknown): string => (value === undefined || value === null ? '' : `"${name}":${JSON.stringify(value)},`);

function listOf(holder: Readonly<Record<string, unknown>>, name: string, snakeName: string): readonly Readonly<Record<string, unknown>>[] {
  const list = holder[name] ?? holder[snakeName] ?? [];
  if (!Array.isArray(list)) throw new TypeError(`${name} must be a list`);
  return list.map(objectOf);
}
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('an object is expected');
  return value as Readonly<Record<string, unknown>>;
}

/** ExportLogsServiceResponse in protobuf: empty when all were taken. */
export function encodeLogsResponse(rejected: number, errorMessage: string): Buffer {
  if (rejected === 0 && errorMessage === '') return Buffer.alloc(0);
  const count = rejected === 0 ? Buffer.alloc(0) : Buffer.from([0x08, ...varint(rejected)]);
  return field(0x0a, Buffer.concat([count, field(0x12, Buffer.from(errorMessage))]));
}
/** google.rpc.Status in protobuf. @param retrySeconds Tells when to come again, as google.rpc.RetryInfo: below 128. */
export function encodeStatus(code: number, message: string, retrySeconds?: number): Buffer {
  const status = Buffer.concat([Buffer.from([0x08, ...varint(code)]), field(0x12, Buffer.from(message))]);
  if (retrySeconds === undefined) return status;
  const retryInfo = field(0x0a, Buffer.from([0x08, retrySeconds]));
  return Buffer.concat([status, field(0x1a, Buffer.concat([field(0x0a, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(0x12, retryInfo)]))]);
}

const field = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, ...varint(content.length)]), content]);

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
