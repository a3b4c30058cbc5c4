// Windows event logs in the JSON (and XML) that agents make of them. However they come, rules see one flat document: see flatten.ts.
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { draft, epochMicros, exactJson, host, isObject, objectOf, readIso, readTime, setEcs, stamp, stampMicros, text } from '../kit.ts';
import { placeOf } from './channels.ts';
import { chainsawEvent, flattenChainsaw, flattenEvtxECmd, flattenWazuh } from './dialects.ts';
import type { Flat } from './flatten.ts';
import { flattenBeat, flattenEvent } from './flatten.ts';
import { hayabusa, isHayabusa } from './hayabusa.ts';
import { isRendered, readRendered } from './rendered.ts';
import { security } from './security.ts';
import { defender, other, powershell, system } from './services.ts';
import { sysmon } from './sysmon.ts';
import { xmlEvents } from './xml.ts';

const decoder: Decoder = {
  name: 'windows',
  version: 3,
  reads:
    'Windows event logs as XML, as text with labels (Splunk), or as JSON of EVTX tools (evtx_dump, python-evtx, EvtxECmd, Chainsaw, Hayabusa), Winlogbeat, NXLog, Wazuh, Fluent Bit and other agents; Sysmon for Windows and Linux',
  recognisedBy: 'Event.System, winlog.event_id, win.system, or EventID with Channel; `<Event`; `LogName=` with `EventCode=`',
  datasets: ['windows.*', 'linux.sysmon'],
  clues: { members: ['Event', 'winlog', 'EventID', 'EventId', 'win', 'document', 'data'], holds: ['<Event', 'LogName='] },

  recognise({ json, text: raw }) {
    if (json === undefined) return /^\s*(?:<\?xml[^>]*>\s*)?<Events?[\s>]/.test(raw.slice(0, 512)) || isRendered(raw) ? 0.95 : 0;
    if (isObject(json.Event) && isObject(json.Event.System)) return 1;
    if (isObject(json.winlog) && json.winlog.event_id !== undefined) return 1;
    if (isObject(json.win) && isObject(json.win.system) && json.win.system.eventID !== undefined) return 1;
    if (isEvtxECmd(json) || isHayabusa(json) || chainsawEvent(json) !== undefined) return 1;
    const hasId = typeof json.EventID === 'number' || typeof json.EventID === 'string';
    if (!hasId || typeof json.Channel !== 'string') return 0;
    return providerOf(json) !== null || computerOf(json) !== null ? 1 : 0.8;
  },

  decode(document) {
    const { json } = document;
    if (json === undefined) return isRendered(document.text) ? [rendered(document)] : xml(document);
    if (isObject(json.Event)) return [eventOf(document, ...flattened(document, ({ Event }) => flattenEvent(objectOf(Event))))];
    if (isObject(json.winlog)) return [eventOf(document, ...flattened(document, flattenBeat))];
    if (isObject(json.win)) return [rewritten(document, flattenWazuh)];
    if (isHayabusa(json)) return [hayabusa(document, exactJson(document))];
    if (isEvtxECmd(json)) return [rewritten(document, flattenEvtxECmd)];
    if (chainsawEvent(json) !== undefined) return [eventOf(document, ...flattened(document, flattenChainsaw))];
    return [eventOf(document, exactJson(document), document.bytes)];
  },
};
export default decoder;

const isEvtxECmd = (json: JsonObject): boolean => json.EventId !== undefined && typeof json.Channel === 'string' && json.Payload !== undefined;

/** Escapes or texts of the tool are read, so the record as it came stays beside. */
function rewritten(document: RawDocument, flatten: (json: JsonObject) => Flat): Draft {
  const flat = flatten(exactJson(document));
  return eventOf(document, flat, Buffer.from(JSON.stringify({ ...flat, raw: document.text })));
}
function rendered(document: RawDocument): Draft {
  const flat = readRendered(document.text);
  return eventOf(document, flat, Buffer.from(JSON.stringify({ ...flat, raw: document.raw })));
}

function flattened(document: RawDocument, flatten: (document: JsonObject) => Flat): [Flat, Uint8Array] {
  const flat = flatten(exactJson(document));
  return [flat, Buffer.from(JSON.stringify(flat))];
}

function xml(document: RawDocument): readonly Draft[] | string {
  const events = xmlEvents(document.text);
  return typeof events === 'string'
    ? events
    : events.map(({ event, raw }) => {
        const flat = flattenEvent(event);
        const isWhole = events.length === 1 && document.syslog !== undefined; // the header belongs to it
        return eventOf(document, flat, Buffer.from(JSON.stringify({ ...flat, raw: isWhole ? document.raw : raw })));
      });
}

// Agents that write flat documents have names of their own for what System holds.
const providerOf = (f: JsonObject): string | null => text(f.Provider_Name) ?? text(f.SourceName) ?? text(f.ProviderName);
const computerOf = (f: JsonObject): string | null => text(f.Computer) ?? text(f.Hostname) ?? text(f.ComputerName);
const recordIdOf = (f: JsonObject): string | null => text(f.EventRecordID) ?? text(f.RecordNumber);

function eventOf(document: RawDocument, f: JsonObject, native: Uint8Array): Draft {
  const channel = text(f.Channel) ?? '';
  const code = text(f.EventID);
  const place = placeOf(channel, code ?? '');
  const event = draft(place.dataset, place.product, native);
  const computer = computerOf(f);
  event.logsource = place.logsource;
  event.code = code;
  event.provider = providerOf(f);
  event.host = host(computer, place.product);
  time(event, f, document);
  level(event, f.Level ?? f.Severity);

  switch (place.service) {
    case 'sysmon':
      sysmon(event, f);
      break;
    case 'security':
      security(event, f);
      break;
    case 'powershell':
    case 'powershell-classic':
      powershell(event, f);
      break;
    case 'system':
      system(event, f);
      break;
    case 'windefend':
      defender(event, f);
      break;
    default:
      other(event, f);
  }
  // Record numbers begin again when a log is cleared: the time tells the new ones from the old.
  const recordId = recordIdOf(f);
  if (computer !== null && recordId !== null && channel !== '' && !Number.isNaN(event.time)) event.id = `${computer}|${channel}|${recordId}|${event.time}`;
  return event;
}

/** System's time is UTC by definition and the finest; agents that drop it leave local time, and Sysmon's own UtcTime helps. */
function time(event: Draft, f: JsonObject, document: RawDocument): void {
  const { zone } = document;
  const created = f.TimeCreated ?? f.SystemTime;
  const written = typeof created === 'string' ? readIso(created) : undefined;
  if (written?.hasZone) stamp(event, written, zone);
  else if (typeof f.UtcTime === 'string') {
    const utc = readIso(f.UtcTime);
    stamp(event, { ...utc, hasZone: true }, zone);
  }
  if (Number.isNaN(event.time)) local(event, f, written, document);
  if (Number.isNaN(event.time) && typeof f['@timestamp'] === 'string') stamp(event, readIso(f['@timestamp']), zone);
  const received = f['@timestamp'] ?? objectOf(objectOf(f.beat).event).created;
  const observed = typeof received === 'string' && (f.EventReceivedTime !== undefined || f.beat !== undefined) ? readIso(received) : undefined;
  if (observed?.hasZone && observed.micros >= 0) event.observedAt = observed.micros;
}

function local(event: Draft, f: JsonObject, created: ReturnType<typeof readIso> | undefined, { appendedAt, zone }: RawDocument): void {
  const stated = f.EventTime ?? f.TimeGenerated;
  if (typeof stated === 'number') {
    stampMicros(event, epochMicros(stated));
    return;
  }
  const found = typeof stated === 'string' ? readTime(stated, appendedAt) : created;
  if (found === undefined) return;
  const offset = found.hasZone || zone !== undefined ? undefined : agentOffset(f);
  stamp(event, offset === undefined ? found : { ...found, micros: found.micros - offset, hasZone: true }, zone);
}

const QUARTER = 15 * 60 * 1_000_000;
/** An agent that wrote the same moment once in local time and once in UTC tells its offset. */
function agentOffset(f: JsonObject): number | undefined {
  if (typeof f.EventReceivedTime !== 'string' || typeof f['@timestamp'] !== 'string') return undefined;
  const here = readIso(f.EventReceivedTime);
  const utc = readIso(f['@timestamp']);
  if (here.hasZone || !utc.hasZone) return undefined;
  const difference = here.micros - utc.micros;
  const offset = Math.round(difference / QUARTER) * QUARTER;
  return Math.abs(difference - offset) < QUARTER / 3 && Math.abs(offset) <= 56 * QUARTER ? offset : undefined;
}

const LEVELS: ReadonlyMap<string, readonly [name: string, severity: number]> = new Map([
  ['0', ['information', 10]],
  ['1', ['critical', 90]],
  ['2', ['error', 60]],
  ['3', ['warning', 40]],
  ['4', ['information', 10]],
  ['5', ['verbose', 5]],
  ['critical', ['critical', 90]],
  ['error', ['error', 60]],
  ['warning', ['warning', 40]],
  ['information', ['information', 10]],
  ['info', ['information', 10]],
  ['logalways', ['information', 10]],
  ['verbose', ['verbose', 5]],
  ['debug', ['verbose', 5]],
]);
function level(event: Draft, value: unknown): void {
  const known = LEVELS.get((text(value) ?? '').toLowerCase());
  if (known === undefined) return;
  event.severity = known[1];
  setEcs(event, 'log.level', known[0]);
}
