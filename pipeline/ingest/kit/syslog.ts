// The header of a syslog record, RFC 5424 or what goes by RFC 3164: read once, before the format of the message is looked for.
import type { Micros } from '../../core/index.ts';
import { canonicalIp } from '../../../domains/network/address.ts';
import type { Draft } from './draft.ts';
import { host, setEcs, stamp } from './draft.ts';
import { readRfc3164 } from './rfc3164.ts';
import type { SyslogMessage } from './rfc5424.ts';
import { readRfc5424 } from './rfc5424.ts';
import type { ReadTime } from './time.ts';
import { readIso } from './time.ts';

export interface Syslog extends SyslogMessage {
  /** undefined = none was given, or none that can be read. */
  readonly time: ReadTime | undefined;
}

/** @param text May end in the line ends and NULs that framing left behind. @returns undefined when there is neither a priority nor a time. */
export function readSyslog(text: string, appendedAt: Micros): Syslog | undefined {
  const code = text.charCodeAt(0);
  if (code !== 60 && !mayBeginTime(text, code)) return undefined;
  const line = withoutEnd(text);
  const strict = readRfc5424(line);
  if (strict !== undefined) return { ...strict, time: strict.timestamp === null ? undefined : readIso(strict.timestamp) };
  const loose = readRfc3164(line, appendedAt);
  return loose === undefined ? undefined : { ...loose.message, time: loose.time };
}
/** A month's letter, or a digit of a year with its dash. */
const mayBeginTime = (text: string, code: number): boolean => (code >= 48 && code <= 57 ? text.charCodeAt(4) === 45 : (code | 32) >= 97 && (code | 32) <= 122);

function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13 || text.charCodeAt(end - 1) === 0)) end--;
  return end === text.length ? text : text.slice(0, end);
}

const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp clock authpriv ftp ntp security console cron local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];

/** Sets what the header tells and the message left open: time, sender, level. @param isObserver The sender saw what others did: it is no host of the event. */
export function setSyslog(event: Draft, header: Syslog, zone: string | undefined, isObserver: boolean): void {
  const { time, hostname, priority, fault } = header;
  if (time !== undefined && Number.isNaN(event.time)) stamp(event, time, zone);
  const name = hostname === '---' ? null : hostname;
  const ip = canonicalIp(name);
  if (isObserver) {
    if (event.ecs['observer.hostname'] === undefined && ip === null) setEcs(event, 'observer.hostname', name);
    if (event.ecs['observer.ip'] === undefined) setEcs(event, 'observer.ip', ip);
  } else {
    event.host ??= host(name, null, null, ip === null ? [] : [ip]);
    if (ip === null && event.host?.name === name && event.ecs['host.hostname'] === undefined) setEcs(event, 'host.hostname', name);
  }
  setHeader(event, header);
  const isTimed = fault === 'no timestamp' && !Number.isNaN(event.time); // the message has a time of its own
  if (fault !== null && !isTimed) event.labels = { ...event.labels, fault };
  if (priority === null) return;
  event.severity ??= SEVERITIES[priority & 7]!;
  if (event.ecs['log.level'] === undefined) setEcs(event, 'log.level', LEVELS[priority & 7]!);
  setEcs(event, 'log.syslog.priority', priority);
  setEcs(event, 'log.syslog.facility.code', priority >> 3);
  setEcs(event, 'log.syslog.facility.name', FACILITIES[priority >> 3]!);
  setEcs(event, 'log.syslog.severity.code', priority & 7);
  setEcs(event, 'log.syslog.severity.name', LEVELS[priority & 7]!);
}
/** The parts of the header as they are written; RFC 5424 has a version, what goes by RFC 3164 has none. */
function setHeader(event: Draft, { hostname, appName, procId, msgId, version }: Syslog): void {
  setEcs(event, 'log.syslog.hostname', hostname);
  setEcs(event, 'log.syslog.appname', appName);
  setEcs(event, 'log.syslog.procid', procId);
  setEcs(event, 'log.syslog.msgid', msgId);
  if (version !== null) setEcs(event, 'log.syslog.version', String(version));
}

/** The header's parts by the names of RFC 5424, for the native document. */
export function syslogFields({
  priority,
  version,
  timestamp,
  hostname,
  appName,
  procId,
  msgId,
  structuredData,
}: SyslogMessage): Readonly<Record<string, unknown>> {
  const data = structuredData === null ? undefined : Object.fromEntries(Array.from(structuredData, ([id, parameters]) => [id, Object.fromEntries(parameters)]));
  return {
    priority: priority ?? undefined,
    facility: priority === null ? undefined : priority >> 3,
    severity: priority === null ? undefined : priority & 7,
    version: version ?? undefined,
    timestamp: timestamp ?? undefined,
    hostname: hostname ?? undefined,
    appname: appName ?? undefined,
    procid: procId ?? undefined,
    msgid: msgId ?? undefined,
    structured_data: data,
  };
}

/** The native document of a format that was found in a syslog message, with the header under `syslog` and, where it has none, the line under `raw`. */
export function withHeader(native: Uint8Array, syslog: Syslog, raw: string, isMessageItself: boolean, taken: (name: string) => boolean): Uint8Array {
  const end = inkEnd(native, native.length);
  if (native[end - 1] !== CLOSE) return native;
  const member = (name: string, value: unknown) => `,${JSON.stringify(taken(name) ? `_${name}` : name)}:${JSON.stringify(value)}`;
  const inner = native.subarray(0, inkEnd(native, end - 1));
  const added = member('syslog', syslogFields(syslog)) + (isMessageItself ? member('raw', raw) : '');
  return Buffer.concat([inner, Buffer.from(`${inner.at(-1) === OPEN ? added.slice(1) : added}}`)]);
}
const OPEN = 123;
const CLOSE = 125;

/** Where the bytes [0, to) end without blanks. */
function inkEnd(bytes: Uint8Array, to: number): number {
  let end = to;
  while (end > 0 && bytes[end - 1]! <= 32) end--;
  return end;
}
