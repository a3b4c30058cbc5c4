// AWS VPC and Transit Gateway flow logs: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { always, CERTAIN, communityId, count, draft, LIKELY, mapping, newFields, POSSIBLE, stampMicros, text, textNative, transportOf, via } from '../kit.ts';
import { fits, headerOf, ORDERS } from './orders.ts';

const decoder: Decoder = {
  name: 'aws-vpc-flow',
  version: 1,
  reads: 'AWS VPC flow logs: default order, those of the guide, any order by its header line; as JSON objects',
  recognisedBy: 'as many words as an order has, with an interface, an action or a status in its place; srcaddr, dstaddr and interface or VPC',
  datasets: ['aws.vpcflow'],
  needsOrder: 'a header line names the fields of the lines after it; lines in the default order need none',
  clues: { holds: ['eni-', ' OK', 'ACCEPT', 'REJECT', 'NODATA', 'SKIPDATA', 'srcaddr', 'dstaddr'], members: ['srcaddr', 'srcAddr', 'p_log_type'] },
  recognise({ json, text: raw }) {
    if (json !== undefined) return confidenceOf(json);
    const first = firstLine(raw);
    if (first.length > 2000) return 0;
    const cells = cellsOf(first);
    if (headerOf(first) !== undefined || ORDERS.some((names) => fits(names, cells))) return CERTAIN;
    return HAS_INTERFACE.test(first) && HAS_WORD.test(first) ? LIKELY : 0; // a header may have told its order
  },
  decode(document) {
    if (document.json !== undefined) return [eventOf(fieldsOfObject(document.json), document.bytes)];
    const lines = document.text.split('\n').filter((line) => line.trim() !== '');
    const events: Draft[] = [];
    for (const line of lines) {
      const header = headerOf(line);
      if (header !== undefined) {
        document.memory.put(header);
        continue;
      }
      const names = namesFor(line, document);
      if (names === undefined) return 'in none of the orders that are known, and no header line told one';
      events.push(fromLine(names, line));
    }
    return events;
  },
};
export default decoder;

const firstLine = (raw: string): string => {
  const end = raw.indexOf('\n');
  return (end < 0 ? raw : raw.slice(0, end)).trim();
};
const cellsOf = (line: string): readonly string[] => line.trim().split(/[ ,]/);

function namesFor(line: string, { memory }: RawDocument): readonly string[] | undefined {
  const cells = cellsOf(line);
  const told = memory.get();
  if (Array.isArray(told) && fits(told as readonly string[], cells)) return told as readonly string[];
  return ORDERS.find((names) => fits(names, cells));
}

const NATIVE_NAMES = new WeakMap<readonly string[], readonly string[]>();
function nativeNames(names: readonly string[]): readonly string[] {
  const found = NATIVE_NAMES.get(names) ?? names.map((name) => name.replaceAll('-', '_'));
  NATIVE_NAMES.set(names, found);
  return found;
}

const NUMBERS = new Set(['version', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end', 'tcp_flags', 'traffic_path']);
/** Native fields have underscores, `-` is null, what is a number is one. */
function fromLine(names: readonly string[], line: string): Draft {
  const fields = newFields();
  const natives = nativeNames(names);
  for (const [index, cell] of cellsOf(line).entries()) {
    const name = natives[index]!;
    fields[name] = cell === '-' ? null : NUMBERS.has(name) ? (count(cell) ?? cell) : cell;
  }
  return eventOf(fields, textNative({ raw: line }, fields));
}

const HAS_INTERFACE = /(?:^|[ ,])eni-[0-9a-f]{8,17}(?:[ ,]|$)/;
const HAS_WORD = /(?:^|[ ,])(?:ACCEPT|REJECT|OK|NODATA|SKIPDATA)(?:[ ,]|$)/;

function confidenceOf(json: Readonly<Record<string, unknown>>): number {
  if (json.p_log_type === 'AWS.VPCFlow') return CERTAIN;
  if (json.srcaddr !== undefined)
    return json.dstaddr !== undefined && (json.interface_id ?? json['interface-id'] ?? json.log_status ?? json.action) !== undefined ? LIKELY : 0;
  if (json.srcAddr === undefined || json.dstAddr === undefined) return 0;
  return (json.interfaceId ?? json.vpcId ?? json.flowDirection ?? json.subNetId) !== undefined ? LIKELY : POSSIBLE;
}
/** The same names, however the object writes them: `srcAddr`, `account-id`. */
function fieldsOfObject(json: Readonly<Record<string, unknown>>): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(json)) {
    const plain = name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    fields[SPELLINGS.get(plain) ?? plain] = value;
  }
  return fields;
}
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['src_addr', 'srcaddr'],
  ['dst_addr', 'dstaddr'],
  ['src_port', 'srcport'],
  ['dst_port', 'dstport'],
  ['sub_net_id', 'subnet_id'],
  ['account', 'account_id'],
  ['status', 'log_status'],
  ['p_event_time', 'event_time'],
]);

const DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ['ingress', 'ingress'],
  ['egress', 'egress'],
]);
const set = mapping({
  '@timestamp': 'event_time',
  'event.start': 'start',
  'event.end': 'end',
  'source.ip': 'srcaddr',
  'source.port': 'srcport',
  'source.bytes': 'bytes',
  'source.packets': 'packets',
  'destination.ip': 'dstaddr',
  'destination.port': 'dstport',
  'network.transport': via('protocol', transportOf),
  'network.iana_number': via('protocol', (protocol) => count(protocol)),
  'network.type': via(['type', 'srcaddr'], (value) => (String(value).toLowerCase() === 'ipv6' || String(value).includes(':') ? 'ipv6' : 'ipv4')),
  'network.direction': via('flow_direction', (direction) => DIRECTIONS.get(String(direction))),
  'network.bytes': 'bytes',
  'network.packets': 'packets',
  'cloud.provider': always('aws'),
  'cloud.account.id': 'account_id',
  'cloud.region': 'region',
  'cloud.availability_zone': 'az_id',
  'cloud.instance.id': 'instance_id',
  'cloud.service.name': always('vpc'),
  'observer.ingress.interface.id': 'interface_id',
});

function eventOf(fields: Fields, native: Uint8Array): Draft {
  const event = draft('aws.vpcflow', 'aws', native);
  event.logsource = { category: ['network_connection'], service: ['vpcflow'] };
  set(event, fields, { appendedAt: 0, zone: undefined });
  const end = count(fields.end) ?? count(fields.start);
  if (end !== null) stampMicros(event, end * 1_000_000);
  const status = text(fields.log_status);
  if (status === 'NODATA' || status === 'SKIPDATA') {
    event.action = status.toLowerCase();
    event.kind = 'state'; // about the log, not about traffic
    event.message = `${text(fields.interface_id) ?? 'interface'} ${status}`;
    return event;
  }
  const action = text(fields.action);
  event.action = action?.toLowerCase() ?? null;
  event.category = ['network'];
  event.type = ['connection', ...(action === 'REJECT' ? ['denied'] : action === 'ACCEPT' ? ['allowed'] : [])];
  event.outcome = action === 'REJECT' ? 'failure' : action === 'ACCEPT' ? 'success' : null;
  const { source, destination, network } = event;
  if (network !== null)
    event.network = {
      ...network,
      communityId: communityId(network.transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    };
  event.message =
    `${action ?? 'flow'} ${network?.transport ?? ''} ${source?.ip ?? '-'}:${source?.port ?? '-'} > ${destination?.ip ?? '-'}:${destination?.port ?? '-'}`.replace(
      / +/g,
      ' ',
    );
  return event;
}
