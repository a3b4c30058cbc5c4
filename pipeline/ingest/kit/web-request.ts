// What web servers and proxies say of a request, in ECS. The records of the event are its own.
import type { Draft } from './draft.ts';
import { setField } from './mapping.ts';
import { count } from './values.ts';
import { setUrl } from './web-address.ts';

export interface RequestLine {
  readonly method: string;
  /** As written: a path, an address, or `host:port` of a CONNECT. */
  readonly target: string;
  /** `1.1` of `HTTP/1.1`; null for HTTP/0.9, which names none. */
  readonly version: string | null;
}
const METHOD = /^[A-Za-z][A-Za-z_-]{0,31}$/;

/** `GET /a b?c HTTP/1.1`; undefined for `-`, for bytes that are no request and for a method alone. */
export function readRequest(line: string): RequestLine | undefined {
  const blank = line.indexOf(' ');
  if (blank < 1 || !METHOD.test(line.slice(0, blank))) return undefined;
  const last = line.lastIndexOf(' ');
  const hasVersion = last > blank && line.startsWith('HTTP/', last + 1);
  const target = (hasVersion ? line.slice(blank + 1, last) : line.slice(blank + 1)).trim();
  return target === '' || target === '-' ? undefined : { method: line.slice(0, blank), target, version: hasVersion ? line.slice(last + 6) : null };
}

/** Sets http.request.method, http.version and url.* from a request line; nothing when it is none. */
export function setRequest(event: Draft, line: string | null | undefined): void {
  const request = line === null || line === undefined ? undefined : readRequest(line);
  if (request === undefined) return;
  setField(event, 'http.request.method', request.method);
  setField(event, 'http.version', request.version);
  setUrl(event, request.target);
}

/** Sets the status code and with it the outcome: below 400 is a success. 0 and what is no number say nothing. */
export function setStatus(event: Draft, written: unknown): void {
  const status = count(written);
  if (status === null || status < 100 || status > 999) return;
  setField(event, 'http.response.status_code', status);
  event.outcome = status < 400 ? 'success' : 'failure';
}
