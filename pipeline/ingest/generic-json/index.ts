// Any JSON object that no other format claims: still `unparsed`, but with its own document as the native one and what its usual names say.
import type { Decoder, JsonObject } from '../kit.ts';
import { canonicalIp, count, draft, host, isObject, mapping, pathReader, readTime, setUrl, stamp, text, via } from '../kit.ts';

/** Objects that some wrap a record in: they are asked for the same names. */
const WRAPPERS = ['request', 'proxy', 'data', 'event'];
const TIME_NAMES =
  '@timestamp timestamp time ts Time eventTime event_time datetime DateTime created_at createdAt date log_timestamp detectedTime reqTimeSec event.datetime event.timestamp data.date data.timestamp'.split(
    ' ',
  );
const times = TIME_NAMES.map(pathReader);
const address = (value: unknown): string | null => canonicalIp(typeof value === 'string' ? value.trim() : value);

/** Names that mean the same nearly everywhere. */
const set = mapping({
  'log.level': via(['level', 'log_level', 'lvl', 'loglevel', 'severity'], (value) =>
    typeof value === 'string' && value.length <= 16 ? value.toLowerCase() : null,
  ),
  'log.logger': ['logger', 'logger_name'],
  'service.name': via('service', (value) => (typeof value === 'string' ? value : null)),
  'source.ip': via(
    ['client_ip', 'clientIp', 'clientip', 'src_ip', 'srcip', 'source_ip', 'sourceIp', 'remote_ip', 'remote_addr', 'remoteIp', 'cliIP', 'true_ip', 'ip'],
    address,
  ),
  'source.port': ['client_port', 'clientPort', 'src_port', 'srcport', 'source_port', 'sourcePort'],
  'destination.ip': via(['dst_ip', 'dest_ip', 'dstip', 'destination_ip', 'destinationIp', 'server_ip', 'serverIp', 'serverip'], address),
  'destination.port': ['dst_port', 'dest_port', 'dstport', 'destination_port', 'destinationPort'],
  'http.request.method': via(['method', 'http_method', 'httpMethod', 'reqMethod', 'request_method', 'requestMethod'], (value) =>
    typeof value === 'string' && /^[A-Z]{3,10}$/.test(value) ? value : null,
  ),
  'http.response.status_code': via(['status_code', 'statusCode', 'http_status', 'rspStatus', 'response_code', 'DownstreamStatus', 'status'], (value) => {
    const status = count(value);
    return status !== null && status >= 100 && status <= 599 ? status : null;
  }),
  'user_agent.original': ['user_agent', 'userAgent', 'ua', 'UA', 'http_user_agent'],
  'http.request.referrer': ['referer', 'referrer', 'http_referer'],
  'user.name': via(['user', 'username', 'userName', 'user_name', 'login'], (value) => (typeof value === 'string' ? value : null)),
  'user.id': via(['user_id', 'userId'], text),
  'trace.id': via(['trace_id', 'traceId', 'traceID'], (value) => text(value)?.trim()),
});
const urlOf = ['url', 'full_url', 'request_url', 'uri', 'request_uri', 'http_url'].map(pathReader);

const MESSAGE_NAMES = ['message', 'msg', 'log', 'summary', 'description'];
const HOST_NAMES = ['hostname', 'host', 'computer', 'host_name'];
const MESSAGE_CHARS = 32_766;

const decoder: Decoder = {
  name: 'generic-json',
  version: 2,
  reads: 'Any other JSON object: time, message, level, host, addresses, request and user by their usual names, the rest as it is',
  recognisedBy: 'being a JSON object',
  datasets: ['unparsed'],
  recognise: ({ json }) => (json === undefined ? 0 : 0.1),

  decode({ json, bytes, text: raw, zone, appendedAt }) {
    if (json === undefined) return 'not a JSON object';
    const event = draft('unparsed', '', bytes);
    for (const read of times) {
      const value = read(json);
      if (typeof value === 'number' || typeof value === 'string') stamp(event, readTime(value, appendedAt), zone);
      if (!Number.isNaN(event.time)) break;
    }
    for (const wrapper of WRAPPERS) if (isObject(json[wrapper])) set(event, json[wrapper], { appendedAt, zone });
    set(event, json, { appendedAt, zone });
    const url = urlOf.map((read) => read(json)).find((value) => typeof value === 'string');
    if (url !== undefined && url.length <= 8192) setUrl(event, url);
    event.message = firstOf(json, MESSAGE_NAMES) ?? raw.slice(0, MESSAGE_CHARS);
    const name = firstOf(json, HOST_NAMES) ?? (isObject(json.host) ? text(json.host.name) : null);
    if (name !== null && name.length <= 255) event.host = host(name, null);
    return [event];
  },
};
export default decoder;

function firstOf(json: JsonObject, names: readonly string[]): string | null {
  for (const name of names) if (typeof json[name] === 'string' && json[name] !== '') return json[name];
  return null;
}
