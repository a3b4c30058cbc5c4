// One log of `logs:import` from a document: its bytes, and when it happened.
import { parseDocument } from '../_formats/document.ts';
import type { SinkRecord } from '../_sink/index.ts';

/**
 * JSON text of a Log (Chronicle API). The document goes as it is: a parser of its log type makes UDM of it.
 *
 * @param namespace Empty = none.
 * @throws RecordError FORMAT_REFUSED for what is no JSON object.
 */
export function logOf(record: SinkRecord, namespace: string): string {
  const { id, kind, value, timestampMs } = record;
  const entry = timeOf(parseDocument(value)) ?? iso(timestampMs);
  // It must not lie before the entry: a sensor's clock may be ahead.
  const collected = Date.parse(entry) > timestampMs ? entry : iso(timestampMs);
  const about = {
    logEntryTime: entry,
    collectionTime: collected,
    ...(namespace !== '' && { environmentNamespace: namespace }),
    labels: { goshawk_id: { value: id }, goshawk_kind: { value: kind } },
  };
  return `{"data":"${value.toString('base64')}",${JSON.stringify(about).slice(1)}`;
}

/** ECS `@timestamp`, or OCSF `time` in milliseconds. */
function timeOf({ '@timestamp': text, time }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  return typeof time === 'number' && time >= 0 && time < 253_402_300_800_000 ? iso(time) : undefined;
}

const iso = (ms: number): string => new Date(ms).toISOString();
