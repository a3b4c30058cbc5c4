// Auth0 tenant logs, from log streams (`{log_id, data}`) and the Management interface (flat): https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
import type { Draft, JsonObject } from '../kit.ts';
import { actionMeaning, always, isObject, jsonLogs, mapping, objectOf, table, text } from '../kit.ts';

interface Code {
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly category?: readonly string[];
  readonly type?: readonly string[];
}
const login = (action: string, outcome: 'success' | 'failure'): Code => ({ action, outcome, category: ['authentication'], type: ['start'] });
const account = (action: string, outcome: 'success' | 'failure', deed: string): Code => ({ action, outcome, category: ['iam'], type: ['user', deed] });

/** The codes that are seen most; others keep their code and are classed by the description. */
const CODES = table<Code>({
  s: login('login', 'success'),
  ssa: login('silent-authentication', 'success'),
  f: login('login', 'failure'),
  fp: login('login-wrong-password', 'failure'),
  fu: login('login-unknown-user', 'failure'),
  fsa: login('silent-authentication', 'failure'),
  fc: login('login-by-connector', 'failure'),
  fco: login('login-origin-not-allowed', 'failure'),
  scoa: login('cross-origin-authentication', 'success'),
  fcoa: login('cross-origin-authentication', 'failure'),
  feacft: login('exchange-of-authorization-code', 'failure'),
  seacft: login('exchange-of-authorization-code', 'success'),
  seccft: login('exchange-of-client-credentials', 'success'),
  feccft: login('exchange-of-client-credentials', 'failure'),
  sertft: login('exchange-of-refresh-token', 'success'),
  fertft: login('exchange-of-refresh-token', 'failure'),
  sepft: login('exchange-of-password', 'success'),
  fepft: login('exchange-of-password', 'failure'),
  limit_wc: login('blocked-account', 'failure'),
  limit_mu: login('blocked-address', 'failure'),
  limit_sul: login('blocked-user', 'failure'),
  pwd_leak: login('login-with-leaked-password', 'failure'),
  signup_pwd_leak: account('signup-with-leaked-password', 'failure', 'creation'),
  gd_auth_succeed: login('second-factor', 'success'),
  gd_auth_failed: login('second-factor', 'failure'),
  gd_auth_rejected: login('second-factor-rejected', 'failure'),
  slo: { action: 'logout', outcome: 'success', category: ['authentication'], type: ['end'] },
  flo: { action: 'logout', outcome: 'failure', category: ['authentication'], type: ['end'] },
  ss: account('signup', 'success', 'creation'),
  fs: account('signup', 'failure', 'creation'),
  sdu: account('user-deletion', 'success', 'deletion'),
  fdu: account('user-deletion', 'failure', 'deletion'),
  scp: account('password-change', 'success', 'change'),
  fcp: account('password-change', 'failure', 'change'),
  scpr: account('password-change-request', 'success', 'change'),
  fcpr: account('password-change-request', 'failure', 'change'),
  sce: account('email-change', 'success', 'change'),
  fce: account('email-change', 'failure', 'change'),
  scu: account('username-change', 'success', 'change'),
  sapi: { action: 'management-api-operation', outcome: 'success' },
  fapi: { action: 'management-api-operation', outcome: 'failure' },
  mgmt_api_read: { action: 'management-api-read', outcome: 'success' },
});

const both = (...names: readonly string[]): readonly string[] => names.flatMap((name) => [`data.${name}`, name]);
const set = mapping({
  '@timestamp': both('date'),
  'event.code': both('type'),
  'event.provider': always('auth0'),
  'event.reason': both('details.error.message'),
  message: both('description'),
  'user.name': both('user_name', 'details.request.auth.user.email'),
  'user.id': both('user_id', 'details.request.auth.user.user_id'),
  'user.full_name': both('details.request.auth.user.name'),
  'source.ip': both('ip', 'client_ip', 'details.request.ip'),
  'user_agent.original': both('user_agent'),
  'url.domain': both('hostname'),
  'http.request.method': both('details.request.method'),
  'url.path': both('details.request.path'),
  'http.response.status_code': both('details.response.statusCode'),
  'service.name': both('client_name'),
});

function mean(event: Draft, json: JsonObject): void {
  const code = CODES.get(event.code ?? '');
  const description = text(objectOf(json.data).description) ?? text(json.description) ?? '';
  event.action = code?.action ?? event.code;
  event.outcome = code?.outcome ?? null;
  const { category, type } = code?.category === undefined ? actionMeaning(description) : { category: code.category, type: code.type! };
  event.category = category;
  event.type = type;
}

const LOG = { product: 'auth0', service: 'auth0', dataset: 'auth0.logs', set, mean } as const;
export default jsonLogs({
  name: 'auth0',
  version: 1,
  reads: 'Auth0 tenant logs: log streams, the Management interface, EventBridge',
  recognisedBy: 'log_id with data or with type and date',
  objects: ['detail'],
  logs: [
    {
      ...LOG,
      has: ['log_id'],
      when: ({ data, type, date }) =>
        isObject(data) ? data.type !== undefined || data.date !== undefined : typeof type === 'string' && typeof date === 'string',
      exportedAs: 'Auth0.Events',
      id: 'log_id',
    },
  ],
});
