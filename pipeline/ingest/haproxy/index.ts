// HAProxy's HTTP and TCP logs: https://docs.haproxy.org/3.0/configuration.html#8.2
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { canonicalIp, count, draft, messageText, newFields, setField, setRequest, setStatus, stamp, readClf, textNative } from '../kit.ts';

const HEAD = /^(\S{2,64}:\d{1,5}) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)\.(\d{3})\] (\S{1,128}) /;
const TIMES = /^[+-]?\d+(?:\/[+-]?\d+){2,4}$/;
const HTTP_TIMES = ['time_request', 'time_queue', 'time_connect', 'time_response', 'time_active'];
const TCP_TIMES = ['time_queue', 'time_connect', 'time_total'];
const CONNECTIONS = ['actconn', 'feconn', 'beconn', 'srvconn', 'retries'];

const decoder: Decoder = {
  name: 'haproxy',
  version: 1,
  reads: 'HAProxy: HTTP and TCP logs, and connection errors',
  recognisedBy: 'client:port [day/Mon/year:hh:mm:ss.mmm] frontend backend/server times',
  datasets: ['haproxy.http', 'haproxy.tcp', 'haproxy.error'],
  clues: { holds: ['] '] },
  isObserver: true,
  recognise: ({ json, text }) => (json === undefined && HEAD.test(text.slice(0, 256)) ? 0.95 : 0),
  decode(document) {
    const head = HEAD.exec(document.text.slice(0, 256));
    return head === null ? 'no client, time and frontend at the beginning' : [eventOf(document, head)];
  },
};
export default decoder;

function eventOf(document: RawDocument, [head, client, time, millis, frontend]: RegExpExecArray): Draft {
  const rest = document.text.slice(head.length);
  const [server = '', times = '', ...more] = rest.split(' ', 12);
  const fields = newFields();
  Object.assign(fields, { client, accept_date: `${time}.${millis}`, frontend_name: frontend!.replace(/~$|\/\d+:$/, '') });
  if (frontend!.endsWith('~')) fields.is_tls = true;
  const isHttp = more.length >= 7 && /^(?:\d{3}|-1)$/.test(more[0]!);
  const isLogged = server.includes('/') && TIMES.test(times);
  if (isLogged) Object.assign(fields, isHttp ? httpFields(server, times, more, rest) : tcpFields(server, times, more));
  else fields.error = rest;
  const event = draft(!isLogged ? 'haproxy.error' : isHttp ? 'haproxy.http' : 'haproxy.tcp', 'haproxy', textNative(document, fields));
  event.logsource = { category: isHttp ? ['webserver'] : [], service: ['haproxy'] };
  event.category = isHttp ? ['network', 'web'] : ['network'];
  event.type = isHttp ? ['access'] : isLogged ? ['connection', 'end'] : ['info'];
  const read = readClf(time!);
  stamp(event, { ...read, micros: read.micros + Number(millis) * 1000 }, document.zone);
  const colon = client!.lastIndexOf(':'); // addresses of IPv6 have no brackets here
  setField(event, 'source.ip', canonicalIp(client!.slice(0, colon)));
  setField(event, 'source.port', client!.slice(colon + 1));
  setField(event, 'network.transport', 'tcp');
  if (isHttp) setField(event, 'network.protocol', 'http');
  outcome(event, fields, isHttp, isLogged);
  setField(event, isHttp ? 'http.response.bytes' : 'destination.bytes', count(fields.bytes_read));
  const total = count(fields.time_active ?? fields.time_total);
  if (total !== null) setField(event, 'event.duration', total * 1_000_000);
  event.message = messageText(document.text);
  return event;
}

function outcome(event: Draft, { status_code, http_request, termination_state, error }: Fields, isHttp: boolean, isLogged: boolean): void {
  if (isHttp) {
    setRequest(event, http_request as string | undefined);
    setStatus(event, status_code);
  } else if (!isLogged) {
    event.outcome = 'failure';
    setField(event, 'error.message', String(error).slice(0, 1024));
  } else event.outcome = String(termination_state).startsWith('-') ? 'success' : 'failure';
}

const named = (names: readonly string[], written: string): Fields =>
  Object.fromEntries(written.split('/').map((part, index): [string, unknown] => [names[index] ?? `value${index}`, number(part)]));
const number = (part: string): unknown => (/^[+-]?\d{1,15}$/.test(part) ? Number(part) : part);

function backend(server: string): Fields {
  const cut = server.indexOf('/');
  return { backend_name: server.slice(0, cut), server_name: server.slice(cut + 1) };
}
function queues(written: string | undefined): Fields {
  return named(['srv_queue', 'backend_queue'], written ?? '');
}

function tcpFields(server: string, times: string, [bytes, state, connections, queue]: readonly string[]): Fields {
  return {
    ...backend(server),
    ...named(TCP_TIMES, times),
    bytes_read: number((bytes ?? '').replace('+', '')),
    termination_state: state,
    ...named(CONNECTIONS, connections ?? ''),
    ...queues(queue),
  };
}

function httpFields(server: string, times: string, more: readonly string[], rest: string): Fields {
  const [status, bytes, requestCookie, responseCookie, state, connections, queue] = more;
  const fields: Fields = {
    ...backend(server),
    ...named(HTTP_TIMES, times),
    status_code: number(status!),
    bytes_read: number(bytes!.replace('+', '')),
    captured_request_cookie: requestCookie,
    captured_response_cookie: responseCookie,
    termination_state: state,
    ...named(CONNECTIONS, connections ?? ''),
    ...queues(queue),
  };
  // Captured headers are free text in braces; the request in quotes comes last.
  const quote = rest.indexOf(' "');
  const between = rest.slice(rest.indexOf(` ${queue} `) + queue!.length + 2, quote < 0 ? rest.length : quote);
  const captures = [...between.matchAll(/\{([^{}]*)\}/g)].map(([, headers]) => headers);
  if (captures.length > 0) fields.captured_request_headers = captures[0];
  if (captures.length > 1) fields.captured_response_headers = captures[1];
  if (quote >= 0) fields.http_request = rest.slice(quote + 2).replace(/"\s*$/, '');
  return fields;
}
