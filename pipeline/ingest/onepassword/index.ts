// 1Password Events interface: item usages, sign-in attempts, audit events, https://developer.1password.com/docs/events-api/reference/
import type { Draft, JsonObject } from '../kit.ts';
import { actionMeaning, always, isObject, jsonLogs, mapping, text, via } from '../kit.ts';

const CLIENT = {
  'source.ip': ['client.ip_address', 'session.ip'],
  'host.os.full': 'client.os_name',
  'host.os.version': 'client.os_version',
  'user_agent.name': 'client.app_name',
  'user_agent.version': 'client.app_version',
} as const;
const ANY = {
  '@timestamp': 'timestamp',
  'event.action': 'action',
  'user.id': ['user.uuid', 'target_user.uuid', 'actor_uuid'],
  'user.email': ['user.email', 'target_user.email', 'actor_details.email'],
  'user.full_name': ['user.name', 'target_user.name', 'actor_details.name'],
  ...CLIENT,
} as const;
const set = mapping(ANY);
const setSignIn = mapping({
  ...ANY,
  'event.action': always('sign-in'),
  'event.reason': 'type',
  'event.outcome': via('category', (category) => (String(category) === 'success' || String(category) === 'firewall_reported_success' ? 'success' : 'failure')),
  'source.geo.country_iso_code': 'country',
});

function signIn(event: Draft): void {
  event.category = ['authentication'];
  event.type = ['start'];
}

function usage(event: Draft): void {
  event.action ??= 'item-usage';
  event.category = ['file'];
  event.type = ['access'];
}

function audit(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? '', text(json.object_type) ?? '');
  event.category = category;
  event.type = type;
}

const PRODUCT = { product: 'onepassword', id: 'uuid', set } as const;
export default jsonLogs({
  name: 'onepassword',
  version: 1,
  reads: '1Password: item usages, sign-in attempts, audit events, also as answers of the interface',
  recognisedBy: 'uuid and timestamp with item_uuid and vault_uuid, target_user and session_uuid, or actor_uuid and object_type',
  arrays: ['items'],
  logs: [
    {
      ...PRODUCT,
      dataset: 'onepassword.item_usage',
      service: 'itemusage',
      has: ['item_uuid', 'vault_uuid', 'uuid', 'timestamp'],
      exportedAs: 'OnePassword.ItemUsage',
      mean: usage,
    },
    {
      ...PRODUCT,
      dataset: 'onepassword.sign_in',
      service: 'signinattempt',
      has: ['target_user', 'uuid', 'timestamp', 'category'],
      when: ({ target_user: target }) => isObject(target),
      exportedAs: 'OnePassword.SignInAttempt',
      set: setSignIn,
      mean: signIn,
    },
    { ...PRODUCT, dataset: 'onepassword.audit', service: 'audit', has: ['actor_uuid', 'object_type', 'uuid', 'timestamp', 'action'], mean: audit },
  ],
});
