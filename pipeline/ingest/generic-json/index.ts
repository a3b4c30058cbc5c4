// Any JSON object that no other format claims: still `unparsed`, but with its own document as the native one and what its usual names say.
import type { Decoder, JsonObject } from '../kit.ts';
import { canonicalIp, count, draft, host, hostAndPort, isObject, mapping, pathReader, readTime, setField, setUrl, stamp, text, via } from '../kit.ts';

/** Objects that some wrap a record in: they are asked for the same names. */
const WRAPPERS = ['request', 'proxy', 'data', 'event', 'request_info', 'data.request_info', 'object.conn', 'message'].map(pathReader);
const TIME_NAMES =
  '@timestamp timestamp time ts Time Timestamp eventTime event_time event_timestamp eventTimestamp datetime Datetime DateTime created_at createdAt date log_timestamp detectedTime reqTimeSec t.$date event.datetime event.timestamp data.date data.timestamp message.log_timestamp message.timestamp message.TS'.split(
    ' ',
  );
const times = TIME_NAMES.map(pathReader);
/** An address alone, in brackets, or with a port behind it. */
const address = (value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const written = value.trim();
  return canonicalIp(written) ?? canonicalIp(hostAndPort(written).domain);
};
const portOf = (value: unknown): number | null => {
  const number = count(value);
  if (number !== null) return number;
  return typeof value === 'string' && address(value) !== null ? hostAndPort(value.trim()).port : null;
};

/** Names that mean the same nearly everywhere. */
const set = mapping({
  'log.level': via(['level', 'log_level', 'lvl', 'loglevel', 'severity'], (value) =>
    typeof value === 'string' && value.length <= 16 ? value.toLowerCase() : null,
  ),
  'log.logger': ['logger', 'logger_name'],
  'service.name': via('service', (value) => (typeof value === 'string' ? value : null)),
  'source.ip': via(
    [
      'client_ip',
      'clientIp',
      'clientip',
      'src_ip',
      'srcip',
      'source_ip',
      'sourceIp',
      'remote_ip',
      'remote_addr',
      'remoteIp',
      'cliIP',
      'true_ip',
      'client_addr',
      'clientAddr',
      'ClientAddr',
      'client',
      'ip',
    ],
    address,
  ),
  'source.port': via(
    ['client_port', 'clientPort', 'src_port', 'srcport', 'source_port', 'sourcePort', 'client_addr', 'clientAddr', 'ClientAddr', 'client'],
    portOf,
  ),
  'destination.ip': via(
    ['dst_ip', 'dest_ip', 'dstip', 'destination_ip', 'destinationIp', 'server_ip', 'serverIp', 'serverip', 'proxy_addr', 'server'],
    address,
  ),
  'destination.port': via(
    ['dst_port', 'dest_port', 'dstport', 'destination_port', 'destinationPort', 'server_port', 'serverPort', 'proxy_addr', 'server'],
    portOf,
  ),
  'http.request.method': via(
    ['method', 'http_method', 'httpMethod', 'reqMethod', 'request_method', 'requestMethod', 'RequestMethod', 'REQUEST_METHOD'],
    (value) => (typeof value === 'string' && /^[A-Z]{3,10}$/.test(value) ? value : null),
  ),
  'http.response.status_code': via(
    ['status_code', 'statusCode', 'http_status', 'rspStatus', 'response_code', 'DownstreamStatus', 'RESPONSE_CODE', 'status'],
    (value) => {
      const status = count(value);
      return status !== null && status >= 100 && status <= 599 ? status : null;
    },
  ),
  'user_agent.original': ['user_agent', 'userAgent', 'ua', 'UA', 'http_user_agent', 'request_User-Agent'],
  'http.version': via(['http_version', 'httpVersion'], (value) => /^(?:HTTP\/)?(\d(?:\.\d)?)$/i.exec(text(value) ?? '')?.[1] ?? null),
  'http.request.id': via(['request_id', 'requestId', 'reqId'], text),
  'http.request.referrer': ['referer', 'referrer', 'http_referer'],
  'user.name': via(['user', 'username', 'userName', 'user_name', 'login'], (value) => (typeof value === 'string' ? value : null)),
  'user.id': via(['user_id', 'userId'], text),
  'trace.id': via(['trace_id', 'traceId', 'traceID'], (value) => text(value)?.trim()),
});
const urlOf = ['url', 'full_url', 'request_url', 'uri', 'request_uri', 'http_url'].map(pathReader);

const MESSAGE_NAMES = ['message', 'msg', 'log', 'summary', 'description', 'text'];
const HOST_NAMES = ['hostname', 'host', 'computer', 'host_name'];
const MESSAGE_CHARS = 32_766;

const decoder: Decoder = {
  name: 'generic-json',
  version: 4,
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
    for (const read of WRAPPERS) {
      const inner = read(json);
      if (isObject(inner)) set(event, inner, { appendedAt, zone });
    }
    set(event, json, { appendedAt, zone });
    const url = urlOf.map((read) => read(json)).find((value) => typeof value === 'string');
    if (url !== undefined && url.length <= 8192) setUrl(event, url);
    else {
      setField(event, 'url.domain', firstOf(json, ['reqHost', 'request_host', 'http_host', 'RequestHost']));
      setField(event, 'url.path', firstOf(json, ['reqPath', 'request_path', 'RequestPath', 'http_uri_path'])?.slice(0, 8192));
    }
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
