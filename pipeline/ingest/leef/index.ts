// Log Event Extended Format 1.0 and 2.0: IBM "LEEF version 2" guide.
import type { Decoder, Draft, Fields, FieldsOf, RawDocument } from '../kit.ts';
import { account, CERTAIN, count, draft, hasBothEnds, LIKELY, mapping, newFields, setUrl, text, textNative } from '../kit.ts';

const MAX_PAIRS = 1000;
const HEADER = ['leefVersion', 'vendor', 'product', 'version', 'eventId'];

const set = mapping({
  '@timestamp': ['devTime', 'devTimeUTC'],
  'event.code': 'eventId',
  'event.action': ['action', 'act', 'name', 'cat'],
  'event.provider': 'product',
  message: ['msg', 'desc', 'name'],
  'observer.vendor': 'vendor',
  'observer.version': 'version',
  'observer.hostname': ['dvchost', 'identHostName'],
  'source.ip': 'src',
  'source.port': 'srcPort',
  'source.mac': 'srcMAC',
  'source.bytes': 'srcBytes',
  'source.packets': 'srcPackets',
  'source.nat.ip': 'srcPostNAT',
  'source.nat.port': 'srcPostNATPort',
  'destination.ip': 'dst',
  'destination.port': 'dstPort',
  'destination.mac': 'dstMAC',
  'destination.bytes': 'dstBytes',
  'destination.packets': 'dstPackets',
  'destination.nat.ip': 'dstPostNAT',
  'destination.nat.port': 'dstPostNATPort',
  'network.transport': 'proto',
  'network.packets': 'totalPackets',
  'group.id': 'groupID',
  'rule.name': ['policy', 'name'],
  'rule.category': 'cat',
  'user.domain': 'domain',
  'user.roles': 'role',
});

const decoder: Decoder = {
  name: 'leef',
  version: 1,
  reads: 'Log Event Extended Format (LEEF) 1.0 and 2.0 of any product, behind any syslog header or none',
  recognisedBy: '`LEEF:1.0|` or `LEEF:2.0|`',
  datasets: ['leef.event'],
  clues: { holds: ['LEEF:'] },
  isObserver: true,
  recognise({ json, text: line }) {
    const at = json === undefined ? leefStart(line) : -1;
    return at < 0 ? 0 : at === 0 ? CERTAIN : LIKELY;
  },
  decode(document) {
    const at = leefStart(document.text);
    const fields = at < 0 ? undefined : readLeef(document.text, at + 'LEEF:'.length);
    return fields === undefined ? 'no LEEF header of five fields' : [eventOf(document, fields)];
  },
};
export default decoder;

function leefStart(line: string): number {
  const at = line.indexOf('LEEF:');
  return at >= 0 && at < 1024 && (line.startsWith('1.', at + 5) || line.startsWith('2.', at + 5)) ? at : -1;
}

/** @param from Behind `LEEF:`. A value is all behind the first `=` of its pair. */
function readLeef(line: string, from: number): Fields | undefined {
  const fields = newFields();
  let at = from;
  for (const name of HEADER) {
    const end = line.indexOf('|', at);
    if (end < 0 && name !== 'eventId') return undefined;
    fields[name] = line.slice(at, end < 0 ? line.length : end).trim();
    at = end < 0 ? line.length : end + 1;
  }
  let separator = '\t';
  const end = line.indexOf('|', at);
  const written = end < 0 || !String(fields.leefVersion).startsWith('2') ? undefined : separatorOf(line.slice(at, end));
  if (written !== undefined) {
    separator = written;
    at = end + 1;
  }
  let pairs = 0;
  for (const pair of line.slice(at).trimEnd().split(separator)) {
    const equals = pair.indexOf('=');
    if (equals <= 0 || ++pairs > MAX_PAIRS) continue;
    const name = pair.slice(0, equals).trim();
    fields[HEADER.includes(name) ? `_${name}` : name] = pair.slice(equals + 1);
  }
  return fields;
}

/** One character, or hex as `0x09` or `x09`; nothing = tab. undefined when it is none of these: then there is no such field. */
function separatorOf(written: string): string | undefined {
  if (written.length <= 1) return written || '\t';
  const hex = /^(?:0x|x)([0-9a-fA-F]{1,4})$/.exec(written);
  return hex === null ? undefined : String.fromCharCode(Number.parseInt(hex[1]!, 16));
}

function eventOf(document: RawDocument, fields: FieldsOf): Draft {
  const event = draft('leef.event', (text(fields.product) ?? '').toLowerCase().slice(0, 63), textNative(document, fields));
  set(event, fields, document);
  setUrl(event, text(fields.url) ?? text(fields.request));
  const { name, domain, email } = account(text(fields.usrName) ?? text(fields.accountName));
  if (name !== null) event.user = { name, id: null, domain: text(fields.domain) ?? domain, email };
  const severity = count(fields.sev);
  event.severity = severity === null ? null : Math.min(severity * 10, 100);
  if (fields.isLoginEvent === 'true') {
    event.category = ['authentication'];
    event.type = ['start'];
  } else if (fields.isLogoutEvent === 'true') {
    event.category = ['authentication'];
    event.type = ['end'];
  } else if (hasBothEnds(event)) {
    event.category = ['network'];
    event.type = ['connection'];
  }
  return event;
}
