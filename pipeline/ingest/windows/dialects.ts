// Tools that have a layout of their own for the same event: flattened as flatten.ts does.
import type { JsonObject } from '../kit.ts';
import { isObject, objectOf } from '../kit.ts';
import type { Flat } from './flatten.ts';
import { flattenEvent } from './flatten.ts';

const capital = (name: string): string => (name === '' ? name : name[0]!.toUpperCase() + name.slice(1));
/** Wazuh escapes backslashes a second time: where all of them come in pairs, each pair is one. */
function unescaped(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('\\\\')) return value;
  return /(?<!\\)(?:\\\\)*\\(?!\\)/.test(value) ? value : value.replaceAll('\\\\', '\\');
}

const WAZUH_SYSTEM: ReadonlyMap<string, string> = new Map([
  ['providerName', 'Provider_Name'],
  ['providerGuid', 'Provider_Guid'],
  ['systemTime', 'TimeCreated'],
  ['processID', 'Execution_ProcessID'],
  ['threadID', 'Execution_ThreadID'],
]);
/** `{"win": {"system": {..}, "eventdata": {..}}}` of Wazuh: names begin with a small letter; UserData has a name of its own. */
export function flattenWazuh(document: JsonObject): Flat {
  const { system, ...data } = objectOf(document.win);
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(objectOf(system))) flat.set(WAZUH_SYSTEM.get(name) ?? capital(name), value);
  for (const [name, part] of Object.entries(data)) {
    if (!isObject(part)) flat.set(capital(name), part);
    else
      for (const [inner, value] of Object.entries(part)) {
        const field = capital(inner);
        if (flat.has(field)) flat.set(`System_${field}`, flat.get(field));
        flat.set(field, unescaped(value));
      }
  }
  const { win: _win, ...beside } = document;
  if (Object.keys(beside).length > 0) flat.set('wazuh', beside);
  return Object.fromEntries(flat);
}

const EVTXECMD: ReadonlyMap<string, string> = new Map([
  ['EventId', 'EventID'],
  ['Provider', 'Provider_Name'],
  ['ProcessId', 'Execution_ProcessID'],
  ['ThreadId', 'Execution_ThreadID'],
  ['EventRecordId', 'EventRecordID'],
  ['UserId', 'Security_UserID'],
  ['RecordNumber', 'FileRecordNumber'],
]);
/** EvtxECmd: fields of System beside each other, EventData or UserData as JSON text in `Payload`. */
export function flattenEvtxECmd(document: JsonObject): Flat {
  const { Payload: payload, ...system } = document;
  let data: unknown;
  try {
    data = typeof payload === 'string' ? (JSON.parse(payload) as unknown) : payload;
  } catch {
    data = undefined;
  }
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(system)) flat.set(EVTXECMD.get(name) ?? name, value);
  if (!isObject(data)) flat.set('Payload', payload);
  else
    for (const [name, value] of Object.entries(flattenEvent(data))) {
      if (flat.has(name)) flat.set(`System_${name}`, flat.get(name));
      flat.set(name, value);
    }
  return Object.fromEntries(flat);
}

/** Chainsaw keeps the event of an evtx file below `document.data`, or `data`. */
export function chainsawEvent(document: JsonObject): JsonObject | undefined {
  for (const part of [objectOf(objectOf(document.document).data), objectOf(document.data)])
    if (isObject(part.Event) && isObject(part.Event.System)) return part.Event;
  return undefined;
}
/** What it found, beside the event. */
export function flattenChainsaw(document: JsonObject): Flat {
  const { document: inner, data: _data, ...found } = document;
  const { data: _event, ...about } = objectOf(inner);
  return { ...flattenEvent(chainsawEvent(document)!), chainsaw: { ...found, document: about } };
}
