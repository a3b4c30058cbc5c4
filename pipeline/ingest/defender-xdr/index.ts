// Microsoft Defender XDR: tables of advanced hunting as the streaming API sends them to Event Hubs and storage.
// https://learn.microsoft.com/defender-xdr/streaming-api
import type { Decoder, Draft, FieldsOf, JsonObject, RawDocument } from '../kit.ts';
import { CERTAIN, communityId, draft, elementRanges, exactJson, isObject, memberRange, objectOf, setField, setUrl, table, text } from '../kit.ts';
import { setAlert, setDevice, setFile, setInitiator, setMail, setNetwork, setProcess, setRecord, setRegistry, techniques } from './fields.ts';
import { kindOfTable } from './tables.ts';

const PREFIX = 'AdvancedHunting-';
const SEVERITIES = table({ informational: 10, low: 25, medium: 50, high: 75 });

const isRecord = (value: unknown): boolean =>
  isObject(value) && typeof value.category === 'string' && value.category.startsWith(PREFIX) && isObject(value.properties);

const decoder: Decoder = {
  name: 'defender-xdr',
  version: 1,
  reads: 'Microsoft Defender XDR (Defender for Endpoint, Identity, Office 365, Cloud Apps): all tables of advanced hunting, single or in `records`',
  recognisedBy: '`category` that begins with AdvancedHunting-, with properties',
  datasets: ['defender-xdr.*'],
  clues: { members: ['properties', 'records'] },
  recognise: ({ json }) => (isRecord(json) || (Array.isArray(json?.records) && isRecord(json.records[0])) ? CERTAIN : 0),
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    if (isRecord(json)) return [eventOf(document, json, document.bytes)];
    if (!Array.isArray(json.records) || !isRecord(json.records[0])) return 'no table of advanced hunting';
    const ranges = elementRanges(document.text, memberRange(document.text, 'records')!.from);
    return (json.records as readonly unknown[]).map((record, index) => {
      const own = document.text.slice(ranges[index]!.from, ranges[index]!.to);
      return eventOf(document, objectOf(record), Buffer.from(isObject(record) ? own : `{"record":${own}}`));
    });
  },
};
export default decoder;

function eventOf(document: RawDocument, record: JsonObject, native: Uint8Array): Draft {
  const name = (text(record.category) ?? PREFIX).slice(PREFIX.length);
  const { dataset, category, type, object } = kindOfTable(name);
  const event = draft(dataset, 'defender-xdr', native);
  const fields = objectOf(record.properties);
  event.provider = name;
  event.category = category;
  event.type = type;
  setRecord(event, record, document);
  setDevice(event, fields, document);
  switch (object) {
    case 'process':
      setProcess(event, fields, document);
      break;
    case 'alert':
      setAlert(event, fields, document);
      alert(event, fields);
      break;
    case 'mail':
      setMail(event, fields, document);
      break;
    default:
      setInitiator(event, fields, document);
      if (object === 'file') setFile(event, fields, document);
      else if (object === 'registry') setRegistry(event, fields, document);
      else setNetwork(event, fields, document);
  }
  if (object !== 'alert') setUrl(event, text(fields.RemoteUrl) ?? text(fields.Url));
  byAction(event, fields, object);
  event.message = messageOf(event, name, fields);
  return event;
}

function alert(event: Draft, fields: FieldsOf): void {
  event.kind = 'alert';
  event.severity = SEVERITIES.get(text(fields.Severity)?.toLowerCase() ?? '') ?? null;
  setField(event, 'log.level', text(fields.Severity)?.toLowerCase());
  setField(event, 'threat.technique.id', techniques(fields.AttackTechniques));
}

/** Tables of files, registry and logons say in ActionType what happened. */
function byAction(event: Draft, fields: FieldsOf, object: string): void {
  const action = event.action ?? '';
  if (object === 'file' || object === 'registry') {
    if (/Created|Set$/.test(action)) event.type = [/ValueSet/.test(action) ? 'change' : 'creation'];
    else if (/Deleted/.test(action)) event.type = ['deletion'];
  } else if (object === 'logon') {
    if (event.source === null) [event.source, event.destination] = [event.destination, null]; // who logs on is the far side
    event.outcome = /Success/.test(action) ? 'success' : /Fail/.test(action) ? 'failure' : null;
    setField(event, 'error.message', text(fields.FailureReason));
  } else if (object === 'network') {
    if (/Inbound/.test(action)) [event.source, event.destination] = [event.destination, event.source];
    if (/Failed|Blocked/.test(action)) event.outcome = 'failure';
    const [transport, source, destination] = [event.network?.transport ?? null, event.source, event.destination];
    setField(
      event,
      'network.community_id',
      communityId(transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    );
  }
}

function messageOf(event: Draft, name: string, fields: FieldsOf): string {
  const title = text(fields.Title) ?? text(fields.Subject);
  if (title !== null) return title;
  const said =
    event.process?.commandLine ?? event.registry?.path ?? event.file?.path ?? event.url?.original ?? event.destination?.ip ?? event.user?.name ?? null;
  return `${event.action ?? name}${said === null ? '' : `: ${said.length > 480 ? `${said.slice(0, 479)}…` : said}`}`;
}
