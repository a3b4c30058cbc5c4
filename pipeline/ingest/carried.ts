// Shippers put the line of a sensor into a document of their own: Filebeat, Fluent Bit, Logstash, Vector, rsyslog, a collector of OpenTelemetry.
// The line is what a format reads; what the shipper said around it stays beside it, and fills in what the line leaves open.
import { contentHash } from './envelope.ts';
import type { JsonObject } from './kit.ts';
import { isObject, LIKELY, POSSIBLE } from './kit.ts';
import type { Limits, RawDocument } from './kit/document.ts';
import { objectIn } from './kit/document.ts';
import type { Draft } from './kit/draft.ts';
import { setEcs } from './kit/draft.ts';
import { memberRange } from './kit/json-ranges.ts';
import { LONGEST_TEXT, scrub } from './kit/scrub.ts';

/** A line inside a shipper's document. */
export interface Carried {
  readonly line: RawDocument;
  /** Confidence from which on a format is believed to read the line: less says the document itself better. */
  readonly least: number;
}

/** Members that hold the line, the first that is there. */
const LINES = ['message', 'log'] as const;
/**
 * All that shippers add to a line, and nothing that a sensor would tell. A document with any other member is the sensor's own.
 * Sources: Filebeat's exported fields, Fluent Bit's tail and kubernetes, Logstash's ECS compatibility, Vector's file source.
 */
const ADDED = new Set(
  `@timestamp @version @metadata message log ecs agent beat input prospector offset host hostname path file source_type timestamp date tags tag
   fields fileset service event cloud docker container kubernetes stream time _p logtag type`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
/** What `event` says of the shipping; anything else says what happened. */
const ADDED_TO_EVENT = new Set(['original', 'dataset', 'module', 'timezone', 'created', 'ingested', 'sequence']);

/** Undefined when the document is no shipper's. */
export function carriedIn(outer: RawDocument, limits: Limits): Carried | undefined {
  const found =
    outer.json === undefined
      ? (ofQuotes(outer.text) ?? ofRuntime(outer.text))
      : outer.json.resourceLogs === undefined
        ? ofShipper(outer.json)
        : ofCollector(outer.json);
  if (found === undefined || found.text.trim() === '') return undefined;
  const line = found.text.replace(/\r?\n$/, '');
  const { appendedAt, zone, memory } = outer;
  const json = line.trimStart().startsWith('{') ? objectIn(line, limits) : undefined;
  return { line: { bytes: Buffer.from(line), text: line, raw: line, syslog: undefined, json, appendedAt, zone, memory }, least: found.least };
}

interface Found {
  readonly text: string;
  readonly least: number;
}

/** A text that is a string of JSON: what collectors and producers that write JSON make of a line. */
function ofQuotes(text: string): Found | undefined {
  if (text.charCodeAt(0) !== QUOTE || text.charCodeAt(text.trimEnd().length - 1) !== QUOTE) return undefined;
  try {
    return { text: JSON.parse(text) as string, least: POSSIBLE };
  } catch {
    return undefined;
  }
}
const QUOTE = 34;

/** What containerd and CRI-O put before a line that is whole; a part of one (`P`) is no line. */
const RUNTIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) F /;
function ofRuntime(text: string): Found | undefined {
  const head = RUNTIME.exec(text.slice(0, 64));
  return head === null ? undefined : { text: text.slice(head[0].length), least: OF_CONTAINER };
}
/** What containers print is of any program: a time alone is not enough to believe a format. */
const OF_CONTAINER = 0.5;

function ofShipper(json: JsonObject): Found | undefined {
  for (const name in json) if (!ADDED.has(name)) return undefined;
  if (isObject(json.event)) for (const name in json.event) if (!ADDED_TO_EVENT.has(name)) return undefined;
  const text = LINES.map((name) => json[name]).find((value) => typeof value === 'string');
  return text === undefined ? undefined : { text, least: json.stream === undefined ? POSSIBLE : OF_CONTAINER };
}

/** A document of one log record whose body is text. Of a file it is the line; what a program logs itself is the program's own. */
function ofCollector({ resourceLogs }: JsonObject): Found | undefined {
  const [resourceLog, ...others] = list(resourceLogs);
  const [scopeLog, ...otherScopes] = list(resourceLog?.scopeLogs);
  const [record, ...otherRecords] = list(scopeLog?.logRecords);
  if (record === undefined || others.length + otherScopes.length + otherRecords.length > 0) return undefined;
  const text = isObject(record.body) ? record.body.stringValue : undefined;
  if (typeof text !== 'string') return undefined;
  const isOfFile = list(record.attributes).some(({ key }) => key === 'log.file.name' || key === 'log.file.path');
  return { text, least: isOfFile ? POSSIBLE : LIKELY };
}
const list = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly unknown[]).filter(isObject) : []);

/** ECS fields that tell of the place a line comes from, not of what happened. */
const PLACE = /^(?:log\.file|container|orchestrator|cloud|host|service)\./;

/**
 * @param told What the shipper's document comes to by itself.
 * @param isObserver The line tells of others: the shipper's host is not the host of the event.
 */
export function withCarrier(event: Draft, told: Draft | undefined, carrier: RawDocument, isObserver: boolean): Draft {
  event.contentHash = contentHash(event.native); // of the line: a shipper that sends it again says another time and place around it
  event.native = nativeWith(event.native, carrier);
  if (told !== undefined) {
    if (Number.isNaN(event.time)) {
      event.time = told.time;
      event.timeSource = told.timeSource;
    }
    event.observedAt ??= told.observedAt;
    event.cloud ??= told.cloud;
    if (!isObserver) event.host ??= told.host;
    else if (event.ecs['observer.hostname'] === undefined) setEcs(event, 'observer.hostname', told.host?.name ?? null);
    const place = Object.entries(told.ecs).filter(([name]) => PLACE.test(name) && !(isObserver && name.startsWith('host.')));
    event.ecs = { ...Object.fromEntries(place), ...event.ecs };
    event.labels = { ...told.labels, ...event.labels };
  }
  if (carrier.raw.length > LONGEST_TEXT || carrier.raw.includes('\\u0000')) scrub(event);
  return event;
}

/** The native document with the shipper's under `carrier`, less the line, which is there already. */
function nativeWith(native: Uint8Array, { raw, json }: RawDocument): Uint8Array {
  const head = json === undefined ? RUNTIME.exec(raw.slice(0, 64))?.[0] : undefined;
  if (json === undefined && head === undefined) return native; // quotes, and no more
  const text = Buffer.from(native.buffer, native.byteOffset, native.byteLength).toString('utf8').trimEnd();
  if (!text.endsWith('}')) return native;
  const around = head !== undefined ? JSON.stringify(head.trimEnd()) : aroundLine(raw, json!);
  const inner = text.slice(0, -1).trimEnd();
  const member = `"${memberRange(text, 'carrier') === undefined ? 'carrier' : '_carrier'}":${around}`;
  return Buffer.from(`${inner}${inner.endsWith('{') ? '' : ','}${member}}`);
}
/** The shipper's document with null for the line. */
function aroundLine(raw: string, json: JsonObject): string {
  return LINES.filter((name) => typeof json[name] === 'string')
    .slice(0, 1)
    .reduce((document, name) => {
      const range = memberRange(document, name);
      return range === undefined ? document : `${document.slice(0, range.from)}null${document.slice(range.to)}`;
    }, raw.trim());
}
