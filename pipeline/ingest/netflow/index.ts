// NetFlow v5 and v9, and IPFIX, one packet a record, as the UDP receiver writes them.
import type { Decoder } from '../kit.ts';
import { unparsedBytes } from '../kit.ts';
import { flowEvent } from './event.ts';
import { readPacket, versionOf } from './packet.ts';
import { Templates } from './templates.ts';

const decoder: Decoder = {
  name: 'netflow',
  version: 1,
  reads: 'NetFlow v5 and v9, IPFIX: packets, with templates, options, fields of variable length and of enterprises',
  recognisedBy: 'the version, and a length that fits the header',
  datasets: ['netflow.flow', 'netflow.options'],
  needsOrder: 'records are read by the templates that their exporter sent before; the key of a raw record is its exporter',
  clues: { begins: ['\0\u0005', '\0\t', '\0\n'] },
  isBinary: true,
  isObserver: true,

  recognise: ({ json, bytes }) => (json === undefined && versionOf(bytes) !== undefined ? 0.95 : 0),

  decode({ bytes, memory }) {
    const version = versionOf(bytes);
    if (version === undefined) return 'not a packet of NetFlow or IPFIX';
    const templates = new Templates(memory.get());
    const packet = readPacket(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), version, templates);
    if (templates.isChanged) memory.put(templates.kept);
    const events = packet.records.map((record) => flowEvent(record, packet));
    // What could not be read is kept, once for the packet, and counted by its reason.
    const reason = packet.fault ?? (packet.unknownSets > 0 ? 'no template came before' : undefined);
    return reason === undefined ? events : [...events, unparsedBytes(bytes, reason)];
  },
};
export default decoder;
