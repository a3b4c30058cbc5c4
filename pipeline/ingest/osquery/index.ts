// osquery's results and status log: https://osquery.readthedocs.io/en/stable/deployment/logging/
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import {
  CERTAIN,
  draft,
  elementRanges,
  exactJson,
  GROWS,
  growsTooMuch,
  isObject,
  LIKELY,
  mapping,
  memberRange,
  objectOf,
  setField,
  table,
  text,
  via,
} from '../kit.ts';
import { setRow } from './rows.ts';

const SYSTEMS = table({ darwin: 'macos', windows: 'windows', linux: 'linux', ubuntu: 'linux', centos: 'linux', rhel: 'linux', debian: 'linux' });
const SEVERITIES = table<readonly [string, number]>({ 0: ['info', 10], 1: ['warning', 40], 2: ['error', 60], 3: ['fatal', 90] });

const set = mapping({
  '@timestamp': ['unixTime', 'calendarTime', 'unix_time', 'calendar_time'],
  'host.name': ['decorations.hostname', 'decorations.host_name', 'hostIdentifier', 'host_identifier'],
  'host.id': ['decorations.host_uuid', 'decorations.uuid'],
  'host.os.type': via(['decorations.platform', 'columns.build_platform'], (value) => SYSTEMS.get(String(value).toLowerCase())),
  'user.name': 'decorations.username',
});
const setStatus = mapping({
  message: 'message',
  'log.level': via('severity', (value) => SEVERITIES.get(String(value))?.[0]),
  'event.severity': via('severity', (value) => SEVERITIES.get(String(value))?.[1]),
  'log.origin.file.name': 'filename',
  'log.origin.file.line': 'line',
});

type Kind = 'row' | 'snapshot' | 'batch' | 'status';
/** Which of its logs it is; undefined = none. */
function kindOf(json: JsonObject): Kind | undefined {
  if (typeof json.name === 'string') {
    if (isObject(json.columns) && typeof json.action === 'string') return 'row';
    if (Array.isArray(json.snapshot)) return 'snapshot';
    if (isObject(json.diffResults)) return 'batch';
  }
  const isStatus = typeof json.filename === 'string' && typeof json.message === 'string' && json.line !== undefined && json.severity !== undefined;
  return isStatus && (json.hostIdentifier !== undefined || json.log_type === 'status') ? 'status' : undefined;
}

const decoder: Decoder = {
  name: 'osquery',
  version: 1,
  reads: 'osquery: differential results by event or batch, snapshots (an event a row), status log; also through Fleet and other managers',
  recognisedBy: 'name with columns and action, with snapshot or with diffResults; filename, line, severity and message with hostIdentifier',
  datasets: ['osquery.result', 'osquery.snapshot', 'osquery.status'],
  clues: { members: ['columns', 'snapshot', 'diffResults', 'filename'] },
  recognise({ json }) {
    const kind = json === undefined ? undefined : kindOf(json);
    if (kind === undefined) return 0;
    return kind !== 'row' || json!.hostIdentifier !== undefined || json!.unixTime !== undefined ? CERTAIN : LIKELY + 0.1;
  },
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    switch (kindOf(json)) {
      case 'row':
        return [row(document, json, json.action === 'snapshot', document.bytes)];
      case 'snapshot':
        return grows(json.snapshot, json, document) ? GROWS : rowsOf(document, json, 'snapshot', { ...json, action: 'snapshot' });
      case 'batch': {
        const { diffResults, ...about } = json;
        if (grows(diffResults, about, document)) return GROWS;
        const batch = memberRange(document.text, 'diffResults')!.from;
        const events = ['added', 'removed'].flatMap((action) =>
          Array.isArray(objectOf(diffResults)[action]) ? rowsOf(document, objectOf(diffResults), action, { ...about, action }, batch) : [],
        );
        return events.length > 0 ? events : [row(document, { ...about, columns: {} }, false, document.bytes)];
      }
      case 'status':
        return [status(document, json)];
      default:
        return 'none of the logs of osquery';
    }
  },
};
export default decoder;

/** Rows of all lists below, each with what is said of all. */
function grows(lists: unknown, about: JsonObject, { text: { length } }: RawDocument): boolean {
  const rows = Array.isArray(lists)
    ? lists.length
    : Object.values(objectOf(lists)).reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
  if (!growsTooMuch(rows * length)) return false; // most: no need to look closer
  const { snapshot: _rows, ...kept } = about;
  return growsTooMuch(rows * JSON.stringify(kept).length);
}

/** A row each of a list, as if it had come by event: with what is said of all of them, and the row as it came under `raw`. */
function rowsOf(document: RawDocument, json: JsonObject, member: string, about: JsonObject, from = 0): readonly Draft[] {
  const ranges = elementRanges(document.text, memberRange(document.text, member, from)!.from);
  const { snapshot: _rows, ...kept } = about;
  const rows = json[member] as readonly unknown[];
  // Nothing was found: that is a result, too.
  if (rows.length === 0) return member === 'snapshot' ? [row(document, { ...kept, columns: {} }, true, document.bytes)] : [];
  return rows.map((columns, index) => {
    const { from: start, to } = ranges[index]!;
    const own = { ...kept, columns: isObject(columns) ? columns : { value: columns } };
    return row(document, own, member === 'snapshot', Buffer.from(JSON.stringify({ ...own, raw: document.text.slice(start, to) })));
  });
}

function row(document: RawDocument, json: JsonObject, isSnapshot: boolean, native: Uint8Array): Draft {
  const event = draft(isSnapshot ? 'osquery.snapshot' : 'osquery.result', 'osquery', native);
  const columns = objectOf(json.columns);
  const name = text(json.name);
  event.kind = isSnapshot ? 'state' : 'event';
  event.action = text(json.action);
  event.provider = 'osquery';
  set(event, json, document);
  setField(event, 'rule.name', name);
  setRow(event, columns, document);
  const said = event.process?.commandLine ?? event.file?.path ?? event.process?.executable ?? text(columns.name) ?? event.user?.name ?? null;
  event.message = `${name} ${event.action ?? 'unchanged'}${said === null ? '' : `: ${said.length > 480 ? `${said.slice(0, 479)}…` : said}`}`;
  return event;
}

function status(document: RawDocument, json: JsonObject): Draft {
  const event = draft('osquery.status', 'osquery', document.bytes);
  event.provider = 'osquery';
  event.category = ['host'];
  event.type = ['info'];
  set(event, json, document);
  setStatus(event, json, document);
  return event;
}
