// W3C extended logs: IIS, and whatever else begins with #Fields (Windows Firewall, Exchange's web parts).
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  account,
  canonicalIp,
  columns,
  count,
  draft,
  mapping,
  messageText,
  readTime,
  setField,
  setStatus,
  setUrl,
  stamp,
  stampMicros,
  text,
  textNative,
  transportOf,
  unparsed,
  via,
} from '../kit.ts';
import type { Header } from './header.ts';
import { cellsOf, headerOf, isDirective, isHeader, NO_HEADER, withDirective } from './header.ts';

const MAX_DIRECTIVE_CHARS = 16_384;
const unspaced = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('+', ' ') : value);

const set = mapping({
  'source.ip': ['c-ip', 'src-ip'],
  'source.port': ['c-port', 'src-port'],
  'destination.ip': ['s-ip', 'dst-ip'],
  'destination.port': ['s-port', 'dst-port'],
  'destination.domain': 's-computername',
  'http.request.method': 'cs-method',
  'http.version': via('cs-version', (version) => String(version).replace(/^HTTP\//, '')),
  'http.request.bytes': 'cs-bytes',
  'http.response.bytes': 'sc-bytes',
  'http.request.referrer': 'cs(Referer)',
  'user_agent.original': via('cs(User-Agent)', unspaced),
  'url.domain': 'cs-host',
  'network.transport': via('protocol', transportOf),
  'network.forwarded_ip': via(['X-Forwarded-For', 'X-FORWARDED-FOR'], (list) => String(list).split(/[,+]/, 1)[0]),
  'event.duration': via('time-taken', (millis) => (count(millis) === null ? null : count(millis)! * 1_000_000)),
});

const decoder: Decoder = {
  name: 'iis',
  version: 1,
  reads: 'IIS and other W3C extended logs; the header may change in the middle',
  recognisedBy: '#Fields and its like; lines with as many columns as the header named, or the default columns of IIS',
  datasets: ['iis.access', 'windows.firewall', 'w3c.log'],
  needsOrder: 'lines are read by the #Fields line before them',
  clues: { begins: ['#', '0', '1', '2'] },

  recognise({ json, text: line, memory }) {
    if (json !== undefined) return 0;
    if (isDirective(line)) return 1;
    if (!/^(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d)[ \t]/.test(line)) return 0;
    const known = memory.get();
    const end = line.indexOf('\n');
    return headerOf(isHeader(known) ? known : NO_HEADER, end < 0 ? line : line.slice(0, end)) === undefined ? 0 : 0.95;
  },

  decode(document) {
    const known = document.memory.get();
    const before = isHeader(known) ? known : NO_HEADER;
    let header = before;
    const events: Draft[] = [];
    for (const written of document.text.split('\n')) {
      const line = written.endsWith('\r') ? written.slice(0, -1) : written;
      if (line.trim() === '') continue;
      if (isDirective(line)) header = line.length > MAX_DIRECTIVE_CHARS ? NO_HEADER : withDirective(header, line);
      else events.push(eventOf(line, header, document));
    }
    if (header !== before) document.memory.put(header);
    return events;
  },
};
export default decoder;

function eventOf(line: string, known: Header, document: RawDocument): Draft {
  const header = headerOf(known, line);
  if (header === undefined)
    return unparsed(line, known.w3c.length === 0 ? 'no #Fields line came before' : `columns are not those of #Fields (${known.w3c.length})`);
  const fields = columns(header.w3c, cellsOf(line));
  const isWeb = fields['cs-method'] !== undefined || fields['cs-uri-stem'] !== undefined;
  const isFirewall = !isWeb && fields['src-ip'] !== undefined && fields.action !== undefined;
  const event = draft(
    isWeb ? 'iis.access' : isFirewall ? 'windows.firewall' : 'w3c.log',
    isWeb ? 'iis' : isFirewall ? 'windows' : '',
    textNative({ raw: line }, fields),
  );
  const day = text(fields.date) ?? header.date;
  if (day !== '') {
    const time = readTime(`${day} ${text(fields.time) ?? '00:00:00'}`, document.appendedAt);
    if (isFirewall) stamp(event, time, document.zone);
    else stampMicros(event, time.micros); // UTC by definition
  }
  set(event, fields, document);
  if (isWeb) web(event, fields);
  if (isFirewall) firewall(event, fields);
  event.message = messageText(line);
  return event;
}

function web(event: Draft, fields: Fields): void {
  event.logsource = { category: ['webserver'], service: ['iis'] };
  event.category = ['web'];
  event.type = ['access'];
  setStatus(event, fields['sc-status']);
  const stem = text(fields['cs-uri-stem']);
  const query = text(fields['cs-uri-query'])?.replace(/^\?/, '') ?? null;
  if (stem !== null) setUrl(event, query === null ? stem : `${stem}?${query}`);
  const { name, domain } = account(text(fields['cs-username']));
  setField(event, 'user.name', name);
  setField(event, 'user.domain', domain);
  setField(
    event,
    'event.code',
    text(fields['sc-substatus']) === null || text(fields['sc-substatus']) === '0' ? null : `${String(fields['sc-status'])}.${String(fields['sc-substatus'])}`,
  );
}

/** The log of the Windows Firewall, whose times are local. */
function firewall(event: Draft, fields: Fields): void {
  const action = String(fields.action);
  event.logsource = { category: ['firewall'], service: ['firewall'] };
  event.category = ['network'];
  event.type = ['connection', action === 'DROP' ? 'denied' : 'allowed'];
  event.outcome = action === 'DROP' ? 'failure' : 'success';
  event.action = action.toLowerCase();
  setField(
    event,
    'network.direction',
    new Map([
      ['SEND', 'outbound'],
      ['RECEIVE', 'inbound'],
    ]).get(String(fields.path)),
  );
  setField(event, 'network.bytes', count(fields.size));
  if (canonicalIp(fields['src-ip']) === null) event.source = null;
}
