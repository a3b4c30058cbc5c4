// Zeek logs as JSON: the writer's own (`_path`, dotted names), json-streaming-logs (`@stream`, underscores), or `{"http": {..}}` of the Kafka writer.
import type { Decoder, JsonObject, RawDocument } from '../kit.ts';
import { guessZeekLog, isObject, isZeekLog, memberRange, text, zeekEvent } from '../kit.ts';

const decoder: Decoder = {
  name: 'zeek-json',
  version: 2,
  reads: 'Zeek logs as JSON, every log',
  recognisedBy: "_path or @stream, or uid with id.orig_h, or the log's own names",
  datasets: ['zeek.*'],
  isObserver: true,

  recognise({ json }) {
    if (json === undefined) return 0;
    if (json.ts === undefined) return wrapped(json) === undefined ? 0 : 0.95;
    if (typeof json['_path'] === 'string' || (typeof json['@stream'] === 'string' && json['@proc'] !== undefined)) return 1;
    const hasEnds = json['id.orig_h'] !== undefined || json.id_orig_h !== undefined;
    if (typeof json.uid === 'string' && hasEnds) return 0.95;
    return guessZeekLog(json) === undefined ? 0 : 0.6;
  },

  decode(document) {
    const { json } = document;
    if (json === undefined) return 'not a JSON object';
    const name = json.ts === undefined ? wrapped(json) : undefined;
    if (name !== undefined) return [zeekEvent(name, json[name] as JsonObject, unwrapped(document, name), document)];
    return [zeekEvent(text(json['_path']) ?? text(json['@stream']) ?? guessZeekLog(json) ?? 'unknown', json, document.bytes, document)];
  },
};
export default decoder;

/** The log's name when the document is one member of that name. */
function wrapped(json: JsonObject): string | undefined {
  let name: string | undefined;
  for (const member in json) {
    if (name !== undefined) return undefined;
    name = member;
  }
  if (name === undefined || !isZeekLog(name)) return undefined;
  const inner = json[name];
  return isObject(inner) && inner.ts !== undefined ? name : undefined;
}

/** Rules look for the fields at the top: the inner object as it was written, with its name as `_path`. */
function unwrapped({ text: raw }: RawDocument, name: string): Uint8Array {
  const range = memberRange(raw, name)!;
  const inner = raw.slice(range.from, range.to);
  return Buffer.from(`{"_path":${JSON.stringify(name)},${inner.slice(inner.indexOf('{') + 1)}`);
}
