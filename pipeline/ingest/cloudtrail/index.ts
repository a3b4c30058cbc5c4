// AWS CloudTrail: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import {
  canonicalIp,
  draft,
  elementRanges,
  endpoint,
  GROWS,
  growsTooMuch,
  isObject,
  memberRange,
  objectOf,
  readIso,
  setEcs,
  stamp,
  text,
  user,
} from '../kit.ts';
import { actionOf, identityOf } from './meaning.ts';

const LOGSOURCE: Draft['logsource'] = { category: [], service: ['cloudtrail'] };
interface ApiCall extends JsonObject {
  readonly eventName: string;
}
interface Lookup extends JsonObject {
  readonly CloudTrailEvent: string;
}
/** Selections and exports leave fields out: a service of AWS is told by its name, too. */
const isRecord = (value: unknown): value is ApiCall => {
  if (!isObject(value) || typeof value.eventName !== 'string' || value.acsRegion !== undefined) return false;
  const { eventSource: source } = value;
  if (source === undefined) return typeof value.awsRegion === 'string' && isObject(value.userIdentity);
  if (typeof source !== 'string' || source.endsWith('.aliyuncs.com')) return false; // another cloud took over the names
  return value.eventTime !== undefined || value.eventVersion !== undefined || source.endsWith('.amazonaws.com');
};
/** Insights tell of unusual rates of calls: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html */
interface Insight extends JsonObject {
  readonly insightDetails: JsonObject;
}
const isInsight = (value: unknown): value is Insight =>
  isObject(value) && isObject(value.insightDetails) && (value.eventType === 'AwsCloudTrailInsight' || value.eventCategory === 'Insight');
/** What a trail writes beside its files, so that it can be proved that none is missing. */
const isDigest = (value: JsonObject): boolean => value.digestS3Object !== undefined && value.digestEndTime !== undefined;
const isLookup = (value: unknown): value is Lookup => isObject(value) && typeof value.CloudTrailEvent === 'string';

const decoder: Decoder = {
  name: 'cloudtrail',
  version: 2,
  reads: 'AWS CloudTrail: single events, files of Records, LookupEvents answers, EventBridge, CloudWatch Logs; Insights and digests',
  recognisedBy: 'eventSource, eventName and eventVersion, eventTime or a source of amazonaws.com; insightDetails; digestS3Object',
  datasets: ['aws.cloudtrail', 'aws.cloudtrail_insight', 'aws.cloudtrail_digest'],
  clues: { members: ['eventName', 'CloudTrailEvent', 'Records', 'Events', 'detail', 'insightDetails', 'digestS3Object', 'logEvents'] },

  recognise({ json }) {
    if (json === undefined) return 0;
    if (isRecord(json)) return json.eventVersion !== undefined ? 1 : 0.95;
    if (isLookup(json) || isInsight(json) || isDigest(json)) return 1;
    if (Array.isArray(json.Records)) return isRecord(json.Records[0]) || isInsight(json.Records[0]) ? 1 : 0;
    if (Array.isArray(json.logEvents)) return recordsOf(json.logEvents) === undefined ? 0 : 1;
    if (Array.isArray(json.Events)) return isLookup(json.Events[0]) ? 1 : 0;
    return json.source !== undefined && isRecord(json.detail) ? 0.95 : 0; // EventBridge
  },

  decode(document) {
    const { json, text: raw } = document;
    if (json === undefined) return 'not a JSON object';
    if (isRecord(json)) return [eventOf(document, json, document.bytes)];
    if (isLookup(json)) return [lookup(document, json)];
    if (isInsight(json)) return [insight(document, json, document.bytes)];
    if (isDigest(json)) return [digest(document, json)];
    if (Array.isArray(json.Records))
      return (
        wrapped(raw, 'Records', json.Records, (value, bytes) =>
          isRecord(value) ? eventOf(document, value, bytes) : isInsight(value) ? insight(document, value, bytes) : undefined,
        ) ?? 'a record of the file is no CloudTrail event'
      );
    if (Array.isArray(json.Events))
      return (
        wrapped(raw, 'Events', json.Events, (value) => (isLookup(value) ? lookup(document, value) : undefined)) ??
        'an event of the answer is no CloudTrail event'
      );
    const subscribed = Array.isArray(json.logEvents) ? recordsOf(json.logEvents) : undefined;
    if (subscribed !== undefined && growsTooMuch(subscribed.length * batchChars(json))) return GROWS;
    if (subscribed !== undefined) return subscribed.map((one) => eventOf(document, one.record, subscribedNative(json, one)));
    if (!isRecord(json.detail)) return 'no CloudTrail event';
    const { from, to } = memberRange(raw, 'detail')!;
    return [eventOf(document, json.detail, Buffer.from(raw.slice(from, to)))];
  },
};
export default decoder;

interface Subscribed {
  readonly record: ApiCall;
  readonly written: string;
  /** What the batch says of this event. */
  readonly beside: JsonObject;
}
/** The events of a batch of CloudWatch Logs, each of them text; undefined unless all are CloudTrail's. */
function recordsOf(logEvents: readonly unknown[]): readonly Subscribed[] | undefined {
  const found: Subscribed[] = [];
  for (const one of logEvents) {
    const written = isObject(one) ? text(one.message) : null;
    if (written === null || !/^\s*\{\s*"eventVersion"/.test(written.slice(0, 100))) return undefined;
    const record = parsed(written);
    if (!isRecord(record)) return undefined;
    const { message: _message, ...beside } = objectOf(one);
    found.push({ record, written, beside });
  }
  return found.length === 0 ? undefined : found;
}
/** The event as it was written; what the batch says of it is kept under `subscription`. */
function subscribedNative({ logEvents: _logEvents, ...batch }: JsonObject, { written, beside }: Subscribed): Uint8Array {
  return Buffer.from(`${written.slice(0, written.lastIndexOf('}'))},"subscription":${JSON.stringify({ ...batch, ...beside })}}`);
}
const batchChars = ({ logEvents: _logEvents, ...batch }: JsonObject): number => JSON.stringify(batch).length;
function parsed(written: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return undefined;
  }
}

function insight({ zone }: RawDocument, record: JsonObject, native: Uint8Array): Draft {
  const details = objectOf(record.insightDetails);
  const event = draft('aws.cloudtrail_insight', 'aws', native);
  event.id = text(record.eventID) ?? '';
  event.kind = 'alert';
  event.category = ['api'];
  event.type = [text(details.state) === 'End' ? 'end' : 'start'];
  event.action = text(details.eventName);
  event.code = text(details.insightType);
  event.provider = text(details.eventSource);
  stamp(event, readIso(text(record.eventTime) ?? ''), zone);
  event.cloud = { provider: 'aws', accountId: text(record.recipientAccountId), region: text(record.awsRegion), service: 'cloudtrail' };
  event.message = `${event.code ?? 'Insight'}: ${event.action ?? ''} on ${event.provider ?? ''} ${text(details.state)?.toLowerCase() ?? ''}`.trimEnd();
  return event;
}
function digest({ zone, bytes }: RawDocument, record: JsonObject): Draft {
  const event = draft('aws.cloudtrail_digest', 'aws', bytes);
  event.kind = 'state';
  event.action = 'digest';
  stamp(event, readIso(text(record.digestEndTime) ?? ''), zone);
  event.cloud = { provider: 'aws', accountId: text(record.awsAccountId), region: null, service: 'cloudtrail' };
  event.message = `Digest ${text(record.digestS3Object) ?? ''}`;
  return event;
}

/** Each element of a member, with its own bytes; undefined when one is something else. */
function wrapped(
  raw: string,
  member: string,
  values: readonly unknown[],
  make: (value: unknown, bytes: Uint8Array) => Draft | undefined,
): readonly Draft[] | undefined {
  const ranges = elementRanges(raw, memberRange(raw, member)!.from);
  const events = values.map((value, index) => make(value, Buffer.from(raw.slice(ranges[index]!.from, ranges[index]!.to))));
  return events.every((event) => event !== undefined) ? events : undefined;
}

/** LookupEvents holds the event as text; what it says beside it is kept under `lookup`. */
function lookup(document: RawDocument, { CloudTrailEvent: inner, ...beside }: Lookup): Draft {
  const record = parsed(inner);
  if (!isRecord(record))
    return eventOf(
      document,
      { eventSource: beside.EventSource, eventName: beside.EventName, eventTime: beside.EventTime, eventID: beside.EventId },
      Buffer.from(JSON.stringify({ CloudTrailEvent: inner, ...beside })),
    );
  const native = `${inner.slice(0, inner.lastIndexOf('}'))},"lookup":${JSON.stringify(beside)}}`;
  return eventOf(document, record, Buffer.from(native));
}

function eventOf({ zone }: RawDocument, record: JsonObject, native: Uint8Array): Draft {
  const event = draft('aws.cloudtrail', 'aws', native);
  const source = text(record.eventSource);
  const name = text(record.eventName);
  const { category, type } = actionOf(source ?? '', name ?? '');
  event.id = text(record.eventID) ?? '';
  event.logsource = LOGSOURCE;
  event.category = category;
  event.type = type;
  event.action = name;
  event.code = name;
  event.provider = source;
  stamp(event, readIso(text(record.eventTime) ?? text(record['@timestamp']) ?? ''), zone);
  outcome(event, record, name);

  const identity = objectOf(record.userIdentity);
  const request = objectOf(record.requestParameters);
  event.user = identityOf(identity);
  const target = text(request.userName);
  if (target !== null && target !== event.user?.name) event.targetUser = user(target);
  const address = text(record.sourceIPAddress);
  const ip = canonicalIp(address);
  event.source = endpoint(ip, null, ip === null ? address : null); // services act under their name
  event.cloud = {
    provider: 'aws',
    accountId: text(record.recipientAccountId) ?? text(identity.accountId),
    region: text(record.awsRegion),
    service: source?.endsWith('.amazonaws.com') ? source.slice(0, -'.amazonaws.com'.length) : source,
  };
  const agent = text(record.userAgent);
  if (agent !== null) event.http = { method: null, status: null, userAgent: agent, referrer: null };
  tls(event, objectOf(record.tlsDetails));
  event.message = `${name}${event.cloud.service === null ? '' : ` on ${event.cloud.service}`}${(event.user?.name ?? null) === null ? '' : ` by ${event.user!.name}`}${event.outcome === 'failure' ? ` failed${text(record.errorCode) === null ? '' : `: ${text(record.errorCode)}`}` : ''}`;
  return event;
}

function outcome(event: Draft, record: JsonObject, name: string | null): void {
  const code = text(record.errorCode);
  const message = text(record.errorMessage);
  const consoleLogin = name === 'ConsoleLogin' ? text(objectOf(record.responseElements).ConsoleLogin) : null;
  event.outcome = code !== null || message !== null || consoleLogin === 'Failure' ? 'failure' : 'success';
  setEcs(event, 'error.code', code);
  setEcs(event, 'error.message', message);
  if (code !== null && /AccessDenied|Unauthorized/.test(code) && event.category.includes('api')) event.type = [...event.type, 'denied'];
}

function tls(event: Draft, details: JsonObject): void {
  const version = text(details.tlsVersion);
  if (version === null) return;
  event.tls = {
    serverName: text(details.clientProvidedHostHeader),
    version: version.startsWith('TLSv') ? version.slice(4) : version,
    ja3: null,
    ja3s: null,
    ja4: null,
    subject: null,
    issuer: null,
  };
  setEcs(event, 'tls.cipher', text(details.cipherSuite));
}
