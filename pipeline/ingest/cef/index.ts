// Common Event Format, behind any syslog header or none: ArcSight CEF implementation standard, revision 27.
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { account, CERTAIN, count, draft, hasBothEnds, isZone, LIKELY, mapping, setField, setUrl, table, text, textNative, via } from '../kit.ts';
import { cefStart, readCef } from './text.ts';

const DENIED = /^(?:block|den(?:y|ied)|drop|reject|quarantin|prevent|reset|fail)/i;
const ALLOWED = /^(?:allow|accept|permit|pass|success|detect)/i;
const SEVERITIES = table({ unknown: 0, low: 30, medium: 50, high: 80, 'very-high': 95 });
const HASHES: ReadonlyMap<number, string> = new Map([
  [32, 'file.hash.md5'],
  [40, 'file.hash.sha1'],
  [64, 'file.hash.sha256'],
]);

const set = mapping({
  'event.code': 'deviceEventClassId',
  'event.action': ['deviceAction', 'name'],
  'event.provider': 'deviceProduct',
  'event.reason': 'reason',
  'event.start': 'startTime',
  'event.end': 'endTime',
  'event.outcome': via(['eventOutcome', 'deviceAction'], (value) => (ALLOWED.test(String(value)) ? 'success' : DENIED.test(String(value)) ? 'failure' : null)),
  message: ['message', 'name'],
  'observer.vendor': 'deviceVendor',
  'observer.version': 'deviceVersion',
  'observer.hostname': 'deviceHostName',
  'observer.ip': 'deviceAddress',
  'observer.mac': 'deviceMacAddress',
  'source.ip': ['sourceAddress', 'deviceCustomIPv6Address2'],
  'source.port': 'sourcePort',
  'source.domain': 'sourceHostName',
  'source.mac': 'sourceMacAddress',
  'source.bytes': 'bytesIn',
  'source.nat.ip': 'sourceTranslatedAddress',
  'source.nat.port': 'sourceTranslatedPort',
  'destination.ip': ['destinationAddress', 'deviceCustomIPv6Address3'],
  'destination.port': 'destinationPort',
  'destination.domain': ['destinationHostName', 'destinationDnsDomain'],
  'destination.mac': 'destinationMacAddress',
  'destination.bytes': 'bytesOut',
  'destination.nat.ip': 'destinationTranslatedAddress',
  'destination.nat.port': 'destinationTranslatedPort',
  'network.transport': 'transportProtocol',
  'network.protocol': 'applicationProtocol',
  'network.direction': via('deviceDirection', (value) => (String(value) === '0' ? 'inbound' : String(value) === '1' ? 'outbound' : null)),
  'http.request.method': 'requestMethod',
  'http.request.referrer': 'requestContext',
  'user_agent.original': 'requestClientApplication',
  'file.path': 'filePath',
  'file.name': 'fileName',
  'file.size': 'fileSize',
  'file.mime_type': 'fileType',
  'process.name': ['sourceProcessName', 'destinationProcessName'],
  'process.pid': ['sourceProcessId', 'destinationProcessId'],
  'rule.name': 'name',
  'rule.id': 'deviceEventClassId',
  'rule.category': 'deviceEventCategory',
});

const decoder: Decoder = {
  name: 'cef',
  version: 1,
  reads: 'Common Event Format (CEF) of any product, behind any syslog header or none',
  recognisedBy: '`CEF:<version>|`',
  datasets: ['cef.event'],
  clues: { holds: ['CEF:'] },
  isObserver: true,
  recognise({ json, text: line }) {
    const at = json === undefined ? cefStart(line) : -1;
    return at < 0 ? 0 : at === 0 ? CERTAIN : LIKELY;
  },
  decode(document) {
    const at = cefStart(document.text);
    const fields = at < 0 ? undefined : readCef(document.text, at + 'CEF:'.length);
    return fields === undefined ? 'no CEF header of seven fields' : [eventOf(document, fields)];
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: FieldsOf): Draft {
  const event = draft('cef.event', (text(fields.deviceProduct) ?? '').toLowerCase().slice(0, 63), textNative(document, fields));
  set(event, fields, document);
  timeOf(event, fields, document);
  setUrl(event, text(fields.requestUrl)?.replace(/^'(.*)'$/, '$1') ?? null);
  people(event, fields);
  const hash = text(fields.fileHash);
  const hashField = HASHES.get(hash?.length ?? 0);
  if (hashField !== undefined) setField(event, hashField, hash);
  const severity = (text(fields.severity) ?? '').toLowerCase();
  const level = count(severity);
  event.severity = level === null ? (SEVERITIES.get(severity) ?? null) : Math.min(level * 10, 100);
  const action = text(fields.deviceAction) ?? '';
  if (hasBothEnds(event)) {
    event.category = ['network'];
    event.type = ['connection', ...(DENIED.test(action) ? ['denied'] : ALLOWED.test(action) ? ['allowed'] : [])];
  }
  return event;
}

const TIME = mapping({ '@timestamp': ['deviceReceiptTime', 'endTime', 'startTime', 'agentReceiptTime'] });
/** `dtz` is the zone of times that name none. */
function timeOf(event: Draft, fields: FieldsOf, { appendedAt, zone }: RawDocument): void {
  const named = text(fields.deviceTimeZone);
  TIME(event, fields, { appendedAt, zone: named !== null && isZone(named) ? named : zone });
}

/** Who did it: the source's user, or the destination's when there is no other, who is the target otherwise. */
function people(event: Draft, fields: FieldsOf): void {
  const person = (end: string) => {
    const { name, domain, email } = account(text(fields[`${end}UserName`]));
    const id = text(fields[`${end}UserId`]);
    return name === null && id === null ? null : { name, id, domain: text(fields[`${end}NtDomain`]) ?? domain, email };
  };
  const [source, destination] = [person('source'), person('destination')];
  event.user = source ?? destination;
  if (source !== null) event.targetUser = destination;
}
