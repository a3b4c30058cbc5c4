// Cisco Duo: administrator, authentication and activity logs of the Admin interface, https://duo.com/docs/adminapi#logs
import type { Draft, JsonObject } from '../kit.ts';
import { byWhom, actionMeaning, always, isObject, jsonLogs, LIKELY, mapping, setField, table, text, user, via } from '../kit.ts';

const OUTCOMES = table({ success: 'success', denied: 'failure', failure: 'failure', fraud: 'failure', error: 'failure' });
const outcome = (value: unknown): string => OUTCOMES.get(String(value).toLowerCase()) ?? 'unknown';

const setAdministrator = mapping({
  '@timestamp': ['isotimestamp', 'timestamp'],
  'event.action': 'action',
  'event.provider': always('duo'),
  'event.outcome': via('action', (action) => (String(action).endsWith('_error') || String(action).endsWith('_failed') ? 'failure' : 'success')),
  'user.name': 'username',
  'host.name': 'host',
});
const setAuthentication = mapping({
  '@timestamp': ['isotimestamp', 'timestamp'],
  'event.action': ['event_type', 'eventtype'],
  'event.outcome': via('result', outcome),
  'event.reason': 'reason',
  'event.provider': ['application.name', 'integration'],
  'user.name': ['user.name', 'username'],
  'user.id': 'user.key',
  'user.email': ['email', 'alias'],
  'user.group.name': 'user.groups.0',
  'source.ip': ['access_device.ip', 'ip'],
  'source.domain': 'access_device.hostname',
  'host.name': 'access_device.hostname',
  'host.os.full': 'access_device.os',
  'host.os.version': 'access_device.os_version',
  'service.name': ['application.name', 'integration'],
});
const setActivity = mapping({
  '@timestamp': 'ts',
  'event.action': 'action.name',
  'event.provider': always('duo'),
  'event.outcome': via('outcome.result', outcome),
  'user.name': 'actor.name',
  'user.id': 'actor.key',
  'source.ip': 'access_device.ip.address',
  'service.name': 'application.name',
});

/** What was done is told in a JSON text: the address of a login, why it failed. */
function administrator(event: Draft, json: JsonObject): void {
  const description = described(json.description);
  const isLogin = /^(?:admin|sso)_login|^admin_(?:login|factor)|_login_error$/.test(event.action ?? '');
  const { category, type } = isLogin ? { category: ['authentication'], type: ['start'] } : actionMeaning(event.action ?? '');
  event.category = category;
  event.type = type;
  const ip = text(description.ip_address);
  setField(event, 'source.ip', ip);
  const email = text(description.email);
  if (email !== null) event.targetUser = user(text(description.name) ?? email, null, null, email.includes('@') ? email : null);
}

function described(value: unknown): JsonObject {
  if (typeof value !== 'string' || !value.startsWith('{') || value.length > 65_536) return {};
  try {
    const read: unknown = JSON.parse(value);
    return isObject(read) ? read : {};
  } catch {
    return {};
  }
}

function authentication(event: Draft, { result, factor }: JsonObject): void {
  const isEnrolment = event.action === 'enrollment';
  event.action ??= 'authentication';
  event.category = isEnrolment ? ['iam'] : ['authentication'];
  event.type = isEnrolment ? ['user', 'creation'] : ['start'];
  const how = text(factor);
  event.message = `${event.action} ${text(result)?.toLowerCase() ?? ''}${byWhom(event)}${how === null ? '' : ` with ${how}`}`;
}

const DUO = { product: 'cisco', service: 'duo' } as const;
export default jsonLogs({
  name: 'duo',
  version: 1,
  reads: 'Cisco Duo: administrator, authentication and activity logs, also as answers of the interface',
  recognisedBy: 'action, username and isotimestamp; access_device, factor and result; activity_id',
  arrays: ['response.authlogs', 'response.items', 'response'],
  logs: [
    {
      ...DUO,
      dataset: 'duo.authentication',
      has: ['access_device', 'factor', 'result'],
      exportedAs: 'Duo.Authentication',
      id: 'txid',
      set: setAuthentication,
      mean: authentication,
    },
    { ...DUO, dataset: 'duo.activity', has: ['activity_id', 'actor', 'ts'], id: 'activity_id', set: setActivity },
    {
      ...DUO,
      dataset: 'duo.administrator',
      has: ['isotimestamp', 'action', 'username'],
      exportedAs: 'Duo.Administrator',
      set: setAdministrator,
      mean: administrator,
    },
    {
      ...DUO,
      dataset: 'duo.administrator',
      has: ['object', 'action', 'description', 'username', 'timestamp'],
      confidence: LIKELY,
      set: setAdministrator,
      mean: administrator,
    },
  ],
});
