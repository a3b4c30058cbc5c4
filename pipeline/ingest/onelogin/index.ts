// OneLogin events: https://developers.onelogin.com/api-docs/1/events/event-types
import type { Draft } from '../kit.ts';
import { jsonLogs, mapping, table, via } from '../kit.ts';

interface Kind {
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly category: readonly string[];
  readonly type: readonly string[];
}
const kind = (action: string, category: string, type: readonly string[], outcome: Kind['outcome'] = 'success'): Kind => ({
  action,
  outcome,
  category: [category],
  type,
});
/** Types that are seen most. Others keep their number as code and are of no category. */
const KINDS = table<Kind>({
  '3': kind('user-assumed', 'iam', ['user', 'info']),
  '5': kind('login', 'authentication', ['start']),
  '6': kind('login', 'authentication', ['start'], 'failure'),
  '7': kind('logout', 'authentication', ['end']),
  '8': kind('app-login', 'authentication', ['start']),
  '11': kind('password-changed', 'iam', ['user', 'change']),
  '13': kind('user-created', 'iam', ['user', 'creation']),
  '14': kind('user-updated', 'iam', ['user', 'change']),
  '17': kind('user-deleted', 'iam', ['user', 'deletion']),
  '19': kind('user-locked', 'iam', ['user', 'change']),
});

const set = mapping({
  '@timestamp': ['event_timestamp', 'created_at'],
  'event.code': 'event_type_id',
  'event.provider': 'actor_system',
  'event.reason': ['error_description', 'risk_reasons', 'resolution'],
  message: ['custom_message', 'notes'],
  'user.name': ['actor_user_name', 'user_name'],
  'user.id': ['actor_user_id', 'user_id'],
  'user.target.name': 'user_name',
  'user.target.id': 'user_id',
  'source.ip': 'ipaddr',
  'user_agent.original': 'user_agent',
  'service.name': 'app_name',
  'event.risk_score': 'risk_score',
  'user.roles': via('role_name', (name) => [String(name)]),
});

function mean(event: Draft): void {
  const known = KINDS.get(event.code ?? '');
  event.action = known?.action ?? `event-type-${event.code}`;
  event.outcome = known?.outcome ?? null;
  event.category = known?.category ?? [];
  event.type = known?.type ?? [];
  if (event.targetUser?.name === event.user?.name && event.targetUser?.id === event.user?.id) event.targetUser = null;
}

export default jsonLogs({
  name: 'onelogin',
  version: 1,
  reads: 'OneLogin events: streams, answers of the interface',
  recognisedBy: 'event_type_id with actor_user_name, user_name or account_id',
  arrays: ['data'],
  logs: [
    {
      dataset: 'onelogin.events',
      product: 'onelogin',
      service: 'onelogin.events',
      has: ['event_type_id'],
      when: ({ actor_user_name: actor, user_name: name, account_id: id }) => actor !== undefined || name !== undefined || id !== undefined,
      exportedAs: 'OneLogin.Events',
      id: 'uuid',
      set,
      mean,
    },
  ],
});
