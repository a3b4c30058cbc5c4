// YAF as yafscii prints it, tabular with bars: https://tools.netsa.cert.org/yaf/yafscii.html
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { columns, completeFlow, draft, hasPorts, mapping, messageText, number, setField, textNative, transportOf, via } from '../kit.ts';

const NAMES =
  'start_time end_time duration rtt protocol ip_src_addr ip_src_port ip_dst_addr ip_dst_port iflags uflags riflags ruflags isn risn tag rtag pkt oct rpkt roct app end_reason'.split(
    ' ',
  );
const HEAD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\| *\d/;

const set = mapping({
  '@timestamp': 'start_time',
  'event.start': 'start_time',
  'event.end': 'end_time',
  'source.ip': 'ip_src_addr',
  'source.bytes': 'oct',
  'source.packets': 'pkt',
  'destination.ip': 'ip_dst_addr',
  'destination.bytes': 'roct',
  'destination.packets': 'rpkt',
  'network.transport': via('protocol', transportOf),
  'network.iana_number': 'protocol',
  'event.reason': 'end_reason',
});

const decoder: Decoder = {
  name: 'yaf',
  version: 1,
  reads: 'YAF: flows as yafscii prints them, tabular',
  recognisedBy: 'start|end|duration|round trip|protocol with bars between',
  datasets: ['yaf.flow'],
  clues: { begins: ['1', '2'] },
  isObserver: true,
  recognise: ({ json, text }) => (json === undefined && HEAD.test(text.slice(0, 64)) ? 0.95 : 0),
  decode(document) {
    const cells = document.text.split('|').map((cell) => cell.trim());
    return HEAD.test(document.text.slice(0, 64)) && cells.length >= 21 && cells.length <= 24
      ? [eventOf(document, columns(NAMES, cells))]
      : 'not the columns of yafscii';
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: Fields): Draft {
  const event = draft('yaf.flow', 'yaf', textNative(document, fields));
  event.logsource = { category: ['firewall', 'network_traffic'], service: ['flow'] };
  event.category = ['network'];
  event.type = ['connection', 'end'];
  set(event, fields, document);
  if (hasPorts(event.network?.transport ?? null)) {
    setField(event, 'source.port', fields.ip_src_port);
    setField(event, 'destination.port', fields.ip_dst_port);
  }
  completeFlow(event);
  const seconds = number(fields.duration);
  if (seconds !== null && seconds >= 0) setField(event, 'event.duration', Math.round(seconds * 1e9));
  event.message = messageText(document.text.replaceAll(/ +/g, ' '));
  return event;
}
