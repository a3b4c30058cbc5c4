// NetFlow v5, v9 and IPFIX over UDP: one packet per record, the exporter as sensor and key, so that templates come before their data.
import { z } from 'zod';
import type { Connector } from '../../pipeline/core/connector.ts';
import { peerOptions, sourceName } from '../_listen/peers.ts';
import { listenUdp } from '../_listen/udp.ts';

export const config = z.strictObject({
  ...peerOptions,
  source: sourceName('netflow'),
  port: z.int().min(0).max(65_535).default(0).meta({ description: 'Port for flow packets (2055 and 4739 are usual). 0: off.' }),
  queueBytes: z
    .int()
    .min(1_048_576)
    .max(1_073_741_824)
    .default(33_554_432)
    .meta({ description: 'Packets that may wait for the broker; what comes beyond is lost, and counted.' }),
});
export type NetflowConfig = z.infer<typeof config>;

const MAX_DATAGRAM_BYTES = 65_535;
const VERSIONS = new Set([1, 5, 7, 8, 9, 10]);

const netflow: Connector<NetflowConfig> = {
  name: 'netflow',
  config,
  async source(options, deps) {
    if (options.port === 0) return null;
    return listenUdp({ ...options, maxBytes: MAX_DATAGRAM_BYTES, option: 'netflow.port', read: (packet) => (isFlowPacket(packet) ? packet : null) }, deps);
  },
};
export default netflow;

/** The first two bytes are the version in all of them (RFC 3954, 5.1; RFC 7011, 3.1). */
const isFlowPacket = (packet: Buffer): boolean => packet.length >= 16 && VERSIONS.has(packet.readUInt16BE(0));
