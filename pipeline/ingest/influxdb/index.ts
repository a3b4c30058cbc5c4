// InfluxDB's line protocol, as Telegraf writes it: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { draft, newFields, setField, stampMicros, text, textNative } from '../kit.ts';

const VALUE = String.raw`(?:-?\d{1,20}[iu]|[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,3})?|"(?:[^"\\]|\\.){0,8192}"|true|True|TRUE|false|False|FALSE|[tTfF])`;
const NAME = String.raw`(?:[^\s,=\\"]|\\[ ,=\\]){1,256}`;
const POINT = new RegExp(
  String.raw`^(?<measurement>(?:[^\s,\\"#=]|\\[ ,\\]){1,256})(?<tags>(?:,${NAME}=${NAME}){0,64}) (?<fields>${NAME}=${VALUE}(?:,${NAME}=${VALUE}){0,255})(?: (?<time>-?\d{10,19}))?\s*$`,
);
const PAIR = new RegExp(String.raw`,?(${NAME})=(${VALUE}|${NAME})`, 'y');
/** More is no single point; keeps the pattern's work bounded. */
const LONGEST = 16_384;

const decoder: Decoder = {
  name: 'influxdb',
  version: 1,
  reads: 'InfluxDB line protocol (Telegraf and others): one metric for each field of a point',
  recognisedBy: 'measurement,tag=value field=value and nanoseconds',
  datasets: ['influxdb.metric'],
  clues: { holds: ['='] },
  recognise: ({ json, text: line }) => (json === undefined && looksLikePoint(line) && POINT.exec(line)?.groups?.time !== undefined ? 0.8 : 0),
  decode(document) {
    const point = document.text.length > LONGEST ? undefined : POINT.exec(document.text)?.groups;
    if (point === undefined) return 'no point of the line protocol';
    const tags = pairs(point.tags!);
    return Object.entries(pairs(point.fields!)).map(([field, value]) => metric(document, `${bare(point.measurement!)}_${field}`, tags, value, point.time));
  },
};
export default decoder;

/** One look at the end: a time of nanoseconds, and an `=` before it. */
const looksLikePoint = (line: string): boolean => line.length <= LONGEST && /\d{13}\s{0,2}$/.test(line.slice(-24)) && line.includes('=');

function metric(document: RawDocument, name: string, tags: Fields, value: unknown, time: string | undefined): Draft {
  const written = String(value);
  const measured = number(written);
  const point = { name, tags, kind: 'absolute', ...(measured === undefined ? { value: bare(written) } : { gauge: { value: measured } }), timestamp: time };
  const event = draft('influxdb.metric', '', textNative(document, Object.assign(newFields(), point)));
  event.kind = 'metric';
  if (time !== undefined) stampMicros(event, Math.floor(Number(time.length > 16 ? time.slice(0, -3) : time.padEnd(16, '0'))));
  setField(event, 'host.name', text(tags.host));
  setField(event, 'cloud.region', text(tags.region));
  event.message = `${name} ${written}`;
  return event;
}

function pairs(written: string): Fields {
  const fields = newFields();
  PAIR.lastIndex = 0;
  for (let pair = PAIR.exec(written); pair !== null; pair = PAIR.exec(written)) fields[bare(pair[1]!)] = pair[2]!.startsWith('"') ? pair[2] : bare(pair[2]!);
  return fields;
}
/** Numbers, and booleans as 1 and 0; undefined for text. */
function number(written: string): number | undefined {
  if (/^(?:t|true)$/i.test(written)) return 1;
  if (/^(?:f|false)$/i.test(written)) return 0;
  const value = Number(written.replace(/[iu]$/, ''));
  return written.startsWith('"') || Number.isNaN(value) ? undefined : value;
}
const bare = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : written.replaceAll(/\\([ ,=\\])/g, '$1');
