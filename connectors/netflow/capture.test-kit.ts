// A capture in libpcap's format, written by hand: Ethernet frames of a few flows, whose packets and bytes are known.
import { isIPv6 } from 'node:net';

export interface CapturedFlow {
  readonly source: string;
  readonly destination: string;
  /** Absent for ICMP. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Of its IP packets with their headers, bytes. */
  readonly sizes: readonly number[];
}

/** One direction each: the two of a conversation are two flows. */
export const FLOWS: readonly CapturedFlow[] = [
  { source: '10.1.0.5', destination: '192.0.2.80', sourcePort: 50_123, destinationPort: 443, protocol: 'tcp', sizes: [60, 52, 569, 52, 1500] },
  { source: '192.0.2.80', destination: '10.1.0.5', sourcePort: 443, destinationPort: 50_123, protocol: 'tcp', sizes: [60, 1500, 1500, 52] },
  { source: '10.1.0.6', destination: '192.0.2.53', sourcePort: 5_353, destinationPort: 53, protocol: 'udp', sizes: [71] },
  { source: '192.0.2.53', destination: '10.1.0.6', sourcePort: 53, destinationPort: 5_353, protocol: 'udp', sizes: [487] },
  { source: '10.1.0.7', destination: '192.0.2.9', protocol: 'icmp', sizes: [84, 84, 84] },
  { source: '2001:db8::5', destination: '2001:db8::80', sourcePort: 40_000, destinationPort: 123, protocol: 'udp', sizes: [76, 76] },
];

const NUMBERS = { tcp: 6, udp: 17, icmp: 1 } as const;
const SECONDS = 1_780_000_000;

/** All of `FLOWS`, a packet a millisecond. The source of the form: draft-ietf-opsawg-pcap, version 2.4. */
export function capture(): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(1, 20); // Ethernet
  const frames = FLOWS.flatMap((flow) => flow.sizes.map((size) => frameOf(flow, size)));
  return Buffer.concat([head, ...frames.flatMap((frame, n) => [recordHead(frame.length, n), frame])]);
}

function recordHead(length: number, n: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(SECONDS, 0);
  head.writeUInt32LE(n * 1_000, 4);
  head.writeUInt32LE(length, 8);
  head.writeUInt32LE(length, 12);
  return head;
}

function frameOf(flow: CapturedFlow, size: number): Buffer {
  const isV6 = isIPv6(flow.source);
  const frame = Buffer.alloc(14 + size);
  frame.writeUInt16BE(isV6 ? 0x86dd : 0x0800, 12);
  const packet = frame.subarray(14);
  if (isV6) {
    packet[0] = 0x60;
    packet.writeUInt16BE(size - 40, 4);
    packet[6] = NUMBERS[flow.protocol];
    packet[7] = 64;
    addressV6(flow.source).copy(packet, 8);
    addressV6(flow.destination).copy(packet, 24);
  } else {
    packet[0] = 0x45;
    packet.writeUInt16BE(size, 2);
    packet[8] = 64;
    packet[9] = NUMBERS[flow.protocol];
    Buffer.from(flow.source.split('.').map(Number)).copy(packet, 12);
    Buffer.from(flow.destination.split('.').map(Number)).copy(packet, 16);
  }
  const payload = packet.subarray(isV6 ? 40 : 20);
  if (flow.protocol === 'icmp') payload[0] = 8;
  else {
    payload.writeUInt16BE(flow.sourcePort!, 0);
    payload.writeUInt16BE(flow.destinationPort!, 2);
    if (flow.protocol === 'udp') payload.writeUInt16BE(payload.length, 4);
    else payload.writeUInt16BE(0x5010, 12); // no options, ACK
  }
  return frame;
}

/** Of addresses with one `::` in them. */
function addressV6(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  const [front = '', back = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  groups(front).forEach((group, n) => bytes.writeUInt16BE(Number.parseInt(group, 16), n * 2));
  groups(back).forEach((group, n, all) => bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - (all.length - n) * 2));
  return bytes;
}
