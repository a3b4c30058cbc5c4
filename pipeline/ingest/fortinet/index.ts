// Fortinet logs as key=value: FortiGate, FortiMail, FortiManager, FortiClient. https://docs.fortinet.com/document/fortigate/latest/fortios-log-message-reference
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import {
  account,
  CERTAIN,
  communityId,
  draft,
  hasBothEnds,
  keyValues,
  LIKELY,
  mapping,
  messageText,
  setEcs,
  setUrl,
  stamp,
  readTime,
  text,
  textNative,
  sum,
  transportOf,
  via,
} from '../kit.ts';

/** Private addresses are of a country called Reserved. */
const country = (value: unknown): string | null => (value === 'Reserved' ? null : text(value));

const set = mapping({
  'event.code': ['logid', 'log_id'],
  'event.action': ['action', 'status', 'type'],
  'event.provider': 'subtype',
  'event.reason': 'reason',
  'log.level': ['level', 'pri'],
  message: ['msg', 'logdesc'],
  'source.ip': ['srcip', 'src', 'client_ip'],
  'source.port': ['srcport', 'src_port'],
  'source.mac': ['srcmac', 'mastersrcmac'],
  'source.bytes': 'sentbyte',
  'source.packets': 'sentpkt',
  'source.domain': ['srcname', 'client_name'],
  'source.geo.country_name': via('srccountry', country),
  'destination.geo.country_name': via('dstcountry', country),
  'source.nat.ip': 'transip',
  'source.nat.port': 'transport',
  'destination.ip': ['dstip', 'dst', 'dst_ip'],
  'destination.port': ['dstport', 'dst_port'],
  'destination.mac': 'dstmac',
  'destination.bytes': 'rcvdbyte',
  'destination.packets': 'rcvdpkt',
  'destination.domain': ['hostname', 'dstname', 'domain'],
  'destination.nat.ip': 'tranip',
  'destination.nat.port': 'tranport',
  'network.transport': via('proto', transportOf),
  'network.iana_number': 'proto',
  'network.protocol': ['service', 'app'],
  'network.direction': ['direction', 'traff_direct'],
  'observer.serial_number': ['devid', 'device_id'],
  'observer.hostname': 'devname',
  'observer.ingress.interface.name': 'srcintf',
  'observer.egress.interface.name': 'dstintf',
  'rule.id': ['policyid', 'attackid'],
  'rule.name': ['policyname', 'attack', 'virus'],
  'rule.category': ['appcat', 'catdesc'],
  'rule.description': 'logdesc',
  'rule.ruleset': 'policytype',
  'http.request.method': ['httpmethod', 'http_method'],
  'http.request.referrer': ['referralurl', 'http_refer'],
  'user_agent.original': ['agent', 'http_agent'],
  'file.name': 'filename',
  'file.size': 'filesize',
  'process.pid': 'pid',
  'email.from.address': 'from',
  'email.to.address': 'to',
  'email.subject': 'subject',
  'event.duration': via('duration', (value) => (/^\d{1,7}$/.test(String(value)) ? Number(value) * 1_000_000_000 : null)),
});

const PRODUCTS = { firewall: 'fortigate', fortimail: 'fortimail', fortimanager: 'fortimanager', clientendpoint: 'forticlient' } as const;
type Log = keyof typeof PRODUCTS;

const decoder: Decoder = {
  name: 'fortinet',
  version: 2,
  reads: 'Fortinet key=value logs: FortiGate, FortiMail, FortiManager, FortiClient',
  recognisedBy: '`devid=`, `logid=` and `type=`; `device_id=` and `log_part=`; `traff_direct=` and `block_count=`',
  datasets: ['fortinet.firewall', 'fortinet.fortimail', 'fortinet.fortimanager', 'fortinet.clientendpoint'],
  clues: { holds: ['devid=', 'log_part=', 'traff_direct='] },
  isObserver: true,
  recognise({ json, text: line }) {
    const log = json === undefined ? logOf(line) : undefined;
    return log === undefined ? 0 : log === 'firewall' && /^(?:date=|logver=|time=|devname=|itime=|id=)/.test(line) ? CERTAIN : LIKELY;
  },
  decode(document) {
    const log = logOf(document.text);
    if (log === undefined) return 'none of the fields that all Fortinet logs have';
    return [eventOf(document, log, keyValues(document.text, { isLoose: log === 'clientendpoint' }))];
  },
};
export default decoder;

function logOf(line: string): Log | undefined {
  const has = (name: string) => line.startsWith(`${name}=`) || line.includes(` ${name}=`);
  if (has('devid') && has('type') && (has('logid') || has('log_id'))) return has('logver') ? 'fortimanager' : 'firewall';
  if (has('device_id') && has('log_part') && has('type')) return 'fortimail';
  return has('traff_direct') && has('block_count') ? 'clientendpoint' : undefined;
}

function eventOf(document: RawDocument, log: Log, fields: FieldsOf): Draft {
  const event = draft(`fortinet.${log}`, PRODUCTS[log], textNative(document, fields));
  event.logsource = { category: log === 'firewall' ? ['firewall'] : [], service: [] };
  set(event, fields, document);
  timeOf(event, fields, document);
  setEcs(event, 'observer.vendor', 'Fortinet');
  setEcs(event, 'observer.type', log === 'firewall' ? 'firewall' : null);
  event.message ??= messageText(document.text);
  const { name, domain, email } = account(text(fields.user) ?? text(fields.unauthuser) ?? text(fields.logon_user) ?? text(fields.user_name));
  if (name !== null) {
    event.user = { name, id: null, domain, email };
    if (event.source !== null) setEcs(event, 'source.user.name', name);
  }
  const ip = event.source?.ip ?? event.destination?.ip ?? null;
  if (ip !== null) setEcs(event, 'network.type', ip.includes(':') ? 'ipv6' : 'ipv4');
  setUrl(event, text(fields.url) ?? text(fields.http_url));
  if (event.url !== null && event.url.domain === null) event.url = { ...event.url, domain: text(fields.hostname) };
  kind(event, fields);
  const { source, destination, network } = event;
  if (network !== null)
    event.network = {
      ...network,
      bytes: sum(source?.bytes ?? null, destination?.bytes ?? null),
      packets: sum(source?.packets ?? null, destination?.packets ?? null),
      communityId: communityId(network.transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    };
  return event;
}

/** `eventtime` is exact where it is given; else date, time and zone. */
function timeOf(event: Draft, fields: FieldsOf, { appendedAt, zone }: RawDocument): void {
  const exact = text(fields.eventtime);
  const written = `${text(fields.date) ?? ''} ${text(fields.time) ?? ''}${text(fields.tz) ?? ''}`;
  stamp(event, readTime(exact !== null && /^\d{10,19}$/.test(exact) ? exact : written, appendedAt), zone);
}

const DENIED = /^(?:deny|denied|block|blocked|dropped|reset|clear_session|quarantine|server-rst|client-rst|ip-conn)/;
function kind(event: Draft, fields: FieldsOf): void {
  const type = text(fields.type) ?? '';
  const subtype = text(fields.subtype) ?? '';
  const action = (text(fields.action) ?? text(fields.status) ?? '').toLowerCase();
  const isDenied = DENIED.test(action);
  if (type === 'traffic' || hasBothEnds(event)) {
    const isAttack = type === 'utm' && (subtype === 'ips' || subtype === 'virus' || subtype === 'anomaly');
    event.category = isAttack ? ['network', 'intrusion_detection'] : ['network'];
    event.type = ['connection', ...(type === 'traffic' ? ['end'] : []), isDenied ? 'denied' : 'allowed'];
    if (isAttack) event.kind = 'alert';
  } else if (/log(?:on|in)/i.test(action)) {
    event.category = ['authentication'];
    event.type = ['start'];
  } else if (/log(?:off|out)/i.test(action)) {
    event.category = ['authentication'];
    event.type = ['end'];
  } else if (subtype === 'system' && /edit|add|delete|set/i.test(action)) {
    event.category = ['configuration'];
    event.type = ['change'];
  }
  const status = text(fields.status)?.toLowerCase() ?? text(fields.result)?.toLowerCase();
  const said = status === 'success' || status === 'failed' || status === 'failure' ? status : text(fields.msg)?.toLowerCase();
  event.outcome = said === 'success' ? 'success' : said === 'failed' || said === 'failure' ? 'failure' : type === 'traffic' ? 'success' : null;
}
