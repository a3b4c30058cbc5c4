// A line of an access log, in one pass over its parts: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html
import { columns, newFields, words } from '../kit.ts';
import type { Fields } from '../kit.ts';

const TIME = /^\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]\d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4}| UTC| GMT)?$/;
/** What stands before the time is short, however long the line. */
const LONGEST_HEAD = 1024;

interface Place {
  readonly open: number;
  readonly close: number;
}
/** Where the time in brackets is that a quoted request follows. */
export function timeIn(line: string): Place | undefined {
  const close = line.indexOf('] "');
  if (close < 22 || close > LONGEST_HEAD) return undefined;
  const open = line.lastIndexOf('[', close);
  return open > 0 && TIME.test(line.slice(open + 1, close)) ? { open, close } : undefined;
}

/**
 * Fields by the names that Apache gives them: virtualhost, host, identity, user, timestamp, request, status, size, referrer, agent. What a
 * server writes behind them is under `more`, in order. `-` stays. undefined when the line is no access log's.
 */
export function fieldsIn(line: string): Fields | undefined {
  const place = timeIn(line);
  if (place === undefined) return undefined;
  const head = words(line.slice(0, place.open)).filter((word) => !isTime(word));
  const end = requestEnd(line, place.close + 3);
  if (head.length === 0 || end === undefined) return undefined;
  const request = line.slice(place.close + 3, end);
  const [status, size, referrer, agent, ...more] = words(line.slice(end + 1));
  if (status === undefined || !/^(?:\d{3}|-|0)$/.test(status)) return undefined;
  const fields = newFields();
  Object.assign(fields, clientOf(head), { timestamp: line.slice(place.open + 1, place.close), request, status });
  for (const [name, value] of Object.entries({ size, referrer, agent })) if (value !== undefined) fields[name] = value;
  if (more.length >= 8 && isIngress(more)) Object.assign(fields, columns(more.length === 8 ? INGRESS.toSpliced(3, 1) : INGRESS, more));
  else if (more.length > 0) fields.more = more;
  return fields;
}

/** The quote before a status: quotes within the request are not always escaped. */
function requestEnd(line: string, from: number): number | undefined {
  for (let at = line.indexOf('" ', from); at >= 0; at = line.indexOf('" ', at + 1)) if (/^(?:\d{3}|-|0)(?: |$)/.test(line.slice(at + 2, at + 6))) return at;
  return undefined;
}

/** What the ingress controller of Kubernetes writes behind the user agent. */
const INGRESS = [
  'request_length',
  'request_time',
  'proxy_upstream_name',
  'proxy_alternative_upstream_name',
  'upstream_addr',
  'upstream_response_length',
  'upstream_response_time',
  'upstream_status',
  'req_id',
];
const isIngress = ([length, time]: readonly string[]): boolean => /^\d+$/.test(length!) && /^\d+\.\d{3}$/.test(time!);
const isTime = (word: string): boolean => /^\d{4}-\d\d-\d\d/.test(word);

/** `host identity user`, with the virtual host before it where that is logged. A user's name may have blanks. */
function clientOf(head: readonly string[]): Fields {
  const [first = '', second, third, ...rest] = head;
  if (second === undefined) return { host: first };
  const hasVirtualHost = rest.length > 0 && second !== '-' && third === '-';
  const [host, identity, ...user] = hasVirtualHost
    ? [second, third, ...rest]
    : [first, second === '-' || rest.length === 0 ? second : '-', ...(second === first ? rest : [third ?? '-', ...rest])];
  return { ...(hasVirtualHost ? { virtualhost: first } : {}), host, identity: identity ?? '-', user: user.join(' ') || '-' };
}

const TLS_HEAD = /^\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] (\S{2,255}) (TLSv[\d.]{1,3}|SSLv\d) (\S{1,64}) "/;
export const isTlsRequest = (line: string): boolean => TLS_HEAD.test(line.slice(0, 400));

/** Apache's ssl_request_log: `[time] host protocol cipher "request" size`. */
export function tlsFieldsIn(line: string): Fields | undefined {
  const head = TLS_HEAD.exec(line.slice(0, 400));
  const end = line.lastIndexOf('" ');
  if (head === null || end < head[0].length) return undefined;
  const [all, timestamp, host, ssl_protocol, ssl_cipher] = head;
  return Object.assign(newFields(), { timestamp, host, ssl_protocol, ssl_cipher, request: line.slice(all.length, end), size: line.slice(end + 2).trim() });
}
