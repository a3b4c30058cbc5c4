// The Linux audit log. Lines that share time and serial number are one event, in one record or, as file shippers send them, in several.
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { canonicalIp, CERTAIN, draft, LIKELY, mapping, newFields, setField, stampMicros, textNative, unparsed } from '../kit.ts';
import type { AuditLine } from './line.ts';
import { isAuditLine, readLine } from './line.ts';
import { kindOf, sigmaCategories } from './kinds.ts';
import { callOf, fileOf, isUnderWay } from './objects.ts';
import { END, linesOf } from './parts.ts';

const says = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value !== '?' && value !== '(null)' && value !== '(none)' && value !== '4294967295' && value !== 'unset'
    ? value
    : null;
const at = (name: string) => ({ of: [name], as: says });

const set = mapping({
  'process.pid': at('pid'),
  'process.parent.pid': at('ppid'),
  'process.executable': at('exe'),
  'process.name': at('comm'),
  'process.working_directory': at('cwd'),
  'process.title': at('proctitle'),
  'process.exit_code': { of: ['exit'], as: (value) => (/^-?\d{1,9}$/.test(String(value)) ? value : null) },
  'user.id': at('uid'),
  'user.name': { of: ['UID', 'acct'], as: says },
  'user.effective.id': at('euid'),
  'user.effective.name': at('EUID'),
  'group.id': at('gid'),
  'group.name': at('GID'),
  'source.ip': at('addr'),
  'source.domain': { of: ['hostname'], as: (value) => (canonicalIp(value) === null ? says(value) : null) },
  'file.path': { of: ['path', 'name'], as: says },
  'file.inode': at('inode'),
  'file.mode': at('mode'),
});

const decoder: Decoder = {
  name: 'auditd',
  version: 3,
  reads: 'Linux audit log (auditd), also enriched and behind syslog; the lines of one event become one, also when each is a record',
  recognisedBy: '`type=.. msg=audit(..)`',
  datasets: ['linux.auditd'],
  clues: { holds: ['audit('] },
  needsOrder: 'the lines of one event come as records of their own; they are put together by key, node, time and serial number',
  recognise: ({ json, text }) => (json === undefined && isAuditLine(text) ? CERTAIN : json === undefined && isAuditLine(afterTag(text)) ? LIKELY : 0),
  partsOf: ({ text, syslog }) => linesOf(afterTag(text), syslog?.hostname ?? null),
  decode(document) {
    const groups = groupsOf(afterTag(document.text));
    if (groups.length === 0) return 'no line of the audit log';
    const isOne = groups.length === 1 && !document.text.includes(`type=${END} `); // the end is no part of what it ends
    return groups.flatMap((group): readonly Draft[] => {
      if (typeof group === 'string') return [unparsed(group, 'no line of the audit log')];
      return group.lines.length === 0 ? [] : [eventOf(document, group, isOne)];
    });
  },
};
export default decoder;

/** What some daemons put before it. */
function afterTag(text: string): string {
  if (text.startsWith('type=') || text.startsWith('node=')) return text;
  const at = text.indexOf('type=');
  const node = text.lastIndexOf('node=', at);
  const start = node >= 0 && node < at ? node : at;
  return start > 0 && start < 100 ? text.slice(start) : text;
}

/** Without lines: only its end has come. */
interface Group {
  readonly lines: readonly AuditLine[];
  readonly raw: string;
}
/** In order of their first lines; lines that are none of the log are texts. */
function groupsOf(text: string): readonly (Group | string)[] {
  const groups = new Map<string, { readonly lines: AuditLine[]; raw: string }>();
  const found: (Group | string)[] = [];
  for (const written of text.split('\n')) {
    if (written.trim() === '') continue;
    const line = readLine(written.endsWith('\r') ? written.slice(0, -1) : written);
    if (line === undefined) {
      found.push(written);
      continue;
    }
    const key = `${line.node ?? ''}|${line.time}|${line.serial}`;
    const group = groups.get(key);
    if (group === undefined) {
      const begun = line.type === END ? { lines: [], raw: '' } : { lines: [line], raw: written };
      groups.set(key, begun);
      found.push(begun);
    } else if (line.type !== END) {
      group.lines.push(line);
      group.raw += group.raw === '' ? written : `\n${written}`;
    }
  }
  return found;
}

/** Fields that several lines have with different values become lists, so that rules find each; the lines themselves are under `records`. */
function merged(lines: readonly AuditLine[]): Fields {
  const fields = newFields();
  for (const { type, fields: own } of lines)
    for (const [name, value] of Object.entries({ type, ...own })) {
      const before = fields[name];
      if (before === undefined) fields[name] = value;
      else if (Array.isArray(before)) {
        if (!before.includes(value)) before.push(value);
      } else if (before !== value) fields[name] = [before, value];
    }
  if (lines.length > 1) fields.records = lines.map(({ type, fields: own }) => ({ type, ...own }));
  return fields;
}

/** @param isOne The document holds nothing else. */
function eventOf(document: RawDocument, { lines, raw }: Group, isOne: boolean): Draft {
  const [first] = lines;
  const { node, time, serial } = first!;
  const fields = merged(lines);
  const call = callOf(lines);
  Object.assign(fields, { audit_time: time, audit_serial: serial, ...(node === null ? {} : { node }), ...(call !== null && { call }) });
  const event = draft('linux.auditd', 'linux', textNative({ raw: isOne ? document.raw : raw }, fields));
  const [seconds = '0', millis = '0'] = time.split('.');
  stampMicros(event, Number(seconds) * 1_000_000 + Number(millis) * 1000);
  event.provider = 'auditd';
  event.code = first!.type;
  event.labels = { audit_event: `${time}:${serial}` };
  if (node !== null) event.host = { name: node.toLowerCase(), id: null, ip: [], os: 'linux' };
  const own = lines.find(({ type }) => type === 'SYSCALL')?.fields ?? first!.fields;
  const file = fileOf(lines);
  const { command_line: command, destination_ip: ip, destination_port: port } = call ?? {};
  set(event, { ...single(fields), ...own, ...file?.fields, ...(file !== null && { name: file.path }) }, document);
  setField(event, 'destination.ip', ip);
  setField(event, 'destination.port', port);
  const commandLine = command ?? commandOf(lines);
  if (commandLine !== null) event.process = { ...(event.process ?? NOBODY), commandLine };
  setField(event, 'event.sequence', serial);
  const kind = kindOf(first!.type, lines, own, file);
  event.category = kind.category;
  event.type = kind.type;
  event.action = kind.action;
  event.logsource = { category: sigmaCategories(kind, own), service: ['auditd'] };
  const result = says(own.res) ?? says(own.success) ?? says(own.result);
  event.outcome = result === 'success' || result === 'yes' || result === '1' ? 'success' : result === null || isUnderWay(own) ? null : 'failure';
  event.message = raw.length > 8192 ? raw.slice(0, 8192) : raw;
  return event;
}
const NOBODY = { name: null, executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null, hash: null, parent: null };
/** The first of several values. */
const single = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? (value[0] as unknown) : value]));

/** What USER_CMD ran; else the title, which is cut where it is long. */
function commandOf(lines: readonly AuditLine[]): string | null {
  for (const { fields } of lines) {
    const said = says(fields.cmd) ?? says(fields.proctitle);
    if (said !== null) return said;
  }
  return null;
}
