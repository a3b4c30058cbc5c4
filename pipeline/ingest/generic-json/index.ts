// Any JSON object that no other format claims: still `unparsed`, but with its own document as the native one and what its usual names say.
import type { Decoder, JsonObject } from '../kit.ts';
import { draft, epochMicros, host, isObject, readIso, stamp, stampMicros, text } from '../kit.ts';

const TIME_NAMES = ['@timestamp', 'timestamp', 'time', 'ts', 'eventTime', 'event_time', 'datetime', 'created_at', 'date'];
const MESSAGE_NAMES = ['message', 'msg', 'log', 'summary', 'description'];
const HOST_NAMES = ['hostname', 'host', 'computer', 'host_name'];
const MESSAGE_CHARS = 32_766;

const decoder: Decoder = {
  name: 'generic-json',
  version: 1,
  reads: 'Any other JSON object: time, message and host by their usual names, the rest as it is',
  recognisedBy: 'being a JSON object',
  datasets: ['unparsed'],
  recognise: ({ json }) => (json === undefined ? 0 : 0.1),

  decode({ json, bytes, text: raw, zone }) {
    if (json === undefined) return 'not a JSON object';
    const event = draft('unparsed', '', bytes);
    for (const name of TIME_NAMES) {
      const value = json[name];
      if (typeof value === 'number') stampMicros(event, epochMicros(value));
      else if (typeof value === 'string') stamp(event, readIso(value), zone);
      if (!Number.isNaN(event.time)) break;
    }
    event.message = firstOf(json, MESSAGE_NAMES) ?? raw.slice(0, MESSAGE_CHARS);
    const name = firstOf(json, HOST_NAMES) ?? (isObject(json.host) ? text(json.host.name) : null);
    if (name !== null && name.length <= 255) event.host = host(name, null);
    return [event];
  },
};
export default decoder;

function firstOf(json: JsonObject, names: readonly string[]): string | null {
  for (const name of names) if (typeof json[name] === 'string' && json[name] !== '') return json[name];
  return null;
}
