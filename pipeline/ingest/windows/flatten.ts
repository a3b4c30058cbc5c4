// Nested Windows documents made flat, under the names that Sigma rules use: attributes of System joined by `_` (Provider_Name,
// Execution_ProcessID; TimeCreated alone keeps its name), EventData and UserData by their own names without blanks, unnamed values as `Data`.
import type { JsonObject } from '../kit.ts';
import { isObject, objectOf } from '../kit.ts';

export type Flat = Record<string, unknown>;

/** Input decides the names: `__proto__` must become a field, not the prototype. */
function put(flat: Flat, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(flat, name, { value, enumerable: true, writable: true, configurable: true });
  else flat[name] = value;
}

/** Attributes of an element: those below `#attributes` (evtx), those with an `@` (xml to JSON), or plain members. */
function eachAttribute(element: JsonObject, take: (name: string, value: unknown) => void): void {
  for (const name in element) {
    if (name === '#attributes') {
      const attributes = objectOf(element[name]);
      for (const attribute in attributes) take(attribute, attributes[attribute]);
    } else if (name !== '#text') take(name.charCodeAt(0) === 64 ? name.slice(1) : name, element[name]);
  }
}
const textOf = (element: JsonObject): unknown => element['#text'];

/**
 * `{"Event": {"System": .., "EventData": .., "UserData": .., "RenderingInfo": ..}}` and its dialects. Empty elements and name spaces say
 * nothing and are left out; all else is kept. Where EventData uses a name of System, rules mean EventData: the other becomes `System_<name>`.
 */
export function flattenEvent(event: JsonObject): Flat {
  const flat: Flat = {};
  system(flat, objectOf(event.System));
  data(flat, event.EventData);
  eachAttribute(objectOf(event.UserData), (name, value) => {
    if (isObject(value)) members(flat, value);
    else if (name !== 'xmlns') add(flat, name, value);
  });
  eachAttribute(objectOf(event.RenderingInfo), (name, value) => {
    if (name === 'Message') add(flat, name, value);
    else if (value !== null) add(flat, `RenderingInfo_${name}`, value);
  });
  return flat;
}

function system(flat: Flat, element: JsonObject): void {
  for (const name in element) {
    const value = element[name];
    if (value === null) continue;
    if (!isObject(value)) {
      put(flat, name, value);
      continue;
    }
    const base = name.endsWith('_attributes') ? name.slice(0, -'_attributes'.length) : name;
    const own = textOf(value);
    if (own !== undefined) put(flat, base, own);
    eachAttribute(value, (attribute, content) => {
      if (content !== null) put(flat, attribute === 'SystemTime' ? 'TimeCreated' : `${base}_${attribute}`, content);
    });
  }
}

/** `Data` may be a list of named or unnamed values, one of them, or absent with the names as members. */
function data(flat: Flat, element: unknown): void {
  if (isObject(element)) members(flat, element);
  else if (Array.isArray(element)) dataList(flat, element);
  else if (element !== undefined && element !== null && element !== '') add(flat, 'Data', element);
}

function members(flat: Flat, element: JsonObject): void {
  eachAttribute(element, (name, value) => {
    if (name === 'xmlns' || name.startsWith('xmlns:')) return;
    if (name === 'Data' && (Array.isArray(value) || isObject(value))) dataList(flat, Array.isArray(value) ? value : [value]);
    else add(flat, name, isObject(value) && textOf(value) !== undefined && Object.keys(value).length === 1 ? textOf(value) : value);
  });
}

function dataList(flat: Flat, values: readonly unknown[]): void {
  const unnamed: unknown[] = [];
  for (const value of values) {
    if (!isObject(value)) {
      unnamed.push(value);
      continue;
    }
    const attributes = objectOf(value['#attributes']);
    const name = attributes.Name ?? value['@Name'] ?? value.Name;
    const content = textOf(value);
    if (typeof name === 'string') add(flat, name, content ?? '');
    else if (Array.isArray(content)) unnamed.push(...(content as readonly unknown[]));
    else unnamed.push(content ?? value);
  }
  if (unnamed.length === 1) add(flat, 'Data', unnamed[0]);
  else if (unnamed.length > 1) add(flat, 'Data', unnamed);
}

function add(flat: Flat, written: string, value: unknown): void {
  const name = written.includes(' ') ? written.replaceAll(' ', '') : written;
  if (Object.hasOwn(flat, name)) put(flat, `System_${name}`, flat[name]);
  put(flat, name, value);
}

/** Winlogbeat and Elastic Agent: `{"winlog": {"channel", "event_id", "event_data": {..}}, ..}`. What has no name of its own stays below `beat`. */
export function flattenBeat(document: JsonObject): Flat {
  const {
    event_data,
    user_data,
    channel,
    computer_name,
    event_id,
    provider_name,
    provider_guid,
    record_id,
    keywords,
    opcode,
    task,
    version,
    activity_id,
    process,
    user,
    ...rest
  } = objectOf(document.winlog);
  const { winlog: _winlog, message, '@timestamp': timestamp, ...outer } = document;
  const flat: Flat = {};
  const set = (name: string, value: unknown) => {
    if (value !== undefined && value !== null) put(flat, name, value);
  };
  set('Provider_Name', provider_name);
  set('Provider_Guid', provider_guid);
  set('EventID', event_id);
  set('Version', version);
  set('Level', objectOf(document.log).level);
  set('Task', task);
  set('Opcode', opcode);
  set('Keywords', keywords);
  set('EventRecordID', record_id);
  set('Channel', channel);
  set('Computer', computer_name);
  set('TimeCreated', timestamp);
  set('Correlation_ActivityID', activity_id);
  set('Execution_ProcessID', objectOf(process).pid);
  set('Execution_ThreadID', objectOf(objectOf(process).thread).id);
  set('Security_UserID', objectOf(user).identifier);
  for (const [name, value] of Object.entries(objectOf(event_data))) add(flat, name, value);
  for (const [name, value] of Object.entries(objectOf(user_data))) if (name !== 'xml_name') add(flat, name, value);
  set('Message', message);
  put(flat, 'beat', { ...outer, winlog: rest, ...(isObject(user) ? { user } : {}) });
  return flat;
}
