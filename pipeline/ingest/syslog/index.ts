// Syslog messages, one a record: RFC 5424, else what RFC 3164 describes.
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { canonicalIp, count, draft, firstLine, host, lastPart, monthNumber, readIso, setEcs, stamp } from '../kit.ts';
import type { Program } from './programs.ts';
import { PROGRAMS } from './programs.ts';
import { readRfc3164 } from './rfc3164.ts';
import type { SyslogMessage } from './rfc5424.ts';
import { priorityEnd, readRfc5424 } from './rfc5424.ts';

const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'clock',
  'authpriv',
  'ftp',
  'ntp',
  'security',
  'console',
  'cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];
const SYSTEM_FACILITIES = new Set([0, 4, 9, 10, 15]); // kernel, authorization and clock daemons of a Unix machine
/** Lines without a priority come from files of such a machine, unless they carry the tag of a network device. */
const isUnix = (facility: number | null, message: string | null): boolean =>
  facility === null ? message?.startsWith('%') !== true : SYSTEM_FACILITIES.has(facility);
const UNIX: Program = { dataset: 'linux.syslog', services: ['syslog'] };
const UNKNOWN: Program = { dataset: 'syslog.other', services: [] };

const decoder: Decoder = {
  name: 'syslog',
  version: 1,

  recognise({ json, text }) {
    if (json !== undefined) return 0;
    const end = priorityEnd(text);
    if (end > 0) return text.charCodeAt(end) >= 49 && text.charCodeAt(end) <= 57 ? 0.95 : 0.9;
    if (monthNumber(text, 0) > 0 && /^[A-Za-z]{3} {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d/.test(text.slice(0, 32))) return 0.85;
    return text.charCodeAt(10) === 84 && readIso(text).hasZone && text.charCodeAt(readIso(text).end) === 32 ? 0.5 : 0;
  },

  decode(document) {
    const { text: raw, appendedAt } = document;
    const text = withoutEnd(raw);
    const strict = readRfc5424(text);
    if (strict !== undefined) return [eventOf(document, strict, strict.timestamp === null ? undefined : readIso(strict.timestamp))];
    const loose = readRfc3164(text, appendedAt);
    return loose === undefined ? 'neither a priority nor a time' : [eventOf(document, loose.message, loose.time)];
  },
};
export default decoder;

/** Without the line ends and NULs that framing left behind. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13 || text.charCodeAt(end - 1) === 0)) end--;
  return end === text.length ? text : text.slice(0, end);
}

function eventOf(document: RawDocument, message: SyslogMessage, time: ReturnType<typeof readIso> | undefined): Draft {
  const { priority, hostname, appName, procId, msgId, fault } = message;
  const facility = priority === null ? null : priority >> 3;
  const severity = priority === null ? null : priority & 7;
  const name = appName === null ? null : lastPart(appName);
  const known = PROGRAMS.get(name?.toLowerCase() ?? '') ?? (isUnix(facility, message.message) ? UNIX : UNKNOWN);
  const product = known === UNKNOWN ? '' : 'linux';
  const event = draft(known.dataset, product, native(document.text, message, facility, severity));
  event.logsource = { category: [], service: known.services };
  event.provider = name;
  event.code = msgId;
  event.message = message.message === null ? null : firstLine(message.message);
  const ip = canonicalIp(hostname);
  event.host = host(hostname === '---' ? null : hostname, product === '' ? null : 'linux', null, ip === null ? [] : [ip]);
  const pid = count(procId);
  if (name !== null)
    event.process = {
      name,
      executable: appName!.startsWith('/') ? appName : null,
      commandLine: null,
      pid,
      entityId: null,
      workingDirectory: null,
      hash: null,
      parent: null,
    };
  if (time !== undefined) stamp(event, time, document.zone);
  if (severity !== null) {
    event.severity = SEVERITIES[severity]!;
    setEcs(event, 'log.level', LEVELS[severity]!);
    setEcs(event, 'log.syslog.priority', priority);
    setEcs(event, 'log.syslog.facility.name', FACILITIES[facility!]!);
  }
  if (fault !== null) event.labels = { fault };
  if (message.message !== null) known.read?.(event, message.message.trimStart());
  return event;
}

/** The fields by the names of RFC 5424, and the line. */
function native(
  raw: string,
  { priority, version, timestamp, hostname, appName, procId, msgId, structuredData, message }: SyslogMessage,
  facility: number | null,
  severity: number | null,
): Uint8Array {
  const data = structuredData === null ? undefined : Object.fromEntries(Array.from(structuredData, ([id, parameters]) => [id, Object.fromEntries(parameters)]));
  const fields = {
    priority: priority ?? undefined,
    facility: facility ?? undefined,
    severity: severity ?? undefined,
    version: version ?? undefined,
    timestamp: timestamp ?? undefined,
    hostname: hostname ?? undefined,
    appname: appName ?? undefined,
    procid: procId ?? undefined,
    msgid: msgId ?? undefined,
    structured_data: data,
    message: message ?? undefined,
    raw,
  };
  return Buffer.from(JSON.stringify(fields));
}
