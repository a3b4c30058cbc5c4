// AWS CloudWatch Logs subscriptions, as Kinesis and Firehose carry them (unzipped): https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
// A batch whose messages are CloudTrail events is that format's.
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { always, CERTAIN, draft, elementRanges, GROWS, growsTooMuch, isObject, mapping, memberRange, messageText, objectOf, text } from '../kit.ts';

const set = mapping({ '@timestamp': 'timestamp', message: 'message', 'cloud.provider': always('aws'), 'cloud.service.name': always('cloudwatch') });
const setBatch = mapping({ 'cloud.account.id': 'owner', 'event.provider': 'logGroup', 'log.logger': 'logStream' });

/** CloudTrail writes this at the beginning of each of its events. */
const isCloudTrail = (event: unknown): boolean => /^\s*\{\s*"eventVersion"/.test(String(objectOf(event).message).slice(0, 100));
const isBatch = (json: JsonObject): boolean => typeof json.logGroup === 'string' && Array.isArray(json.logEvents) && json.messageType !== undefined;

const decoder: Decoder = {
  name: 'aws-cloudwatch',
  version: 1,
  reads: 'AWS CloudWatch Logs subscriptions: one event for each of `logEvents`',
  recognisedBy: 'messageType, logGroup and logEvents',
  datasets: ['aws.cloudwatch_logs'],
  clues: { members: ['logEvents'] },
  recognise: ({ json }) =>
    json !== undefined && isBatch(json) && !(Array.isArray(json.logEvents) && json.logEvents.length > 0 && isCloudTrail(json.logEvents[0])) ? CERTAIN : 0,
  decode(document) {
    const { json, text: raw } = document;
    if (json === undefined || !isBatch(json)) return 'no batch of a subscription';
    const events = json.logEvents as readonly unknown[];
    const { from, to } = memberRange(raw, 'logEvents')!;
    if (events.length === 0) return [control(document, json)];
    if (growsTooMuch(events.length * (raw.length - (to - from)))) return GROWS;
    return elementRanges(raw, from).map((range, index) => {
      // What stands beside the events is in the native document of each.
      const native = events.length === 1 ? document.bytes : Buffer.from(`${raw.slice(0, from)}[${raw.slice(range.from, range.to)}]${raw.slice(to)}`);
      return eventOf(document, json, events[index], native);
    });
  },
};
export default decoder;

/** CONTROL_MESSAGE: the subscription tries whether somebody listens. */
function control(document: RawDocument, json: JsonObject): Draft {
  const event = draft('aws.cloudwatch_logs', 'aws', document.bytes);
  event.kind = 'state';
  event.action = text(json.messageType)?.toLowerCase() ?? null;
  setBatch(event, json, document);
  event.message = `${event.action ?? 'empty batch'} of ${text(json.logGroup) ?? 'a log group'}`;
  return event;
}

function eventOf(document: RawDocument, json: JsonObject, one: unknown, native: Uint8Array): Draft {
  const event = draft('aws.cloudwatch_logs', 'aws', native);
  const fields = isObject(one) ? one : { message: text(one) };
  event.id = text(fields.id) ?? '';
  setBatch(event, json, document);
  set(event, fields, document);
  if (event.message !== null) event.message = messageText(event.message);
  return event;
}
