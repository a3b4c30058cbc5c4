// Trust follows the topic: organization and source are those of its name, where only that organization's principal may write. Only the
// gateway may write to `raw.<org>.gateway-<source>`, so there, and only there, its headers are believed.
import type { Told } from '../core/connector.ts';
import { readTold } from './told.ts';

export interface Source {
  readonly organization: string;
  /** Last part of the topic. */
  readonly name: string;
  /** What the event carries: the source, or what the gateway vouches for. */
  readonly sensor: string;
  /** What the gateway says the record is. */
  readonly format: string | undefined;
  /** What the gateway passes on of what a protocol said beside the record. */
  readonly told?: Told | undefined;
}

const GATEWAY = 'gateway-';
export const isGateway = ({ name }: Pick<Source, 'name'>): boolean => name.startsWith(GATEWAY);
const MAX_HEADER_BYTES = 249; // as long as a topic's name may be
const plain = new Map<string, Source>();

/** @throws TypeError for a topic that is none of `raw.<organization>.<source>`: ingest subscribes to no other. */
export function sourceOf(topic: string, headers: ReadonlyMap<string, Uint8Array>): Source {
  let source = plain.get(topic);
  if (source === undefined) {
    const [raw, organization, ...rest] = topic.split('.');
    const name = rest.join('.');
    if (raw !== 'raw' || !organization || name === '') throw new TypeError(`${topic} is no raw topic`);
    source = { organization, name, sensor: name.startsWith(GATEWAY) ? name.slice(GATEWAY.length) : name, format: undefined };
    plain.set(topic, source);
  }
  if (!isGateway(source)) return source;
  return { ...source, sensor: text(headers.get('sensor')) ?? source.sensor, format: text(headers.get('format')), told: readTold(headers.get('told')) };
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined || bytes.length === 0 || bytes.length > MAX_HEADER_BYTES ? undefined : Buffer.from(bytes).toString('utf8');
}
