// Envoy's default access log, and Istio's: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  canonicalIp,
  columns,
  count,
  draft,
  hostAndPort,
  messageText,
  readIso,
  setField,
  setRequest,
  setStatus,
  stamp,
  text,
  textNative,
  words,
} from '../kit.ts';

const HEAD = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z)\] "([^"]*)" \d{1,3} /;
const NAMES = [
  'response_code',
  'response_flags',
  'bytes_received',
  'bytes_sent',
  'duration',
  'upstream_service_time',
  'x_forwarded_for',
  'user_agent',
  'request_id',
  'authority',
  'upstream_host',
];
const ISTIO_NAMES = [
  ...NAMES.slice(0, 2),
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  ...NAMES.slice(2),
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
];

const decoder: Decoder = {
  name: 'envoy',
  version: 1,
  reads: "Envoy: access log in the default format, Istio's too",
  recognisedBy: '[time with Z] "request" status',
  datasets: ['envoy.access'],
  clues: { begins: ['['] },
  isObserver: true,
  recognise: ({ json, text: line }) => (json === undefined && HEAD.test(line.length > 8192 ? line.slice(0, 8192) : line) ? 0.95 : 0),
  decode(document) {
    const head = HEAD.exec(document.text);
    return head === null ? 'no time, request and status at the beginning' : [eventOf(document, head[1]!, head[2]!)];
  },
};
export default decoder;

function eventOf(document: RawDocument, time: string, request: string): Draft {
  const behind = document.text.slice(time.length + 3 + request.length + 3);
  const cells = words(behind);
  const fields: Fields = { start_time: time, request, ...columns(/^\d+$/.test(cells[2] ?? '') ? NAMES : ISTIO_NAMES, cells) };
  const event = draft('envoy.access', 'envoy', textNative(document, fields));
  event.logsource = { category: ['webserver', 'proxy'], service: ['envoy'] };
  const isHttp = !request.startsWith('- ');
  event.category = isHttp ? ['network', 'web'] : ['network'];
  event.type = isHttp ? ['access'] : ['connection'];
  stamp(event, readIso(time), document.zone);
  setRequest(event, request);
  setStatus(event, fields.response_code);
  ends(event, fields);
  setField(event, 'user_agent.original', text(fields.user_agent));
  setField(event, 'http.request.id', text(fields.request_id));
  setField(event, 'http.request.body.bytes', count(fields.bytes_received));
  setField(event, 'http.response.body.bytes', count(fields.bytes_sent));
  const millis = count(fields.duration);
  if (millis !== null) setField(event, 'event.duration', millis * 1_000_000);
  setField(event, 'network.transport', 'tcp');
  if (isHttp) setField(event, 'network.protocol', 'http');
  event.message = messageText(document.text);
  return event;
}

/** The client is the first that proxies named, else who connected; the destination is the upstream. */
function ends(event: Draft, fields: Fields): void {
  const authority = hostAndPort(text(fields.authority) ?? '');
  setField(event, 'url.domain', event.url?.domain ?? authority.domain);
  const upstream = hostAndPort(text(fields.upstream_host) ?? '');
  setField(event, 'destination.ip', canonicalIp(upstream.domain));
  setField(event, 'destination.port', upstream.port);
  setField(event, 'destination.domain', authority.domain === null || canonicalIp(authority.domain) !== null ? null : authority.domain);
  const peer = hostAndPort(text(fields.downstream_remote_address) ?? '');
  const forwarded = canonicalIp((text(fields.x_forwarded_for) ?? '').split(',', 1)[0]!.trim());
  setField(event, 'network.forwarded_ip', forwarded);
  setField(event, 'client.ip', forwarded);
  setField(event, 'source.ip', canonicalIp(peer.domain) ?? forwarded);
  setField(event, 'source.port', peer.port);
}
