// Sophos Firewall (SFOS, XG) and UTM logs as key=value: https://docs.sophos.com/nsg/sophos-firewall/latest/PDF/SFOSSyslogGuide.pdf
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
  readTime,
  setEcs,
  setUrl,
  stamp,
  text,
  textNative,
  transportOf,
  via,
} from '../kit.ts';

const LEVELS: ReadonlyMap<string, number> = new Map([
  ['emergency', 100],
  ['alert', 90],
  ['critical', 80],
  ['error', 60],
  ['warning', 40],
  ['notice', 20],
  ['notification', 20],
  ['information', 10],
  ['debug', 5],
]);

const set = mapping({
  'event.code': ['log_id', 'id'],
  'event.action': via(['log_subtype', 'action', 'status', 'name'], (value) => String(value).toLowerCase()),
  'event.reason': 'reason',
  'event.provider': ['log_component', 'sub'],
  'log.level': ['priority', 'severity'],
  message: ['message', 'name'],
  'source.ip': ['src_ip', 'sourceip', 'srcip', 'client_physical_address'],
  'source.port': ['src_port', 'srcport'],
  'source.mac': ['src_mac', 'srcmac'],
  'source.bytes': ['sent_bytes', 'bytesrcv'],
  'source.packets': 'sent_pkts',
  'source.domain': 'src_domainname',
  'source.nat.ip': 'tran_src_ip',
  'source.nat.port': 'tran_src_port',
  'destination.ip': ['dst_ip', 'localip', 'dstip'],
  'destination.port': ['dst_port', 'dstport'],
  'destination.mac': 'dstmac',
  'destination.bytes': ['recv_bytes', 'bytessent'],
  'destination.packets': 'recv_pkts',
  'destination.domain': ['domain', 'dst_domainname'],
  'destination.nat.ip': 'tran_dst_ip',
  'destination.nat.port': 'tran_dst_port',
  'network.transport': via(['protocol', 'proto'], transportOf),
  'network.protocol': via(['app_name', 'application', 'log_component'], (value) => (/^[A-Z]{2,8}$/.test(String(value)) ? value : null)),
  'observer.serial_number': 'device_id',
  'observer.hostname': 'device_name',
  'observer.ingress.interface.name': ['in_interface', 'initf'],
  'observer.egress.interface.name': ['out_interface', 'outitf'],
  'observer.ingress.zone': ['src_zone', 'srczone'],
  'observer.egress.zone': ['dst_zone', 'dstzone'],
  'rule.id': ['fw_rule_id', 'fwrule', 'signature_id'],
  'rule.name': ['fw_rule_name', 'signature_msg', 'virus'],
  'rule.ruleset': 'policy_type',
  'rule.category': ['category', 'classification'],
  'http.request.method': 'method',
  'http.response.status_code': ['httpresponsecode', 'status_code', 'httpstatus', 'statuscode'],
  'http.request.referrer': ['referer', 'http_referer'],
  'http.version': 'ws_protocol',
  'user_agent.original': ['user_agent', 'useragent', 'ua'],
  'file.name': ['filename', 'file_name'],
  'file.path': 'file_path',
  'file.size': ['filesize', 'file_size'],
  'file.hash.sha1': 'sha1sum',
  'file.mime_type': ['contenttype', 'content_type'],
});

const decoder: Decoder = {
  name: 'sophos',
  version: 1,
  reads: 'Sophos Firewall (SFOS, XG) and UTM logs',
  recognisedBy: '`device="SFW"` or `device_name=` with `log_id=` and `log_type=`; `ulogd` and others of UTM by `sys="`, `sub="` and `name="`',
  datasets: ['sophos.firewall', 'sophos.utm'],
  clues: { holds: ['log_type="', 'sys="'] },
  isObserver: true,
  recognise({ json, text: line }) {
    if (json !== undefined) return 0;
    if (isFirewall(line)) return line.startsWith('device=') || line.startsWith('device_name=') ? CERTAIN : LIKELY;
    return isUtm(line) ? LIKELY : 0;
  },
  decode(document) {
    const { text: line } = document;
    if (!isFirewall(line) && !isUtm(line)) return 'none of the fields that all Sophos logs have';
    return [eventOf(document, isFirewall(line), keyValues(line))];
  },
};
export default decoder;

const isFirewall = (line: string): boolean => line.includes('log_type="') && line.includes(' log_id=') && line.includes('log_component="');
const isUtm = (line: string): boolean =>
  /\bid="\d{4}"/.test(line.slice(0, 128)) && line.includes(' sys="') && line.includes(' sub="') && line.includes(' name="');

function eventOf(document: RawDocument, isSfos: boolean, fields: FieldsOf): Draft {
  const event = draft(isSfos ? 'sophos.firewall' : 'sophos.utm', 'sophos', textNative(document, fields));
  event.logsource = { category: ['firewall'], service: [] };
  set(event, fields, document);
  const written = text(fields.timestamp) ?? `${text(fields.date) ?? ''} ${text(fields.time) ?? ''}`;
  stamp(event, readTime(written, document.appendedAt), document.zone);
  setEcs(event, 'observer.vendor', 'Sophos');
  setEcs(event, 'observer.type', 'firewall');
  event.message ??= messageText(document.text);
  event.severity = LEVELS.get((text(fields.priority) ?? text(fields.severity) ?? '').toLowerCase()) ?? null;
  const { name, domain, email } = account(text(fields.user_name) ?? text(fields.user));
  if (name !== null) event.user = { name, id: null, domain, email };
  const url = text(fields.url);
  setUrl(event, url === null ? null : `${url}${text(fields.querystring) ?? ''}`);
  kind(event, fields);
  const { source, destination, network } = event;
  if (network !== null)
    event.network = {
      ...network,
      communityId: communityId(network.transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    };
  return event;
}

function kind(event: Draft, fields: FieldsOf): void {
  const type = text(fields.log_type) ?? '';
  const subtype = (text(fields.log_subtype) ?? text(fields.action) ?? '').toLowerCase();
  const status = Number(text(fields.httpstatus) ?? 0);
  const isDenied = /den(?:y|ied)|drop|block|reject|virus|detect/.test(subtype) || status === 401 || status === 403;
  const isThreat = /^(?:IDP|IPS|Anti-Virus|ATP|Sandbox)/i.test(type) && isDenied;
  if (hasBothEnds(event)) {
    event.category = isThreat ? ['network', 'intrusion_detection'] : ['network'];
    const part = text(fields.connevent)?.toLowerCase();
    event.type = ['connection', ...(part === 'start' ? ['start'] : part === 'end' || part === 'stop' ? ['end'] : []), isDenied ? 'denied' : 'allowed'];
  } else if (/auth/i.test(text(fields.log_subtype) ?? '') || /Authentication/.test(text(fields.log_component) ?? '')) {
    event.category = ['authentication'];
    event.type = ['info'];
  }
  if (type === 'WAF' && isDenied) event.action = 'denied';
  if (isThreat || (type === 'WAF' && isDenied)) event.kind = 'alert';
  event.outcome = /^(?:allowed|successful|success|clean|information)$/.test(subtype) ? 'success' : /fail/.test(subtype) ? 'failure' : null;
}
