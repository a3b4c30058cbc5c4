// NetFlow v5: a fixed record of 48 bytes, its fields by the names that IPFIX has for them.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';
import type { FlowRecord, Packet } from './packet.ts';

const HEADER = 24;
const RECORD = 48;

/** @param bytes As long as its count of records says. */
export function readV5(bytes: Buffer): Packet {
  const exportedAt = bytes.readUInt32BE(8) * 1_000_000 + Math.floor(bytes.readUInt32BE(12) / 1000);
  const sampling = bytes.readUInt16BE(22);
  const records: FlowRecord[] = [];
  for (let at = HEADER; at + RECORD <= bytes.length; at += RECORD) {
    const fields = recordAt(bytes, at);
    if (sampling > 0) Object.assign(fields, { samplingAlgorithm: sampling >> 14, samplingInterval: sampling & 0x3fff });
    records.push({ fields, isOptions: false });
  }
  const domain = bytes.readUInt16BE(20);
  return {
    version: 5,
    domain,
    sequence: bytes.readUInt32BE(16),
    exportedAt,
    startedAt: exportedAt - bytes.readUInt32BE(4) * 1000,
    records,
    unknownSets: 0,
    fault: undefined,
  };
}

const ipAt = (bytes: Buffer, at: number): string => bytes.subarray(at, at + 4).join('.');

function recordAt(bytes: Buffer, at: number): Fields {
  return Object.assign(newFields(), {
    version: 5,
    sourceIPv4Address: ipAt(bytes, at),
    destinationIPv4Address: ipAt(bytes, at + 4),
    ipNextHopIPv4Address: ipAt(bytes, at + 8),
    ingressInterface: bytes.readUInt16BE(at + 12),
    egressInterface: bytes.readUInt16BE(at + 14),
    packetDeltaCount: bytes.readUInt32BE(at + 16),
    octetDeltaCount: bytes.readUInt32BE(at + 20),
    flowStartSysUpTime: bytes.readUInt32BE(at + 24),
    flowEndSysUpTime: bytes.readUInt32BE(at + 28),
    sourceTransportPort: bytes.readUInt16BE(at + 32),
    destinationTransportPort: bytes.readUInt16BE(at + 34),
    tcpControlBits: bytes[at + 37],
    protocolIdentifier: bytes[at + 38],
    ipClassOfService: bytes[at + 39],
    bgpSourceAsNumber: bytes.readUInt16BE(at + 40),
    bgpDestinationAsNumber: bytes.readUInt16BE(at + 42),
    sourceIPv4PrefixLength: bytes[at + 44],
    destinationIPv4PrefixLength: bytes[at + 45],
  });
}
