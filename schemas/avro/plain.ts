// The plainest event and context: tests and decoders state only what differs.
import type { Context, Event } from './types.gen.ts';

/** Every field at its default; no sensor would send it. All fields in schema order, so that all events share one hidden class. */
export const plainEvent = (fields: Partial<Event> = {}): Event => ({
  id: '00000000000000000000000000000000', time: 1_700_000_000_000_000, idSource: 'position', contentHash: '0000000000000000', organization: 'default', dataset: 'unparsed', sensor: 'test',
  provenance: { topic: 'raw.default.test', partition: 0, offset: 0, index: 0, appendedAt: 1_700_000_000_000_000, parser: 'unparsed', parserVersion: 1 },
  product: '', logsource: { category: [], service: [] }, timeSource: 'sensor', observedAt: null, kind: 'event', category: [], type: [], outcome: null, action: null, code: null, provider: null, severity: null, message: null,
  host: null, user: null, targetUser: null, source: null, destination: null, network: null, process: null, file: null, registry: null, dns: null, http: null, url: null, tls: null, rule: null, cloud: null,
  ecs: {}, labels: {}, native: EMPTY_DOCUMENT,
  ...fields,
});
const EMPTY_DOCUMENT = Buffer.from('{}');

export const plainContext = (fields: Partial<Context> = {}): Context => ({
  version: 1, sourceGeo: null, destinationGeo: null, hostAsset: null, sourceAsset: null, destinationAsset: null, sourceZone: null, destinationZone: null,
  relatedIp: [], relatedUser: [], relatedHosts: [], relatedHash: [], versions: {},
  ...fields,
});
