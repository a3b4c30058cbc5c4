// AWS load balancers: application, network and classic.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  always,
  CERTAIN,
  columns,
  communityId,
  count,
  csvCells,
  draft,
  isObject,
  mapping,
  newFields,
  number,
  setField,
  setUrl,
  text,
  textNative,
  via,
} from '../kit.ts';

const ALB =
  'type timestamp elb client_host target_host request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url error_reason target_port_list target_status_code_list classification classification_reason traceability_id'.split(
    ' ',
  );
const CLASSIC =
  'timestamp elb client_host target_host request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol'.split(
    ' ',
  );
const NETWORK =
  'type version timestamp elb listener client_host target_host connection_time tls_handshake_time received_bytes sent_bytes incoming_tls_alert chosen_cert_arn chosen_cert_serial ssl_cipher ssl_protocol tls_named_group domain_name alpn_fe_protocol alpn_be_protocol alpn_client_preference_list request_creation_time'.split(
    ' ',
  );
const NUMBERS = new Set(
  'request_processing_time target_processing_time response_processing_time received_bytes sent_bytes connection_time tls_handshake_time'.split(' '),
);

const IS_ALB = /^(?:https?|h2|grpcs?|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z \S+\/\S+ \S+ \S+ -?[\d.]+ /;
const IS_CLASSIC = /^\d{4}-\d\d-\d\dT[\d:.]+Z \S+ \S+:\d+ \S+ -?[\d.]+ -?[\d.]+ -?[\d.]+ /;
const IS_NETWORK = /^tls \d\.\d \d{4}-\d\d-\d\dT[\d:]+ net\//;
/** How long the beginning is that tells: a name of a load balancer has at most 32 characters. */
const HEAD_CHARS = 256;

function orderOf(line: string): readonly string[] | undefined {
  const head = line.slice(0, HEAD_CHARS);
  return IS_ALB.test(head) ? ALB : IS_NETWORK.test(head) ? NETWORK : IS_CLASSIC.test(head) ? CLASSIC : undefined;
}

const decoder: Decoder = {
  name: 'aws-elb',
  version: 1,
  reads: 'AWS load balancers: access logs of application, network and classic ones; as JSON objects of collectors',
  recognisedBy: 'kind of connection, time and name of the load balancer; client, backend and three times; elb with target_group_arn',
  datasets: ['aws.elb'],
  clues: { begins: ['http', 'h2 ', 'grpc', 'ws', 'tls ', '20'], members: ['elb', 'aws', 'p_log_type'] },
  recognise({ json, text: line }) {
    if (json !== undefined) return objectOfElb(json) === undefined ? 0 : CERTAIN;
    return orderOf(line) === undefined ? 0 : CERTAIN;
  },
  decode(document) {
    const { json, text: line } = document;
    const object = json === undefined ? undefined : objectOfElb(json);
    if (object !== undefined) return [eventOf(document, fieldsOfObject(object), document.bytes)];
    const order = orderOf(line);
    if (order === undefined) return 'no line of a load balancer';
    const fields = typed(columns(order, cellsOf(line)));
    return [eventOf(document, fields, textNative(document, fields))];
  },
};
export default decoder;

/** Blanks separate, quotes join; a quote in a quoted text is written `\"`. */
const cellsOf = (line: string): readonly string[] => csvCells(line.trim().replaceAll('\\"', '""'), ' ');

/** The same fields, each in its type. */
function typed(fields: Fields): Fields {
  for (const name in fields) {
    const cell = fields[name];
    const said = cell === '-' || cell === '' ? null : cell;
    if (name.endsWith('_list')) fields[name] = typeof said === 'string' ? said.split(/[ ,]/) : (said ?? []);
    else fields[name] = said !== null && NUMBERS.has(name) ? (number(said) ?? said) : said;
  }
  const request = text(fields.request);
  if (request !== null) {
    const [method, url, protocol] = request.split(' ');
    fields.request_method = method ?? null;
    fields.request_url = url ?? null;
    fields.request_protocol = protocol ?? null;
  }
  return fields;
}

/** Collectors wrap the fields, or write them flat. */
function objectOfElb(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  if (isObject(json.aws) && json.aws.source === 'alb') return json.aws;
  if (json.p_log_type === 'AWS.ALB' || json.p_log_type === 'AWS.ClassicELB') return json;
  return json.elb !== undefined && (json.target_group_arn ?? json.targetGroupArn ?? json.elb_status_code ?? json.elbStatusCode) !== undefined
    ? json
    : undefined;
}
function fieldsOfObject(object: Readonly<Record<string, unknown>>): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(object)) fields[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  const end = (side: string): string | null => {
    const ip = text(fields[`${side}_ip`]);
    return ip === null ? null : text(fields[`${side}_port`]) === null ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${text(fields[`${side}_port`])}`;
  };
  fields.client_host ??= end('client');
  fields.target_host ??= end('target');
  fields.timestamp ??= fields.time ?? fields.p_event_time;
  fields.actions_executed ??= fields.action_executed;
  return typed(fields);
}

const set = mapping({
  '@timestamp': 'timestamp',
  'event.start': 'request_creation_time',
  'event.end': 'timestamp',
  'event.action': 'actions_executed',
  'event.reason': 'error_reason',
  'source.bytes': 'received_bytes',
  'destination.bytes': 'sent_bytes',
  'network.bytes': via('received_bytes', (bytes, { sent_bytes: sent }) => (count(bytes) ?? 0) + (count(sent) ?? 0)),
  'http.request.method': 'request_method',
  'http.response.status_code': 'elb_status_code',
  'http.version': via('request_protocol', (protocol) => (String(protocol).startsWith('HTTP/') ? String(protocol).slice(5) : null)),
  'user_agent.original': 'user_agent',
  'tls.cipher': 'ssl_cipher',
  'tls.version': via('ssl_protocol', (version) => (/^TLSv\d/.test(String(version)) ? String(version).slice(4) : null)),
  'tls.client.server_name': 'domain_name',
  'trace.id': 'trace_id',
  'cloud.provider': always('aws'),
  'cloud.service.name': always('elasticloadbalancing'),
  'cloud.region': via(['target_group_arn', 'chosen_cert_arn'], (arn) => String(arn).split(':')[3]),
  'cloud.account.id': via(['target_group_arn', 'chosen_cert_arn'], (arn) => String(arn).split(':')[4]),
  'observer.hostname': 'elb',
  'rule.id': 'matched_rule_priority',
});

function eventOf(document: RawDocument, fields: Fields, native: Uint8Array): Draft {
  const event = draft('aws.elb', 'aws', native);
  event.logsource = { category: ['webserver'], service: ['elb'] };
  set(event, fields, document);
  setUrl(event, text(fields.request_url));
  setEnd(event, 'source', text(fields.client_host));
  setEnd(event, 'destination', text(fields.target_host));
  const isWeb = text(fields.type) !== 'tls';
  const status = event.http?.status ?? null;
  event.category = [isWeb ? 'web' : 'network'];
  event.type = isWeb ? (status !== null && status >= 400 ? ['access', 'error'] : ['access']) : ['connection', 'end'];
  event.outcome = !isWeb
    ? text(fields.incoming_tls_alert) === null
      ? 'success'
      : 'failure'
    : status === null
      ? 'unknown'
      : status >= 400
        ? 'failure'
        : 'success';
  const { source, destination } = event;
  event.network = {
    transport: 'tcp',
    protocol: isWeb ? 'http' : 'tls',
    direction: null,
    communityId: communityId('tcp', source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    bytes: event.network?.bytes ?? null,
    packets: null,
  };
  event.message = `${text(fields.request) ?? text(fields.listener) ?? 'connection'} ${status ?? ''}`.trim();
  return event;
}

/** `1.2.3.4:80`, `[2001:db8::1]:80`. */
function setEnd(event: Draft, side: 'source' | 'destination', written: string | null): void {
  if (written === null) return;
  const colon = written.lastIndexOf(':');
  const hasPort = colon > 0 && !written.slice(colon).includes(']') && (written.indexOf(':') === colon || written.startsWith('['));
  const ip = (hasPort ? written.slice(0, colon) : written).replace(/^\[|\]$/g, '');
  setField(event, `${side}.ip`, ip);
  if (hasPort) setField(event, `${side}.port`, written.slice(colon + 1));
}
