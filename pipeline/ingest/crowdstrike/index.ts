// CrowdStrike Falcon: Falcon Data Replicator (sensor events and its tables of hosts, users and applications) and the event stream.
import type { Decoder, JsonObject } from '../kit.ts';
import { CERTAIN, exactJson, isObject, LIKELY, text } from '../kit.ts';
import { sensorEvent, tableRow } from './replicator.ts';
import { streamEvent } from './stream.ts';

type Kind = 'stream' | 'sensor' | 'table';
/** Names that are in one of the tables only. */
const TABLE_NAMES = ['AgentLoadFlags', 'UserSid_readable', 'detectioncount', 'MacPrefix'];

function kindOf(json: JsonObject): Kind | undefined {
  if (isObject(json.metadata) && typeof json.metadata.eventType === 'string') return 'stream';
  if (simpleName(json) !== null || isExport(json)) return 'sensor';
  return typeof json.cid === 'string' && TABLE_NAMES.some((name) => json[name] !== undefined) ? 'table' : undefined;
}
/** Data lakes change the case of names. */
const simpleName = (json: JsonObject): string | null => text(json.event_simpleName) ?? text(json.event_simplename) ?? text(json.fdr_event_type);
const isExport = ({ p_log_type: type }: JsonObject): boolean => type === 'Crowdstrike.FDREvent';

const decoder: Decoder = {
  name: 'crowdstrike',
  version: 1,
  reads: 'CrowdStrike Falcon: Data Replicator (sensor events, tables of hosts, users and applications) and event stream (detections, audit)',
  recognisedBy: '`event_simpleName`; `metadata.eventType` with `customerIDString`; `cid` with a name that only a table has',
  datasets: ['crowdstrike.fdr', 'crowdstrike.fdr_table', 'crowdstrike.stream'],
  clues: { members: ['metadata', 'event_simpleName', 'event_simplename', 'fdr_event_type', 'p_log_type', ...TABLE_NAMES] },
  recognise({ json }) {
    if (json === undefined) return 0;
    switch (kindOf(json)) {
      case 'stream':
        return isObject(json.metadata) && (json.metadata.customerIDString !== undefined || json.metadata.offset !== undefined) ? CERTAIN : 0;
      case 'sensor':
        return json.aid !== undefined || json.cid !== undefined || isObject(json.event) || isExport(json) ? CERTAIN : LIKELY;
      case 'table':
        return LIKELY + 0.1;
      default:
        return 0;
    }
  },
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    switch (kindOf(json)) {
      case 'stream':
        return [streamEvent(document, json)];
      case 'sensor':
        return [sensorEvent(document, json, simpleName(json))];
      case 'table':
        return [tableRow(document, json)];
      default:
        return 'neither a sensor event nor one of the stream';
    }
  },
};
export default decoder;
