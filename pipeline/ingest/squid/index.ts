// Squid's native access log: https://wiki.squid-cache.org/Features/LogFormat
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  account,
  canonicalIp,
  columns,
  count,
  draft,
  epochMicros,
  hostAndPort,
  messageText,
  setField,
  setRegisteredDomain,
  setStatus,
  setUrl,
  stampMicros,
  text,
  textNative,
  words,
} from '../kit.ts';

const HEAD = /^(\d{9,10}\.\d{3}) +(-?\d{1,12}) (\S{1,255}) ([A-Z_]{3,64})\/(\d{3}) (\d{1,18}|-) [A-Z_]{1,32} /;
const NAMES = ['time', 'elapsed', 'client', 'result', 'bytes', 'method', 'url', 'user', 'hierarchy', 'type', 'request_headers', 'response_headers'];

const decoder: Decoder = {
  name: 'squid',
  version: 2,
  reads: 'Squid: native access log',
  recognisedBy: 'seconds.milliseconds elapsed client RESULT/status bytes METHOD',
  datasets: ['squid.access'],
  clues: { begins: ['1', '2', '9'] },
  isObserver: true,
  recognise: ({ json, text: line }) => (json === undefined && HEAD.test(line.slice(0, 512)) ? 0.95 : 0),
  decode(document) {
    return HEAD.test(document.text.slice(0, 512))
      ? [eventOf(document, withStatus(columns(NAMES, words(document.text))))]
      : 'no time, elapsed, client, result and size at the beginning';
  },
};
export default decoder;

/** The two parts of `TCP_MISS/200` and `HIER_DIRECT/192.0.2.1` that are words of Squid's. */
function withStatus(fields: Fields): Fields {
  const cache = /^(?:TCP|UDP|NONE)_([A-Z_]{3,48})/.exec(String(fields.result))?.[1];
  const hierarchy = /^([A-Z_]{3,48})\//.exec(String(fields.hierarchy))?.[1];
  if (cache !== undefined) fields.cache_status = cache;
  if (hierarchy !== undefined) fields.hierarchy_status = hierarchy;
  for (const name of ['request_headers', 'response_headers']) if (typeof fields[name] === 'string') fields[name] = fields[name].replace(/^\[(.*)\]$/s, '$1');
  return fields;
}

function eventOf(document: RawDocument, fields: Fields): Draft {
  const event = draft('squid.access', 'squid', textNative(document, fields));
  event.logsource = { category: ['proxy'], service: ['squid'] };
  event.category = ['network', 'web'];
  stampMicros(event, epochMicros(Number(fields.time)));
  const [result = '', status] = String(fields.result).split('/');
  const isDenied = result.includes('DENIED');
  event.type = ['access', isDenied ? 'denied' : 'allowed'];
  event.action = result;
  setStatus(event, status);
  if (isDenied) event.outcome = 'failure';
  const client = canonicalIp(fields.client);
  setField(event, client === null ? 'source.domain' : 'source.ip', client ?? text(fields.client));
  request(event, String(fields.method), text(fields.url));
  setField(event, 'http.response.bytes', count(fields.bytes));
  setField(event, 'http.response.mime_type', text(fields.type));
  const { name, domain } = account(text(fields.user));
  setField(event, 'user.name', name);
  setField(event, 'user.domain', domain);
  const millis = count(fields.elapsed);
  if (millis !== null) setField(event, 'event.duration', millis * 1_000_000);
  const peer = text(text(fields.hierarchy)?.split('/')[1]);
  setField(event, 'destination.ip', canonicalIp(peer));
  setField(event, 'network.transport', result.startsWith('UDP_') ? 'udp' : 'tcp');
  setField(event, 'network.protocol', 'http');
  event.message = messageText(document.text);
  return event;
}

/** A CONNECT names host and port only. */
function request(event: Draft, method: string, url: string | null): void {
  setField(event, 'http.request.method', method === 'NONE' || method === '-' ? null : method);
  if (method !== 'CONNECT') setUrl(event, url);
  else {
    setField(event, 'url.original', url);
    const { domain, port } = hostAndPort((url ?? '').replace(/\/$/, ''));
    setField(event, 'url.domain', domain);
    setField(event, 'url.port', port);
  }
  const { domain = null } = event.url ?? {};
  if (domain === null || canonicalIp(domain) !== null) return;
  setField(event, 'destination.domain', domain);
  setRegisteredDomain(event, 'url', domain);
}
