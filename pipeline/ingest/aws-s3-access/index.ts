// AWS S3 server access logs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  always,
  CERTAIN,
  columns,
  draft,
  isObject,
  LIKELY,
  lastPart,
  mapping,
  newFields,
  number,
  setField,
  setUrl,
  text,
  textNative,
  via,
  words,
} from '../kit.ts';

const ORDER =
  'bucket_owner bucket time remote_ip requester request_id operation key request_uri http_status error_code bytes_sent object_size total_time turn_around_time referer user_agent version_id host_id signature_version cipher_suite authentication_type host_header tls_version access_point_arn acl_required source_region'.split(
    ' ',
  );
/** Owner, bucket, time, address, requester, request and operation: what comes before the key. */
const BEGINNING =
  /^(?:[0-9a-f]{64}|-|[\w.-]{1,128}) [a-z0-9][a-z0-9.-]{1,62} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]+ [+-]\d{4}\] \S+ \S+ \S+ (?:REST|WEBSITE|SOAP|BATCH|S3)\.[A-Z._]+ /;
const HEAD_CHARS = 1024;

const decoder: Decoder = {
  name: 'aws-s3-access',
  version: 1,
  reads: 'AWS S3 server access logs; as JSON objects of collectors',
  recognisedBy: 'owner, bucket, [time], address, requester, request id and an operation such as REST.GET.OBJECT',
  datasets: ['aws.s3access'],
  clues: { holds: [' REST.', ' WEBSITE.', ' SOAP.', ' BATCH.', ' S3.'], members: ['bucket', 'bucket_owner', 'aws'] },
  recognise({ json, text: line }) {
    if (json === undefined) return BEGINNING.test(line.slice(0, HEAD_CHARS)) ? CERTAIN : 0;
    const object = objectOfS3(json);
    return object === undefined ? 0 : operationOf(object) === null ? LIKELY : CERTAIN;
  },
  decode(document) {
    const { json, text: line } = document;
    const object = json === undefined ? undefined : objectOfS3(json);
    if (object !== undefined) return [eventOf(document, fieldsOfObject(object), document.bytes)];
    if (json !== undefined || !BEGINNING.test(line.slice(0, HEAD_CHARS))) return 'no access to a bucket';
    const fields = columns(ORDER, words(line));
    return [eventOf(document, fields, textNative(document, fields))];
  },
};
export default decoder;

const operationOf = (object: Readonly<Record<string, unknown>>): string | null => {
  const operation = text(object.operation);
  return operation !== null && /^(?:REST|WEBSITE|SOAP|BATCH|S3)\./.test(operation) ? operation : null;
};
function objectOfS3(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  if (isObject(json.aws) && json.aws.source === 's3_server_access') return json.aws;
  if (json.p_log_type === 'AWS.S3ServerAccess') return json;
  return typeof json.bucket === 'string' && (operationOf(json) !== null || (json.remoteip ?? json.remote_ip ?? json.remoteIp) !== undefined) ? json : undefined;
}
/** Names without underscores, as exports write them, to those of the guide. */
const PLAIN: ReadonlyMap<string, string> = new Map(ORDER.map((name) => [name.replaceAll('_', ''), name]));
function fieldsOfObject(object: Readonly<Record<string, unknown>>): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(object)) fields[PLAIN.get(name.replaceAll('_', '').toLowerCase()) ?? name] = value;
  fields.object_size ??= fields.object_sent;
  fields.time ??= fields.p_event_time;
  return fields;
}

const set = mapping({
  '@timestamp': 'time',
  'event.start': 'time',
  'event.action': 'operation',
  'event.duration': via('total_time', (ms) => {
    const value = number(ms);
    return value === null ? null : value * 1_000_000;
  }),
  'error.code': 'error_code',
  'user.id': 'requester',
  'user.name': via('requester', (requester) => lastPart(String(requester).replace(/^svc:/, ''))),
  'source.ip': 'remote_ip',
  'http.response.status_code': 'http_status',
  'http.response.body.bytes': 'bytes_sent',
  'http.request.referrer': 'referer',
  'http.request.id': 'request_id',
  'user_agent.original': 'user_agent',
  'file.path': 'key',
  'file.size': 'object_size',
  'tls.cipher': 'cipher_suite',
  'tls.version': via('tls_version', (version) => (/^TLSv\d/i.test(String(version)) ? String(version).slice(4) : null)),
  'tls.version_protocol': via('tls_version', (version) => (/^TLSv\d/i.test(String(version)) ? 'tls' : null)),
  'tls.client.server_name': 'host_header',
  'cloud.provider': always('aws'),
  'cloud.service.name': always('s3'),
  'cloud.region': via(['source_region', 'host_header'], regionOf),
});
/** `bucket.s3.us-east-1.amazonaws.com`, `s3-us-west-2.amazonaws.com`: a host of one region names it. */
function regionOf(value: unknown): string | null {
  return /(?:^|[.-])([a-z]{2}(?:-[a-z]+){1,2}-\d)(?:\.|$)/.exec(String(value))?.[1] ?? null;
}

function eventOf(document: RawDocument, fields: Fields, native: Uint8Array): Draft {
  const event = draft('aws.s3access', 'aws', native);
  event.logsource = { category: [], service: ['s3access'] };
  // One request may delete many objects: a line for each, with the same id.
  event.id =
    fields.request_id === undefined ? '' : [fields.request_id, fields.operation, fields.key, fields.version_id].map((part) => text(part) ?? '-').join('/');
  set(event, fields, document);
  const request = text(fields.request_uri);
  if (request !== null) {
    const [method, uri, protocol] = request.split(' ');
    setField(event, 'http.request.method', method);
    if (protocol?.startsWith('HTTP/') === true) setField(event, 'http.version', protocol.slice(5));
    setUrl(event, uri ?? null);
  }
  const status = event.http?.status ?? null;
  event.category = ['web'];
  event.type = ['access'];
  event.outcome =
    fields.error_code !== undefined && text(fields.error_code) !== null ? 'failure' : status === null ? null : status >= 400 ? 'failure' : 'success';
  event.message = `${event.action ?? 'access'} ${text(fields.bucket) ?? ''}${text(fields.key) === null ? '' : `/${text(fields.key)}`}${status === null ? '' : ` ${status}`}`;
  return event;
}
