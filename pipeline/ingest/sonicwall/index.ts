// SonicWall SonicOS logs as key=value: https://www.sonicwall.com/techdocs/pdf/sonicos-log-events-reference.pdf
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import {
  account,
  canonicalIp,
  communityId,
  count,
  draft,
  hasBothEnds,
  keyValues,
  LIKELY,
  mapping,
  port,
  setEcs,
  setField,
  setUrl,
  text,
  textNative,
  transportOf,
} from '../kit.ts';

const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
/** Message numbers that say what was done with traffic. */
const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['36', ['connection', 'denied']],
  ['37', ['connection', 'denied']],
  ['38', ['connection', 'denied']],
  ['97', ['connection', 'allowed']],
  ['98', ['connection', 'start', 'allowed']],
  ['537', ['connection', 'end']],
]);

const set = mapping({
  '@timestamp': 'time',
  'event.code': 'm',
  'event.action': ['fw_action', 'op', 'msg'],
  message: 'msg',
  'source.bytes': 'sent',
  'destination.bytes': 'rcvd',
  'source.packets': 'spkt',
  'destination.packets': 'rpkt',
  'source.mac': 'srcMac',
  'destination.mac': 'dstMac',
  'observer.serial_number': 'sn',
  'observer.ip': 'fw',
  'rule.name': ['rule', 'policy'],
  'rule.id': 'sid',
  'rule.category': ['Category', 'ipscat', 'spycat'],
  'http.response.status_code': 'result',
  'event.reason': 'note',
});

const decoder: Decoder = {
  name: 'sonicwall',
  version: 1,
  reads: 'SonicWall SonicOS logs',
  recognisedBy: '`id=`, `sn=`, `time="` and `m=`',
  datasets: ['sonicwall.firewall'],
  clues: { holds: [' sn='] },
  isObserver: true,
  recognise: ({ json, text: line }) => (json === undefined && isSonicWall(line) ? LIKELY : 0),
  decode(document) {
    return isSonicWall(document.text) ? [eventOf(document, keyValues(document.text, { isLoose: true }))] : 'none of the fields that all SonicWall logs have';
  },
};
export default decoder;

const isSonicWall = (line: string): boolean =>
  /^(?:\S+ )?id=/.test(line) && line.includes(' sn=') && line.includes(' time="') && line.includes(' fw=') && (line.includes(' m=') || line.includes(' c='));

function eventOf(document: RawDocument, fields: FieldsOf): Draft {
  const event = draft('sonicwall.firewall', 'sonicwall', textNative(document, fields));
  event.logsource = { category: ['firewall'], service: [] };
  set(event, fields, document);
  setEcs(event, 'observer.vendor', 'SonicWall');
  setEcs(event, 'observer.type', 'firewall');
  const level = count(fields.pri);
  if (level !== null && level < 8) {
    event.severity = SEVERITIES[level]!;
    setEcs(event, 'log.level', LEVELS[level]!);
  } else setField(event, 'log.level', fields.pri);
  end(event, 'source', text(fields.src), 'observer.ingress.interface.name');
  end(event, 'destination', text(fields.dst), 'observer.egress.interface.name');
  const [transport, service] = (text(fields.proto) ?? '').split('/', 2);
  const name = transportOf(transport);
  if (name !== null || service !== undefined)
    event.network = {
      transport: name,
      protocol: service !== undefined && !/^\d+$/.test(service) ? service.toLowerCase() : name !== 'tcp' && name !== 'udp' && name !== 'icmp' ? name : null,
      direction: null,
      communityId: communityId(name, event.source?.ip ?? null, event.source?.port ?? null, event.destination?.ip ?? null, event.destination?.port ?? null),
      bytes: null,
      packets: null,
    };
  const user = account(text(fields.usr) ?? text(fields.user)?.replace(/^"|"$/g, '') ?? null);
  if (user.name !== null) event.user = { name: user.name, id: null, domain: user.domain, email: user.email };
  const host = text(fields.dstname);
  const path = text(fields.arg);
  setUrl(event, host !== null && path !== null ? `http://${host}${path}` : null);
  const types = ACTIONS.get(text(fields.m) ?? '');
  if (hasBothEnds(event)) {
    event.category = ['network'];
    event.type = [...(types ?? (/drop|deny/i.test(text(fields.fw_action) ?? '') ? ['connection', 'denied'] : ['connection']))];
  }
  return event;
}

/** `address:port:interface:name` */
function end(event: Draft, which: 'source' | 'destination', written: string | null, interfaceField: string): void {
  if (written === null) return;
  const parts = written.trim().split(':');
  const isV6 = parts.length > 4 && canonicalIp(written.trim()) !== null;
  const [address = '', number, place, name] = isV6 ? [written.trim()] : parts;
  const ip = canonicalIp(address);
  setField(event, `${which}.ip`, ip);
  if (ip !== null) setField(event, `${which}.port`, port(number));
  setField(event, `${which}.domain`, name ?? null);
  setField(event, interfaceField, place ?? null);
}
