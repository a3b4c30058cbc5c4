// Access logs of Apache httpd, nginx, Tomcat, Gunicorn and others that write the common or combined format.
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  canonicalIp,
  count,
  draft,
  hostAndPort,
  LIKELY,
  messageText,
  number,
  POSSIBLE,
  setField,
  setRequest,
  setStatus,
  stamp,
  readClf,
  text,
  textNative,
} from '../kit.ts';
import { fieldsIn, isTlsRequest, timeIn, tlsFieldsIn } from './line.ts';

const FORWARDED = /\bX-Forwarded-For="([^"]{1,512})"/i;

const decoder: Decoder = {
  name: 'web-access',
  version: 1,
  reads:
    'Access logs in the common and combined formats: Apache httpd, nginx, Tomcat, Gunicorn and others, with a virtual host in front or further fields behind',
  recognisedBy: 'a day/month/year time in brackets, then a request in quotes and a status',
  datasets: ['web.access'],
  clues: { begins: ['['], holds: ['] "'] },

  recognise({ json, text: line }) {
    if (json !== undefined) return 0;
    if (isTlsRequest(line)) return 0.95;
    const place = timeIn(line);
    if (place === undefined) return 0;
    const behind = line.slice(line.indexOf('"', place.close + 3));
    return place.open < 300 && /^[^ ]* \d{3} (?:\d|-)/.test(behind.slice(0, 32)) ? LIKELY : POSSIBLE;
  },

  decode(document) {
    const fields = isTlsRequest(document.text) ? tlsFieldsIn(document.text) : fieldsIn(document.text);
    return fields === undefined ? 'not an access log' : [eventOf(document, fields)];
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: Fields): Draft {
  const event = draft('web.access', '', textNative(document, fields));
  event.logsource = { category: ['webserver'], service: [] };
  event.category = ['web'];
  event.type = ['access'];
  stamp(event, readClf(String(fields.timestamp)), document.zone);
  client(event, text(fields.host));
  setField(event, 'user.name', text(fields.user));
  setRequest(event, text(fields.request));
  setStatus(event, fields.status);
  setField(event, 'http.response.body.bytes', count(fields.size));
  setField(event, 'http.request.referrer', text(fields.referrer));
  setField(event, 'user_agent.original', text(fields.agent));
  const server = hostAndPort(text(fields.virtualhost) ?? '');
  setField(event, 'url.domain', server.domain);
  setField(event, 'destination.domain', server.domain);
  setField(event, 'destination.port', server.port);
  forwarded(event, document.text, fields.more);
  ingress(event, fields);
  tls(event, text(fields.ssl_protocol), text(fields.ssl_cipher));
  event.message = messageText(document.text);
  return event;
}

function client(event: Draft, host: string | null): void {
  const ip = canonicalIp(host);
  setField(event, ip === null ? 'source.domain' : 'source.ip', ip ?? host);
}

/** The client as a proxy names it: `X-Forwarded-For="a, b"`, or a list of addresses behind the user agent. */
function forwarded(event: Draft, line: string, more: unknown): void {
  const next = Array.isArray(more) ? String(more[0]) : '';
  const named = FORWARDED.exec(line.length > 16_384 ? line.slice(-2048) : line)?.[1] ?? next;
  const ip = canonicalIp(named.split(',', 1)[0]!.trim());
  if (ip === null) return;
  setField(event, 'network.forwarded_ip', ip);
  setField(event, 'client.ip', ip);
}

function ingress(event: Draft, fields: Fields): void {
  const seconds = number(fields.request_time);
  if (seconds !== null && seconds >= 0) setField(event, 'event.duration', Math.round(seconds * 1e9));
  setField(event, 'http.request.bytes', count(fields.request_length));
  setField(event, 'http.request.id', text(fields.req_id));
}

/** `TLSv1.3` is version 1.3 of tls. */
function tls(event: Draft, protocol: string | null, cipher: string | null): void {
  if (protocol === null) return;
  const [name = '', version] = protocol.split('v');
  setField(event, 'tls.version_protocol', name.toLowerCase());
  setField(event, 'tls.version', version);
  setField(event, 'tls.cipher', cipher);
  setField(event, 'network.protocol', name.toLowerCase());
}
