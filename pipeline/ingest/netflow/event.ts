// A record of a flow to an event.
import type { Draft, Fields } from '../kit.ts';
import { completeFlow, count, draft, hasPorts, mapping, number, setField, sum, table, text, transportOf, via } from '../kit.ts';
import type { FlowRecord, Packet } from './packet.ts';

const set = mapping({
  'source.ip': ['sourceIPv4Address', 'sourceIPv6Address', 'sourceIPv4Prefix'],
  'source.mac': 'sourceMacAddress',
  'source.bytes': ['octetDeltaCount', 'octetTotalCount', 'initiatorOctets'],
  'source.packets': ['packetDeltaCount', 'packetTotalCount', 'initiatorPackets'],
  'source.as.number': via('bgpSourceAsNumber', (number) => (number === 0 ? null : number)),
  'source.nat.ip': ['postNATSourceIPv4Address', 'postNATSourceIPv6Address'],
  'source.nat.port': 'postNAPTSourceTransportPort',
  'destination.ip': ['destinationIPv4Address', 'destinationIPv6Address', 'destinationIPv4Prefix'],
  'destination.mac': ['destinationMacAddress', 'postDestinationMacAddress'],
  'destination.bytes': ['reverseOctetDeltaCount', 'reverseOctetTotalCount', 'responderOctets'],
  'destination.packets': ['reversePacketDeltaCount', 'reversePacketTotalCount', 'responderPackets'],
  'destination.as.number': via('bgpDestinationAsNumber', (number) => (number === 0 ? null : number)),
  'destination.nat.ip': ['postNATDestinationIPv4Address', 'postNATDestinationIPv6Address'],
  'destination.nat.port': 'postNAPTDestinationTransportPort',
  'network.iana_number': 'protocolIdentifier',
  'network.transport': via('protocolIdentifier', transportOf),
  'network.application': 'applicationName',
  'network.vlan.id': ['vlanId', 'dot1qVlanId'],
  'network.direction': via('flowDirection', (direction) => (direction === 0 ? 'ingress' : direction === 1 ? 'egress' : null)),
  'observer.ip': ['exporterIPv4Address', 'exporterIPv6Address'],
  'observer.ingress.interface.id': 'ingressInterface',
  'observer.egress.interface.id': 'egressInterface',
  'user.name': 'userName',
  'http.request.method': 'httpRequestMethod',
  'http.response.status_code': 'httpStatusCode',
  'user_agent.original': 'httpUserAgent',
  'url.domain': 'httpRequestHost',
});
const END_REASONS = table({ 1: 'idle timeout', 2: 'active timeout', 3: 'end of flow', 4: 'forced end', 5: 'lack of resources' });
/** RFC 8158 and Cisco's firewalls: 3 is denied. */
const FIREWALL = table({ 1: ['connection', 'start'], 2: ['connection', 'end'], 3: ['connection', 'denied'], 5: ['connection', 'info'] });

/** Times of records count from the start of the exporter in v5 and v9; the end of a flow is the time of its event, else when it was exported. */
export function flowEvent({ fields, isOptions }: FlowRecord, packet: Packet): Draft {
  const isIpfix = packet.version === 10;
  const event = draft(isOptions ? 'netflow.options' : 'netflow.flow', isIpfix ? 'ipfix' : 'netflow', nativeOf(fields, packet));
  event.code = String(packet.version);
  event.time = packet.exportedAt;
  if (isOptions) {
    event.kind = 'state';
    event.message = `options of domain ${packet.domain}`;
    return event;
  }
  event.logsource = { category: ['firewall', 'network_traffic'], service: ['flow'] };
  event.category = ['network'];
  event.type = ['connection', 'end'];
  set(event, fields, { appendedAt: packet.exportedAt, zone: 'UTC' });
  ports(event, fields);
  times(event, fields, packet);
  completeFlow(event);
  firewall(event, fields);
  setField(event, 'event.reason', END_REASONS.get(String(fields.flowEndReason)));
  event.message = summary(event);
  return event;
}

const nativeOf = (fields: Fields, { domain, sequence, exportedAt }: Packet): Uint8Array =>
  Buffer.from(JSON.stringify({ ...fields, domain, sequence, exportedAt }));

function ports(event: Draft, fields: Fields): void {
  if (!hasPorts(event.network?.transport ?? null)) return;
  setField(event, 'source.port', fields.sourceTransportPort ?? fields.tcpSourcePort ?? fields.udpSourcePort);
  setField(event, 'destination.port', fields.destinationTransportPort ?? fields.tcpDestinationPort ?? fields.udpDestinationPort);
}

function times(event: Draft, fields: Fields, packet: Packet): void {
  const start = timeOf('Start', fields, packet);
  const end = timeOf('End', fields, packet);
  const iso = (micros: number): string => new Date(micros / 1000).toISOString().replace(/Z$/, `${String(Math.floor(micros) % 1000).padStart(3, '0')}Z`);
  if (start !== null) setField(event, 'event.start', iso(start));
  if (end !== null) {
    setField(event, 'event.end', iso(end));
    event.time = end;
  }
  const millis = count(fields.flowDurationMilliseconds);
  const duration = start !== null && end !== null && end >= start ? (end - start) * 1000 : millis === null ? null : millis * 1_000_000;
  setField(event, 'event.duration', duration);
}

function timeOf(which: 'Start' | 'End', fields: Fields, { exportedAt, startedAt }: Packet): number | null {
  const absolute =
    count(fields[`flow${which}Nanoseconds`]) ??
    count(fields[`flow${which}Microseconds`]) ??
    count(fields[`flow${which}Milliseconds`]) ??
    count(fields[`flow${which}Seconds`]);
  if (absolute !== null) return within(absolute);
  const delta = count(fields[`flow${which}DeltaMicroseconds`]);
  if (delta !== null) return within(exportedAt - delta);
  const uptime = count(fields[`flow${which}SysUpTime`]);
  const start = count(fields.systemInitTimeMilliseconds) ?? startedAt;
  if (uptime === null || !(start >= -UPTIME_WRAP)) return null;
  const found = start + uptime * 1000;
  return within(found > exportedAt + UPTIME_WRAP / 2 ? found - UPTIME_WRAP : found); // it counted over while the flow ran
}
/** A counter of milliseconds of 32 bits, in microseconds. */
const UPTIME_WRAP = 2 ** 32 * 1000;
const within = (micros: number): number | null =>
  micros >= 0 && micros < 253_402_300_800_000_000 && Number.isSafeInteger(Math.floor(micros)) ? Math.floor(micros) : null;

function firewall(event: Draft, fields: Fields): void {
  const type = FIREWALL.get(String(fields.firewallEvent));
  if (type === undefined) return;
  event.type = type;
  if (type.includes('denied')) event.outcome = 'failure';
}

function summary({ source, destination, network }: Draft): string {
  const end = (one: Draft['source'] | Draft['destination']): string =>
    one === null ? '?' : `${one.ip ?? one.mac ?? '?'}${one.port === null ? '' : ` port ${one.port}`}`;
  const bytes = sum(source?.bytes ?? null, destination?.bytes ?? null);
  return [text(network?.transport) ?? 'flow', `${end(source)} -> ${end(destination)}`, number(bytes) === null ? null : `${bytes} bytes`]
    .filter((part) => part !== null)
    .join(' ');
}
