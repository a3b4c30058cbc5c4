// Argus flows as `ra -c,` prints them, the binetflow of public captures: https://openargus.org/using-argus
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import {
  columns,
  completeFlow,
  count,
  csvCells,
  draft,
  hasPorts,
  isObject,
  mapping,
  messageText,
  number,
  setField,
  sum,
  text,
  textNative,
  transportOf,
  unparsed,
  via,
} from '../kit.ts';

/** The columns of captures that have no header. */
const DEFAULT = 'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label'.split(',');
const LINE = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6},\d+\.\d{1,6},[a-z0-9*-]{1,12},/i;
const isHeaderLine = (line: string): boolean => line.startsWith('StartTime,') && line.includes(',SrcAddr,');
const columnsKnown = (value: unknown): readonly string[] => (isObject(value) && Array.isArray(value.argus) ? (value.argus as readonly string[]) : DEFAULT);

const set = mapping({
  '@timestamp': 'StartTime',
  'event.start': 'StartTime',
  'source.ip': 'SrcAddr',
  'destination.ip': 'DstAddr',
  'network.transport': via('Proto', (name) => transportOf(name === 'ipv6-icmp' ? '58' : name)),
});
const DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ['<-', 'reversed'],
  ['<?', 'reversed'],
]);

const decoder: Decoder = {
  name: 'argus',
  version: 1,
  reads: 'Argus: flows as comma-separated text (binetflow)',
  recognisedBy: 'the header StartTime,..; yyyy/mm/dd time, duration and protocol with commas',
  datasets: ['argus.flow'],
  needsOrder: 'lines are read by the header line before them',
  clues: { begins: ['StartTime,', '1', '2'] },
  isObserver: true,
  recognise: ({ json, text: line }) => (json === undefined && (isHeaderLine(line) || LINE.test(line.slice(0, 80))) ? 0.95 : 0),

  decode({ memory, text: lines, appendedAt, zone }) {
    let names = columnsKnown(memory.get());
    const events: Draft[] = [];
    for (const written of lines.split('\n')) {
      const line = written.trimEnd();
      if (line === '') continue;
      if (isHeaderLine(line)) {
        names = line.slice(0, 8192).split(',');
        memory.put({ argus: names });
      } else events.push(eventOf(line, names, { appendedAt, zone }));
    }
    return events;
  },
};
export default decoder;

function eventOf(line: string, names: readonly string[], times: Pick<RawDocument, 'appendedAt' | 'zone'>): Draft {
  const cells = csvCells(line);
  if (cells.length !== names.length) return unparsed(line, `${cells.length} columns where the header names ${names.length}`);
  const fields = columns(names, cells);
  const event = draft('argus.flow', 'argus', textNative({ raw: line }, fields));
  event.logsource = { category: ['firewall', 'network_traffic'], service: ['flow'] };
  event.category = ['network'];
  event.type = ['connection', 'end'];
  set(event, fields, times);
  ends(event, fields);
  const seconds = number(fields.Dur);
  if (seconds !== null && seconds >= 0) setField(event, 'event.duration', Math.round(seconds * 1e9));
  setField(event, 'event.reason', text(fields.State));
  event.message = messageText(line);
  return event;
}

/** Argus names the side that it saw first the source; `<-` says that the other one began. Ports may be hex; of ICMP they are type and code. */
function ends(event: Draft, fields: Fields): void {
  const transport = event.network?.transport ?? null;
  if (hasPorts(transport)) {
    setField(event, 'source.port', fields.Sport);
    setField(event, 'destination.port', fields.Dport);
  }
  counted(event, 'bytes', count(fields.TotBytes), count(fields.SrcBytes));
  counted(event, 'packets', count(fields.TotPkts), count(fields.SrcPkts));
  if (DIRECTIONS.has(text(fields.Dir)?.trim() ?? '')) [event.source, event.destination] = [event.destination, event.source];
  completeFlow(event);
  setField(event, 'network.bytes', count(fields.TotBytes));
  setField(event, 'network.packets', count(fields.TotPkts));
}
function counted(event: Draft, what: 'bytes' | 'packets', total: number | null, sent: number | null): void {
  setField(event, `source.${what}`, sent);
  const received = sent === null || total === null || total < sent ? null : sum(total, -sent);
  setField(event, `destination.${what}`, received);
}
