// Google Workspace activity reports: https://developers.google.com/admin-sdk/reports/reference/rest/v1/activities
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import {
  byWhom,
  actionMeaning,
  CERTAIN,
  draft,
  elementRanges,
  GROWS,
  growsTooMuch,
  isObject,
  LIKELY,
  mapping,
  memberRange,
  objectOf,
  readTime,
  stamp,
  table,
  text,
  unparsed,
  user,
} from '../kit.ts';

const decoder: Decoder = {
  name: 'google-workspace',
  version: 1,
  reads: 'Google Workspace activity reports: one event for each of `events`, answers of the interface (`items`)',
  recognisedBy: 'kind admin#reports#activity, or id.applicationName with events or a name',
  datasets: ['google_workspace.*'],
  clues: { members: ['kind', 'id', 'items', 'p_log_type'] },
  recognise({ json }) {
    if (json === undefined) return 0;
    return confidenceOf(json) || (Array.isArray(json.items) && isObject(json.items[0]) ? confidenceOf(json.items[0]) : 0);
  },
  decode(document) {
    const { json, text: raw } = document;
    if (json === undefined) return 'not a JSON object';
    if (growsTooMuch(sharedChars(json, raw))) return GROWS;
    if (confidenceOf(json) > 0) return activity(document, json, raw, document.bytes);
    if (!Array.isArray(json.items)) return 'no activity';
    const ranges = elementRanges(raw, memberRange(raw, 'items')!.from);
    const shared = json.items.reduce((sum: number, item: unknown, index) => {
      const { from, to } = ranges[index]!;
      return sum + (isObject(item) ? sharedChars(item, raw.slice(from, to)) : 0);
    }, 0);
    if (growsTooMuch(shared)) return GROWS;
    return json.items.flatMap((item: unknown, index) => {
      const part = raw.slice(ranges[index]!.from, ranges[index]!.to);
      return isObject(item) && confidenceOf(item) > 0 ? activity(document, item, part, Buffer.from(part)) : [unparsed(part, 'an element that is no activity')];
    });
  },
};
export default decoder;

function confidenceOf(json: JsonObject): number {
  if (json.kind === 'admin#reports#activity') return CERTAIN;
  if (json.p_log_type === 'GSuite.ActivityEvent' || json.p_log_type === 'GSuite.Reports') return CERTAIN;
  const id = objectOf(json.id);
  if (typeof id.applicationName !== 'string') return 0;
  return Array.isArray(json.events) || (typeof json.name === 'string' && (json.type !== undefined || json.actor !== undefined)) ? LIKELY : 0;
}

const set = mapping({
  'user.email': ['actor.email', 'actor.key'],
  'user.name': 'actor.email',
  'user.id': 'actor.profileId',
  'source.ip': 'ipAddress',
  'event.provider': 'id.applicationName',
});

/** What stands beside the events of an activity, as often as they are. */
function sharedChars({ events }: JsonObject, raw: string): number {
  const range = Array.isArray(events) && events.length > 1 ? memberRange(raw, 'events') : undefined;
  return range === undefined ? 0 : (events as readonly unknown[]).length * (raw.length - (range.to - range.from));
}

/** Of several events of one activity each native document has one; what they share is in all of them. */
function activity(document: RawDocument, json: JsonObject, raw: string, bytes: Uint8Array): readonly Draft[] {
  if (!Array.isArray(json.events) || json.events.length === 0) return [eventOf(document, json, json, bytes, 0)];
  if (json.events.length === 1) return [eventOf(document, json, objectOf(json.events[0]), bytes, 0)];
  const range = memberRange(raw, 'events')!;
  const parts = elementRanges(raw, range.from);
  return json.events.map((one: unknown, index) => {
    const native = `${raw.slice(0, range.from)}[${raw.slice(parts[index]!.from, parts[index]!.to)}]${raw.slice(range.to)}`;
    return eventOf(document, json, objectOf(one), Buffer.from(native), index);
  });
}

const LOGINS = table({
  login_success: { type: 'start', outcome: 'success' },
  login_failure: { type: 'start', outcome: 'failure' },
  login_challenge: { type: 'info', outcome: 'unknown' },
  login_verification: { type: 'info', outcome: 'unknown' },
  logout: { type: 'end', outcome: 'success' },
  risky_sensitive_action_allowed: { type: 'info', outcome: 'success' },
  risky_sensitive_action_blocked: { type: 'info', outcome: 'failure' },
  suspicious_login: { type: 'start', outcome: 'unknown' },
  suspicious_login_less_secure_app: { type: 'start', outcome: 'unknown' },
  suspicious_programmatic_login: { type: 'start', outcome: 'unknown' },
});
/** Who an event is about, by the parameter that says so. */
const TARGETS = ['USER_EMAIL', 'affected_email_address', 'target_user', 'user_email'];

function eventOf(document: RawDocument, json: JsonObject, one: JsonObject, native: Uint8Array, index: number): Draft {
  const id = objectOf(json.id);
  const application = text(id.applicationName)?.toLowerCase() ?? 'activity';
  const name = text(one.name)?.trim() ?? null;
  const kind = text(one.type);
  const event = draft(`google_workspace.${/^[a-z_]{1,40}$/.test(application) ? application : 'activity'}`, 'gcp', native);
  event.logsource = { category: [], service: [`google_workspace.${application}`] };
  set(event, json, document);
  const unique = text(id.uniqueQualifier);
  const time = text(id.time);
  if (unique !== null && time !== null) event.id = `${time}/${unique}/${index}`; // the qualifier alone is unique for one time only
  stamp(event, readTime(id.time ?? json.p_event_time, document.appendedAt), document.zone);
  event.action = name;
  event.code = kind;
  const login = LOGINS.get(name ?? '');
  if (application === 'login' && login !== undefined) {
    event.category = ['authentication'];
    event.type = [login.type];
    event.outcome = login.outcome === 'unknown' ? 'unknown' : login.outcome === 'failure' ? 'failure' : 'success';
  } else {
    const { category, type } = actionMeaning(name ?? kind ?? '', application === 'drive' || application === 'gmail' ? 'file' : (kind ?? ''));
    event.category = category;
    event.type = type;
  }
  const target = TARGETS.map((parameter) => parameterOf(one.parameters, parameter)).find((value) => value !== null) ?? null;
  if (target !== null && target !== event.user?.name) event.targetUser = user(target, null, null, target.includes('@') ? target : null);
  event.message = `${name ?? kind ?? 'activity'}${target === null ? '' : ` of ${target}`}${byWhom(event)}`;
  return event;
}

/** Parameters are a list of names and values, or an object where an export made one of them. */
function parameterOf(parameters: unknown, name: string): string | null {
  if (isObject(parameters)) return Object.hasOwn(parameters, name) ? text(parameters[name]) : null;
  if (!Array.isArray(parameters)) return null;
  const found: unknown = parameters.find((one: unknown) => isObject(one) && one.name === name);
  return isObject(found) ? text(found.value) : null;
}
