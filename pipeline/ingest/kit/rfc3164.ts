// RFC 3164 as it is in the wild: the priority, the host and the tag may be missing, times may be those of RFC 3339.
import type { ReadTime } from './time.ts';
import { readBsd, readIso } from './time.ts';
import { priorityEnd } from './rfc5424.ts';
import type { SyslogMessage } from './rfc5424.ts';

const TAG_CHARS = 64;

/** @returns undefined when there is no time that can be read and no priority either: then it is just text. */
export function readRfc3164(text: string, appendedAt: number): { readonly message: SyslogMessage; readonly time: ReadTime | undefined } | undefined {
  const afterPriority = Math.max(priorityEnd(text), 0);
  const priority = afterPriority > 0 ? Number(text.slice(1, afterPriority - 1)) : null;
  const start = afterPriority > 0 && text.charCodeAt(afterPriority) === 32 ? afterPriority + 1 : afterPriority;
  const time = timeAt(text, start, appendedAt);
  if (time === undefined && priority === null) return undefined;
  const timestamp = time === undefined ? null : text.slice(start, time.end);
  const rest = text.slice(time === undefined ? start : time.end);
  const parts = time === undefined ? { hostname: null, ...tagged(rest) } : headed(rest);
  return {
    time,
    message: { priority, version: null, timestamp, msgId: null, structuredData: null, fault: time === undefined ? 'no timestamp' : null, ...parts },
  };
}

function timeAt(text: string, from: number, appendedAt: number): ReadTime | undefined {
  const bsd = readBsd(text, from, appendedAt);
  const found = Number.isNaN(bsd.micros) ? readIso(text, from) : bsd;
  const next = text.charCodeAt(found.end);
  return Number.isNaN(found.micros) || (found.end < text.length && next !== 32 && next !== 58) ? undefined : found;
}

interface Parts {
  readonly hostname: string | null;
  readonly appName: string | null;
  readonly procId: string | null;
  readonly message: string | null;
}

/** What follows the time: ` host tag[pid]: text`, ` tag: text`, or `: text`. */
function headed(rest: string): Parts {
  if (!rest.startsWith(' ')) return { hostname: null, appName: null, procId: null, message: rest.replace(/^:/, '').trimStart() || null };
  const body = rest.trimStart();
  const end = body.indexOf(' ');
  const first = end < 0 ? body : body.slice(0, end);
  if (first.endsWith(':') || first.includes('=') || end < 0) return { hostname: null, ...tagged(body) };
  return { hostname: first, ...tagged(body.slice(end + 1)) };
}

/** `tag[pid]: text`; without colon or brackets behind it there is no tag. `%FAC-6-NAME:`, `CEF:0` and `LEEF:1.0` belong to the message. */
function tagged(body: string): Omit<Parts, 'hostname'> {
  if (body.charCodeAt(0) === 37 || body.startsWith('CEF:') || body.startsWith('LEEF:')) return { appName: null, procId: null, message: body };
  let at = 0;
  for (let code = body.charCodeAt(at); at <= TAG_CHARS && at < body.length && code > 32 && code !== 58 && code !== 91; code = body.charCodeAt(at)) at++;
  const appName = body.slice(0, at);
  let procId: string | null = null;
  if (body.charCodeAt(at) === 91) {
    const close = body.indexOf(']', at);
    if (close < 0 || close > at + 128 || (body.charCodeAt(close + 1) !== 58 && body.charCodeAt(close + 1) !== 32))
      return { appName: null, procId: null, message: body || null };
    procId = body.slice(at + 1, close) || null;
    at = close + 1;
  }
  const isTag = appName !== '' && at <= TAG_CHARS + 130 && (body.charCodeAt(at) === 58 || procId !== null);
  if (!isTag) return { appName: null, procId: null, message: body || null };
  const message = body.slice(body.charCodeAt(at) === 58 ? at + 1 : at).trimStart();
  return { appName, procId, message: message || null };
}
