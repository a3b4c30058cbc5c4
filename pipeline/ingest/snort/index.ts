// Alerts as one line of text: fast.log of Suricata, alert_fast, alert_csv and alert_syslog of Snort.
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { canonicalIp, CERTAIN, columns, communityId, csvCells, draft, LIKELY, mapping, newFields, port, stamp, textNative } from '../kit.ts';
import { readAlertTime } from './alert-time.ts';

const SEVERITIES = new Map([
  ['1', 80],
  ['2', 50],
  ['3', 25],
  ['4', 10],
]);
/** The default columns of alert_csv. */
const COLUMNS =
  'timestamp sig_generator sig_id sig_rev msg proto src srcport dst dstport ethsrc ethdst ethlen tcpflags tcpseq tcpack tcplen tcpwindow ttl tos id dgmlen iplen icmptype icmpcode icmpid icmpseq'.split(
    ' ',
  );

const set = mapping({
  'event.code': 'sig_id',
  'rule.id': 'sig_id',
  'rule.version': 'sig_rev',
  'rule.name': 'msg',
  'rule.category': 'classification',
  message: 'msg',
  'source.ip': 'src',
  'source.port': 'srcport',
  'source.mac': 'ethsrc',
  'destination.ip': 'dst',
  'destination.port': 'dstport',
  'destination.mac': 'ethdst',
  'network.transport': 'proto',
  'network.bytes': 'iplen',
  'observer.ingress.interface.name': 'interface',
});

const decoder: Decoder = {
  name: 'snort',
  version: 1,
  reads: 'Alerts in one line: Suricata fast.log, Snort alert_fast, alert_csv, alert_syslog',
  recognisedBy: '`[gid:sid:rev]` with `{PROTO} a -> b`; a time, three numbers and a quoted message in 27 columns',
  datasets: ['suricata.alert', 'snort.alert'],
  clues: { holds: ['} ', ',"'] },
  isObserver: true,
  recognise({ json, text }) {
    if (json !== undefined) return 0;
    if (beginsAlert(text) && text.includes(' -> ')) return CERTAIN;
    return isCsv(text) ? LIKELY : 0;
  },
  decode(document) {
    const { text } = document;
    if (isCsv(text)) return [eventOf(document, columns(COLUMNS, csvCells(text.trimEnd())))];
    const fields = fastFields(text);
    return fields === undefined ? 'no [gid:sid:rev] and {PROTO} in it' : [eventOf(document, fields)];
  },
};
export default decoder;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** `[1:2009187:4]`, the first of the text. */
function ruleAt(text: string): { readonly from: number; readonly to: number; readonly numbers: readonly string[] } | undefined {
  for (let at = text.indexOf('['); at >= 0 && at < 256; at = text.indexOf('[', at + 1)) {
    if (!isDigit(text.charCodeAt(at + 1))) continue;
    const close = text.indexOf(']', at);
    if (close < 0 || close > at + 40) return undefined;
    const numbers = text.slice(at + 1, close).split(':');
    if (numbers.length === 3 && numbers.every((number) => /^\d+$/.test(number))) return { from: at, to: close + 1, numbers };
  }
  return undefined;
}
/** `10/05/25-10:08:59.667372 [**] [1:2:3] ` or `[1:2:3] `. */
function beginsAlert(text: string): boolean {
  const rule = ruleAt(text);
  return rule !== undefined && /^(?:\d\d\/\d\d[\d/:.-]* +)?(?:\[\*\*\] )?$/.test(text.slice(0, rule.from));
}
/** `01/27/16-16:01:04.877970 ,129,12,1,"` */
const isCsv = (text: string): boolean => isDigit(text.charCodeAt(0)) && /^\d\d\/\d\d(?:\/\d{2,4})?-[\d:.]{8,15} ?,\d+,\d+,\d+,"/.test(text.slice(0, 64));

function fastFields(text: string): Fields | undefined {
  const rule = ruleAt(text);
  const open = text.indexOf('{', rule?.to);
  const close = open < 0 ? -1 : text.indexOf('}', open);
  if (rule === undefined || close < 0) return undefined;
  const fields = newFields();
  const time = text.slice(0, rule.from).split(' ', 1)[0]!;
  if (isDigit(time.charCodeAt(0))) fields.timestamp = time;
  [fields.sig_generator, fields.sig_id, fields.sig_rev] = rule.numbers;
  const about = text.slice(rule.to, open);
  fields.msg = beforeAny(about, [' [**]', ' [Classification: ', ' [Priority: ', ' <'])
    .trim()
    .replace(/^"(.*)"$/, '$1');
  fields.classification = between(about, '[Classification: ', ']');
  fields.priority = between(about, '[Priority: ', ']');
  fields.interface = between(about, ' <', '>');
  fields.proto = text.slice(open + 1, close);
  const [source = '', destination = ''] = text
    .slice(close + 1)
    .trim()
    .split(' -> ', 2);
  const hasPorts = !/^(?:ipv6-)?icmp/i.test(fields.proto as string);
  [fields.src, fields.srcport] = endOf(source.trim(), hasPorts);
  [fields.dst, fields.dstport] = endOf(destination.trim().split(' ', 1)[0]!, hasPorts);
  for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name];
  return fields;
}

/** Address and port; IPv6 has no brackets, so its port is what follows the last colon where the protocol has ports. */
function endOf(written: string, hasPorts: boolean): readonly [string, string | undefined] {
  const colon = written.lastIndexOf(':');
  if (!hasPorts || colon < 0 || port(written.slice(colon + 1)) === null || canonicalIp(written.slice(0, colon)) === null) return [written, undefined];
  return [written.slice(0, colon), written.slice(colon + 1)];
}
function between(text: string, after: string, before: string): string | undefined {
  const from = text.indexOf(after);
  const to = from < 0 ? -1 : text.indexOf(before, from + after.length);
  return to < 0 ? undefined : text.slice(from + after.length, to);
}
const beforeAny = (text: string, marks: readonly string[]): string => {
  const body = text.replace(/^ ?\[\*\*\]/, '');
  return body.slice(0, Math.min(...marks.map((mark) => (body.includes(mark) ? body.indexOf(mark) : body.length))));
};

function eventOf(document: RawDocument, fields: Fields): Draft {
  const written = typeof fields.timestamp === 'string' ? fields.timestamp.trim() : '';
  // Suricata writes four digits of the year, Snort two or none.
  const isSuricata = /^\d\d\/\d\d\/\d{4}-/.test(written);
  const event = draft(isSuricata ? 'suricata.alert' : 'snort.alert', isSuricata ? 'suricata' : 'snort', textNative(document, fields));
  event.logsource = { category: [], service: isSuricata ? ['alert'] : [] };
  event.kind = 'alert';
  event.category = ['network', 'intrusion_detection'];
  event.type = ['allowed'];
  event.action = 'alert';
  event.provider = isSuricata ? 'suricata' : 'snort';
  stamp(event, readAlertTime(written, document.appendedAt), document.zone);
  set(event, fields, document);
  event.severity = SEVERITIES.get(String(fields.priority)) ?? null;
  const { source, destination, network } = event;
  if (network !== null && source !== null && destination !== null)
    event.network = { ...network, communityId: communityId(network.transport, source.ip, source.port, destination.ip, destination.port) };
  return event;
}
