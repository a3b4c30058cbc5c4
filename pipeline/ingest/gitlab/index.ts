// GitLab's own JSON logs (production_json, api_json, audit_json, integrations_json) and streamed audit events, https://docs.gitlab.com/ee/administration/logs/
import type { Draft, JsonObject } from '../kit.ts';
import { byWhom, actionMeaning, isObject, jsonLogs, LIKELY, mapping, number, setField, setUrl, text, via } from '../kit.ts';

const REQUEST = {
  '@timestamp': 'time',
  'event.action': ['action', 'meta.caller_id'],
  'event.provider': 'controller',
  'event.duration': via('duration_s', (seconds) => nanoseconds(seconds)),
  'log.level': 'severity',
  'user.name': 'username',
  'user.id': 'user_id',
  'source.ip': 'remote_ip',
  'http.request.method': 'method',
  'http.response.status_code': 'status',
  'user_agent.original': 'ua',
  'url.domain': 'host',
  'error.type': 'exception.class',
  'error.message': 'exception.message',
  'trace.id': 'correlation_id',
} as const;
const nanoseconds = (seconds: unknown): number | null => {
  const value = number(seconds);
  return value === null ? null : Math.round(value * 1_000_000_000);
};

function request(event: Draft, json: JsonObject): void {
  setUrl(event, text(json.path));
  const status = event.http?.status ?? null;
  event.category = ['web'];
  event.type = status !== null && status >= 400 ? ['access', 'error'] : ['access'];
  event.outcome = status === null ? null : status >= 400 ? 'failure' : 'success';
  event.message = `${event.http?.method ?? ''} ${text(json.path) ?? ''} ${status ?? ''}`.trim();
  // The user that is acted as stands beside the one that asks.
  const other = text(json['meta.user']);
  if (other !== null && other !== event.user?.name) event.targetUser = { name: other, id: null, domain: null, email: null };
}
const setAudit = mapping({
  '@timestamp': ['time', 'created_at'],
  'event.action': ['event_name', 'event_type', 'change', 'add', 'remove', 'with'],
  'log.level': 'severity',
  message: ['details.custom_message', 'detail.custom_message'],
  'user.name': ['author_name', 'details.author_name', 'detail.author_name'],
  'user.id': 'author_id',
  'user.email': ['details.author_email', 'detail.author_email'],
  'user.target.name': via(['target_details', 'details.target_details', 'detail.target_details'], (value) => (String(value).includes('@') ? value : null)),
  'source.ip': ['ip_address', 'details.ip_address', 'detail.ip_address'],
});
function audit(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? event.message ?? 'change', text(json.target_type) ?? text(json.entity_type) ?? '');
  event.category = category;
  event.type = type;
  const target = text(json.target_details);
  event.message ??= `${event.action ?? 'change'}${text(json.from) === null ? '' : ` from ${text(json.from)}`}${text(json.to) === null ? '' : ` to ${text(json.to)}`}${target === null ? '' : ` of ${target}`}${byWhom(event)}`;
}
const setIntegration = mapping({
  '@timestamp': 'time',
  'log.level': 'severity',
  'event.provider': ['service_class', 'integration_class'],
  message: 'message',
  'error.message': 'error',
});
function integration(event: Draft, json: JsonObject): void {
  setUrl(event, text(json.client_url));
  setField(event, 'destination.domain', event.url?.domain);
  event.outcome = json.error === undefined ? null : 'failure';
}

const GITLAB = { product: 'gitlab' } as const;
export default jsonLogs({
  name: 'gitlab',
  version: 1,
  reads: 'GitLab: production, interface, integrations and audit logs, streamed audit events',
  recognisedBy: 'gitaly, redis and queue durations; author_id with entity_type; service_class with project_path',
  logs: [
    {
      ...GITLAB,
      dataset: 'gitlab.production',
      service: 'production',
      category: ['webserver'],
      has: ['redis_duration_s', 'path', 'controller'],
      exportedAs: 'GitLab.Production',
      set: mapping(REQUEST),
      mean: request,
    },
    {
      ...GITLAB,
      dataset: 'gitlab.production',
      service: 'production',
      category: ['webserver'],
      has: ['controller', 'path', 'correlation_id', 'queue_duration_s'],
      set: mapping(REQUEST),
      mean: request,
    },
    {
      ...GITLAB,
      dataset: 'gitlab.api',
      service: 'api',
      category: ['webserver'],
      has: ['route', 'path', 'queue_duration_s', 'correlation_id'],
      exportedAs: 'GitLab.API',
      set: mapping({ ...REQUEST, 'event.action': ['meta.caller_id', 'route'] }),
      mean: request,
    },
    {
      ...GITLAB,
      dataset: 'gitlab.audit',
      service: 'audit',
      has: ['author_id', 'entity_id', 'entity_type'],
      exportedAs: 'GitLab.Audit',
      id: 'id',
      set: setAudit,
      mean: audit,
    },
    {
      ...GITLAB,
      dataset: 'gitlab.audit',
      service: 'audit',
      has: ['detail'],
      when: ({ detail }) => isObject(detail) && typeof detail.custom_message === 'string',
      confidence: LIKELY,
      set: setAudit,
      mean: audit,
    },
    {
      ...GITLAB,
      dataset: 'gitlab.integrations',
      service: 'integrations',
      has: ['project_path', 'project_id', 'severity'],
      when: ({ service_class: before, integration_class: now }) => typeof (now ?? before) === 'string',
      exportedAs: 'GitLab.Integrations',
      set: setIntegration,
      mean: integration,
    },
  ],
});
