// systemd's journal: https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { CERTAIN, count, draft, exactJson, lastPart, LIKELY, mapping, messageText, PROGRAMS, setField, text, textNative, via } from '../kit.ts';
import { isExport, readExport } from './export.ts';

const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];
const priorityOf = (value: unknown): number | null => {
  const found = count(value);
  return found !== null && found <= 7 ? found : null;
};

const set = mapping({
  '@timestamp': ['_SOURCE_REALTIME_TIMESTAMP', '__REALTIME_TIMESTAMP', '@timestamp'],
  'event.created': '__REALTIME_TIMESTAMP',
  'event.code': 'MESSAGE_ID',
  'log.level': via('PRIORITY', (value) => LEVELS[priorityOf(value) ?? -1]),
  'event.severity': via('PRIORITY', (value) => SEVERITIES[priorityOf(value) ?? -1]),
  'log.syslog.facility.code': 'SYSLOG_FACILITY',
  'log.origin.file.name': 'CODE_FILE',
  'log.origin.file.line': 'CODE_LINE',
  'log.origin.function': 'CODE_FUNC',
  'host.name': '_HOSTNAME',
  'host.id': '_MACHINE_ID',
  'host.boot.id': '_BOOT_ID',
  'process.pid': ['_PID', 'SYSLOG_PID'],
  'process.name': ['_COMM', 'SYSLOG_IDENTIFIER'],
  'process.executable': '_EXE',
  'process.command_line': '_CMDLINE',
  'user.id': ['_UID', '_AUDIT_LOGINUID'],
  'group.id': '_GID',
  'service.name': ['UNIT', '_SYSTEMD_UNIT', 'USER_UNIT', '_SYSTEMD_USER_UNIT'],
  'error.code': 'ERRNO',
  'container.id': ['CONTAINER_ID_FULL', 'CONTAINER_ID'],
  'container.name': 'CONTAINER_NAME',
  'container.image.name': 'IMAGE_NAME',
});

const CURSOR = '__CURSOR';
const TRANSPORT = '_TRANSPORT';
const COMMAND = '_COMM';
const NAMES = ['__REALTIME_TIMESTAMP', CURSOR, '_SOURCE_REALTIME_TIMESTAMP', '_BOOT_ID', TRANSPORT, '_SYSTEMD_UNIT'];

const decoder: Decoder = {
  name: 'journald',
  version: 1,
  reads:
    "systemd's journal as JSON (`journalctl -o json`, Vector, Fluent Bit) and in the export format, with what programs (sshd, sudo, cron and others) say in it",
  recognisedBy: 'MESSAGE with names that only the journal has, such as __REALTIME_TIMESTAMP or _BOOT_ID; lines that begin with __CURSOR=',
  datasets: ['journald.log', 'linux.auth', 'linux.cron', 'linux.kernel', 'linux.auditd', 'linux.syslog'],
  clues: { members: ['MESSAGE', 'MESSAGE_ID', ...NAMES], begins: ['__CURSOR=', '__REALTIME_TIMESTAMP='] },
  recognise({ json, text: raw }) {
    if (json === undefined) return isExport(raw) ? CERTAIN : 0;
    const known = NAMES.filter((name) => json[name] !== undefined).length;
    return known === 0 ? 0 : json.MESSAGE !== undefined && known > 1 ? CERTAIN : LIKELY;
  },
  decode(document) {
    if (document.json !== undefined) return [eventOf(document, exactJson(document), document.bytes)];
    const entries = readExport(document.text);
    if (typeof entries === 'string') return entries;
    return entries.map(({ fields, raw }) => eventOf(document, fields, textNative(entries.length === 1 ? document : { raw }, fields)));
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: FieldsOf, native: Uint8Array): Draft {
  const identifier = text(fields.SYSLOG_IDENTIFIER) ?? text(fields[COMMAND]);
  const isKernel = fields[TRANSPORT] === 'kernel';
  const program = PROGRAMS.get(isKernel ? 'kernel' : lastPart(identifier ?? '').toLowerCase());
  const event = draft(program?.dataset ?? 'journald.log', 'linux', native);
  event.logsource = { category: [], service: program?.services ?? ['syslog'] };
  event.provider = identifier;
  set(event, fields, document);
  if (event.host !== null) event.host = { ...event.host, os: 'linux' };
  setField(event, 'log.logger', text(fields[TRANSPORT]));
  const message = messageOf(fields.MESSAGE);
  event.message = message === null ? null : messageText(message) || null;
  // The cursor names the entry for good; without one, the boot and the place in it do.
  event.id = text(fields[CURSOR]) ?? '';
  if (message !== null && program?.read !== undefined) {
    const { user: runsAs, process: own } = event;
    event.user = null;
    program.read(event, message.trimStart());
    // What the program says of others counts; who it runs as, where it says nothing.
    event.user ??= runsAs;
    event.process ??= own;
  }
  return event;
}

/** Text; bytes as a list of numbers, where they are no UTF-8; the first of several. */
function messageOf(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value);
  const parts = value as readonly unknown[];
  if (parts.every((one) => typeof one === 'number' && one >= 0 && one <= 255)) return Buffer.from(parts as readonly number[]).toString('utf8');
  return text(parts[0]);
}
