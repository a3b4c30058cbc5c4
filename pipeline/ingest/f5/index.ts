// F5 BIG-IP: APM, LTM and audit messages (`01490107:5: ..`), ASM as key="value" pairs.
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { draft, keyValues, LIKELY, mapping, messageText, newFields, readTime, setEcs, setField, setUrl, stamp, text, textNative, via } from '../kit.ts';

const NUMBERED = /(?:^|[\s\]:])([a-z_0-9-]{1,32})\[(\d{1,10})\]: ([0-9a-f]{8}):(?:(\d): ?)?/i;
/** The tag is no part of the message where the header was read. */
const MESSAGE = /^([0-9a-f]{8}):(?:(\d): ?)?/i;
const DATED = /(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) (\S{1,255}) (\w{1,16}) /;
const USER = /(?:\busername '|\bauthentication with '|\bUsername '|\buser '|\bUSER=|\buser=)([^'\s,]{1,128})/;
const CLIENT = /(?:client(?:\s+IP)?:? |Client IP:? |New session from client IP |from )([0-9A-Fa-f.:]{3,45})\b/;
const SESSION = /(?::|\s)([0-9a-f]{8}): /;
const APM = /^0149|^0146|^0148/;
const FAILED = /\bfail|\bdenied|\binvalid/i;

const setAsm = mapping({
  '@timestamp': ['date_time', 'time'],
  'event.action': 'request_status',
  'event.code': 'support_id',
  'source.ip': ['ip_client', 'src_ip'],
  'source.port': 'src_port',
  'destination.ip': 'dest_ip',
  'destination.port': 'dest_port',
  'network.protocol': 'protocol',
  'http.request.method': 'method',
  'http.response.status_code': 'response_code',
  'user.name': via('username', (value) => (value === 'N/A' ? null : value)),
  'rule.name': ['policy_name', 'attack_type'],
  'rule.category': 'attack_type',
  'event.reason': 'violations',
  'observer.hostname': 'unit_hostname',
  'observer.ip': 'management_ip_address',
});

const decoder: Decoder = {
  name: 'f5',
  version: 1,
  reads: 'F5 BIG-IP: APM, LTM and audit messages, ASM events as key="value"',
  recognisedBy: '`daemon[pid]: 01490107:` with eight hex digits; `unit_hostname=` with `policy_name=`',
  datasets: ['f5.apm', 'f5.ltm', 'f5.asm'],
  clues: { begins: ['01'], holds: ['unit_hostname=', ']: 01'] },
  isObserver: true,
  recognise(document) {
    if (document.json !== undefined) return 0;
    return isAsm(document.text) || numberIn(document) !== undefined ? LIKELY : 0;
  },
  decode(document) {
    if (isAsm(document.text)) return [asm(document)];
    const number = numberIn(document);
    return number === undefined ? 'no message number of F5' : [numbered(document, number)];
  },
};
export default decoder;

const isAsm = (line: string): boolean => line.includes('unit_hostname="') && line.includes('policy_name="');
interface Numbered {
  readonly daemon: string | null;
  readonly pid: string | null;
  readonly code: string;
  readonly level: string | null;
  readonly message: string;
}
function numberIn({ text: line, syslog }: RawDocument): Numbered | undefined {
  const head = line.length > 400 ? line.slice(0, 400) : line;
  const tagged = syslog?.appName === null || syslog === undefined ? null : MESSAGE.exec(head);
  if (tagged?.[1]!.startsWith('01') === true)
    return { daemon: syslog!.appName, pid: syslog!.procId, code: tagged[1], level: tagged[2] ?? null, message: line.slice(tagged[0].length) };
  const found = NUMBERED.exec(head);
  if (found === null || !found[3]!.startsWith('01')) return undefined;
  return { daemon: found[1]!, pid: found[2]!, code: found[3]!, level: found[4] ?? null, message: line.slice(found.index + found[0].length) };
}

function begun(document: RawDocument, dataset: string, fields: FieldsOf): Draft {
  const event = draft(dataset, 'f5', textNative(document, fields));
  setEcs(event, 'observer.vendor', 'F5');
  event.message = messageText(document.text);
  return event;
}

function asm(document: RawDocument): Draft {
  const fields = keyValues(document.text, { separator: ',' });
  const event = begun(document, 'f5.asm', fields);
  setAsm(event, fields, document);
  setUrl(event, text(fields.uri));
  const isDenied = /block|illegal|alarm/i.test(text(fields.request_status) ?? '');
  event.kind = isDenied ? 'alert' : 'event';
  event.category = ['network', 'web'];
  event.type = ['access', /block/i.test(text(fields.request_status) ?? '') ? 'denied' : 'allowed'];
  return event;
}

function numbered(document: RawDocument, { daemon, pid, code, level, message }: Numbered): Draft {
  const fields = newFields();
  const before = DATED.exec(document.text.slice(0, 200));
  Object.assign(fields, { daemon, pid, code, level, message });
  if (before !== null) Object.assign(fields, { time: before[1], host: before[2], severity: before[3] });
  for (const [name, value] of Object.entries(fields)) if (value === null) delete fields[name];
  const isApm = APM.test(code);
  const event = begun(document, isApm ? 'f5.apm' : 'f5.ltm', fields);
  event.code = code;
  event.provider = daemon;
  if (before !== null) {
    stamp(event, readTime(before[1], document.appendedAt), document.zone);
    setEcs(event, 'observer.hostname', before[2]!);
    setEcs(event, 'log.level', before[3]!);
  }
  setField(event, 'process.pid', pid);
  setField(event, 'process.name', daemon);
  const short = message.length > 1024 ? message.slice(0, 1024) : message;
  setField(event, 'user.name', USER.exec(short)?.[1]);
  setField(event, 'source.ip', CLIENT.exec(short)?.[1]);
  if (isApm && /authenticat|session|logon|logged/i.test(short)) {
    event.category = ['authentication'];
    event.type = ['info'];
    event.outcome = FAILED.test(short) ? 'failure' : /success/i.test(short) ? 'success' : null;
    const session = SESSION.exec(short)?.[1];
    if (session !== undefined) event.labels = { session };
  }
  return event;
}
