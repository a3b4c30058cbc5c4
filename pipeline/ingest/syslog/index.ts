// What syslog records say when no product's format is found in the message: the programs of Unix machines, and everything else.
import type { Decoder, Draft, Program, RawDocument, Syslog } from '../kit.ts';
import { canonicalIp, count, draft, host, lastPart, messageText, PROGRAMS, syslogFields } from '../kit.ts';

const SYSTEM_FACILITIES = new Set([0, 4, 9, 10, 15]); // kernel, authorization and clock daemons of a Unix machine
/** Lines without a priority come from files of such a machine, unless they carry the tag of a network device. */
const isUnix = (priority: number | null, message: string | null): boolean =>
  priority === null ? message?.startsWith('%') !== true : SYSTEM_FACILITIES.has(priority >> 3);
const UNIX: Program = { dataset: 'linux.syslog', services: ['syslog'] };
const UNKNOWN: Program = { dataset: 'syslog.other', services: [] };

const decoder: Decoder = {
  name: 'syslog',
  version: 2,
  reads: 'Syslog of RFC 5424 and RFC 3164 and what goes by that name; programs of Unix machines (sshd, sudo, PAM, su, cron, useradd and others)',
  recognisedBy: 'a priority, or a time at the beginning; asked last',
  datasets: ['linux.auth', 'linux.cron', 'linux.kernel', 'linux.auditd', 'linux.syslog', 'syslog.other'],

  // What has a priority is syslog, but a product that is found in the message knows more of it.
  recognise: ({ syslog }) => (syslog === undefined ? 0 : syslog.priority !== null ? 0.55 : syslog.timestamp?.includes('T') === true ? 0.4 : 0.5),

  decode: (document) => (document.syslog === undefined ? 'neither a priority nor a time' : [eventOf(document, document.syslog)]),
};
export default decoder;

function eventOf(document: RawDocument, syslog: Syslog): Draft {
  const { priority, appName, procId, msgId, message } = syslog;
  const name = appName === null ? null : lastPart(appName);
  const known = PROGRAMS.get(name?.toLowerCase() ?? '') ?? (isUnix(priority, message) ? UNIX : UNKNOWN);
  const isLinux = known !== UNKNOWN;
  const native = Buffer.from(JSON.stringify({ ...syslogFields(syslog), message: message ?? undefined, raw: document.raw }));
  const event = draft(known.dataset, isLinux ? 'linux' : '', native);
  event.logsource = { category: [], service: known.services };
  event.provider = name;
  event.code = msgId;
  event.message = message === null ? null : messageText(message) || null;
  if (isLinux && syslog.hostname !== '---') event.host = host(syslog.hostname, 'linux', null, addresses(syslog.hostname));
  if (name !== null)
    event.process = {
      name,
      executable: appName!.startsWith('/') ? appName : null,
      commandLine: null,
      pid: count(procId),
      entityId: null,
      workingDirectory: null,
      hash: null,
      parent: null,
    };
  if (message !== null) known.read?.(event, message.trimStart());
  return event;
}

function addresses(hostname: string | null): readonly string[] {
  const ip = canonicalIp(hostname);
  return ip === null ? [] : [ip];
}
