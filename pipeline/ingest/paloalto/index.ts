// Palo Alto Networks PAN-OS logs as comma-separated values.
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { account, CERTAIN, communityId, csvCells, draft, LIKELY, mapping, messageText, newFields, setEcs, setUrl, text, textNative, via } from '../kit.ts';
import { COLUMNS } from './columns.ts';
import { pairsOf, typeOfPairs } from './pairs.ts';

const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ['critical', 90],
  ['high', 75],
  ['medium', 50],
  ['low', 25],
  ['informational', 10],
]);
const zeroIs = (value: unknown): unknown => (value === '0.0.0.0' || value === '::' || value === '0' ? null : value);
const nothing = (of: string | readonly string[]) => via(of, zeroIs);

const set = mapping({
  '@timestamp': ['time_generated', 'receive_time'],
  'event.action': via(['eventid', 'action', 'cmd'], (value) => String(value).toLowerCase()),
  'event.reason': ['session_end_reason', 'reason', 'error'],
  'event.provider': 'subtype',
  'event.sequence': 'seqno',
  'log.level': 'severity',
  message: ['opaque', 'threatid'],
  'source.ip': nothing(['src', 'ip', 'public_ip', 'host']),
  'source.port': nothing(['sport', 'beginport']),
  'source.bytes': 'bytes_sent',
  'source.packets': 'pkts_sent',
  'source.nat.ip': nothing('natsrc'),
  'source.nat.port': nothing('natsport'),
  'destination.ip': nothing('dst'),
  'destination.port': nothing('dport'),
  'destination.bytes': 'bytes_received',
  'destination.packets': 'pkts_received',
  'destination.nat.ip': nothing('natdst'),
  'destination.nat.port': nothing('natdport'),
  'network.transport': 'proto',
  'network.protocol': 'app',
  'network.bytes': 'bytes',
  'network.packets': 'packets',
  'network.direction': via('direction', (value) => (value === 'client-to-server' ? 'inbound' : value === 'server-to-client' ? 'outbound' : null)),
  'observer.serial_number': 'serial',
  'observer.hostname': 'device_name',
  'observer.ingress.interface.name': 'inbound_if',
  'observer.egress.interface.name': 'outbound_if',
  'observer.ingress.zone': 'from',
  'observer.egress.zone': 'to',
  'rule.name': 'rule',
  'rule.id': 'rule_uuid',
  'rule.category': 'category',
  'user_agent.original': 'user_agent',
  'http.request.method': 'http_method',
  'http.request.referrer': 'referer',
  'file.hash.sha256': via('filedigest', (value) => (String(value).length === 64 ? value : null)),
  'host.name': 'machinename',
});

const TYPES = new Set('TRAFFIC THREAT SYSTEM CONFIG GLOBALPROTECT USERID HIPMATCH CORRELATION DECRYPTION AUTH AUTHENTICATION TUNNEL SCTP GTP'.split(' '));
const HEAD = new RegExp(String.raw`^[^,]{0,40},\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,[^,]{1,20},(${[...TYPES].join('|')}),`);

const decoder: Decoder = {
  name: 'paloalto',
  version: 2,
  reads: 'Palo Alto Networks PAN-OS: traffic, threat, system, config, GlobalProtect, User-ID and other logs',
  recognisedBy: 'a number, a time, a serial number and the type between commas; `serial=` and `type=` among pairs',
  datasets: ['paloalto.traffic', 'paloalto.threat', 'paloalto.system', 'paloalto.config', 'paloalto.globalprotect', 'paloalto.userid', 'paloalto.other'],
  clues: {
    holds: [
      ',TRAFFIC,',
      ',THREAT,',
      ',SYSTEM,',
      ',CONFIG,',
      ',GLOBALPROTECT,',
      ',USERID,',
      ',HIPMATCH,',
      ',CORRELATION,',
      ',DECRYPTION,',
      ',AUTH',
      ',TUNNEL,',
      ',SCTP,',
      ',GTP,',
      'serial=',
    ],
  },
  isObserver: true,
  recognise: ({ json, text: line }) => (json !== undefined ? 0 : HEAD.test(line) ? CERTAIN : TYPES.has(typeOfPairs(line) ?? '') ? LIKELY : 0),
  decode(document) {
    const type = HEAD.exec(document.text)?.[1];
    if (type !== undefined) return [eventOf(document, type, fieldsOf(document.text, type))];
    const paired = typeOfPairs(document.text);
    return paired === undefined ? 'neither PAN-OS columns nor pairs' : [eventOf(document, paired, pairsOf(document.text))];
  },
};
export default decoder;

/** What all types begin with; further columns by their number. */
function fieldsOf(line: string, type: string): FieldsOf {
  const known = COLUMNS.get(type) ?? COLUMNS.get('SYSTEM')!.slice(0, 7);
  const cells = csvCells(line.trimEnd());
  const fields = newFields();
  for (let index = 0; index < cells.length; index++) {
    const name = known[index] ?? `column${index + 1}`;
    if (cells[index] !== '' && name !== '_') fields[name] = cells[index];
  }
  return fields;
}

function eventOf(document: RawDocument, type: string, fields: FieldsOf): Draft {
  const dataset = COLUMNS.has(type) ? `paloalto.${type.toLowerCase()}` : 'paloalto.other';
  const event = draft(dataset, 'paloalto', textNative(document, fields));
  event.logsource = { category: type === 'TRAFFIC' ? ['firewall'] : [], service: type === 'GLOBALPROTECT' ? ['globalprotect'] : [] };
  set(event, fields, document);
  setEcs(event, 'observer.vendor', 'Palo Alto Networks');
  setEcs(event, 'observer.type', 'firewall');
  event.message ??= messageText(document.text);
  event.severity = SEVERITIES.get((text(fields.severity) ?? '').toLowerCase()) ?? null;
  const who = account(text(fields.srcuser) ?? text(fields.user) ?? text(fields.admin));
  if (who.name !== null) event.user = { name: who.name, id: null, domain: who.domain, email: who.email };
  if (type === 'THREAT') threat(event, fields);
  kind(event, type, fields);
  const { source, destination, network } = event;
  if (network !== null)
    event.network = {
      ...network,
      communityId: communityId(network.transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    };
  return event;
}

/** `Name(1234)`; the address of the request, or the file's name. */
function threat(event: Draft, fields: FieldsOf): void {
  const name = text(fields.threatid);
  const id = /\((\d{1,12})\)$/.exec(name ?? '')?.[1] ?? null;
  event.rule = { id, name: name?.replace(/\(\d{1,12}\)$/, '') ?? null, category: text(fields.subtype), version: text(fields.contentver) };
  event.code = id;
  const what = text(fields.misc);
  if (what === null) return;
  if (text(fields.subtype) === 'url') setUrl(event, /^[a-z]+:\/\//i.test(what) ? what : `http://${what}`);
  else if (text(fields.subtype) === 'file' || text(fields.subtype) === 'virus' || text(fields.subtype) === 'wildfire')
    event.file = { path: null, name: what, extension: null, size: null, hash: event.file?.hash ?? null };
  else setUrl(event, what);
}

const DENIED = /^(?:deny|drop|block|reset|sinkhole)/;
function kind(event: Draft, type: string, fields: FieldsOf): void {
  const isDenied = DENIED.test((text(fields.action) ?? '').toLowerCase());
  if (type === 'TRAFFIC') {
    const subtype = text(fields.subtype);
    event.category = ['network'];
    event.type = ['connection', subtype === 'start' ? 'start' : 'end', isDenied || subtype === 'deny' || subtype === 'drop' ? 'denied' : 'allowed'];
    event.outcome = 'success';
  } else if (type === 'THREAT') {
    const isUrl = text(fields.subtype) === 'url';
    event.kind = isUrl ? 'event' : 'alert';
    event.category = isUrl ? ['network', 'web'] : ['network', 'intrusion_detection'];
    event.type = [isUrl ? 'access' : 'connection', isDenied ? 'denied' : 'allowed'];
  } else if (type === 'CONFIG') {
    event.category = ['configuration'];
    event.type = ['change'];
    event.outcome = /succe/i.test(text(fields.result) ?? '') ? 'success' : /fail/i.test(text(fields.result) ?? '') ? 'failure' : null;
  } else if (type === 'GLOBALPROTECT' || type === 'USERID' || type.startsWith('AUTH')) {
    event.category = ['authentication'];
    event.type = ['info'];
    event.outcome = /succe/i.test(text(fields.status) ?? '') ? 'success' : /fail/i.test(text(fields.status) ?? '') ? 'failure' : null;
  }
}
