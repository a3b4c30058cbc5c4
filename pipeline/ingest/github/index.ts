// GitHub: audit log (streamed, exported, from Enterprise Server by syslog) and webhooks, https://docs.github.com/en/organizations/keeping-your-organization-secure
import type { Decoder, Draft, JsonObject } from '../kit.ts';
import { actionMeaning, always, byWhom, draft, isObject, LIKELY, jsonLogs, mapping, objectOf, text, textNative } from '../kit.ts';

const setAudit = mapping({
  '@timestamp': ['@timestamp', 'at_sign_timestamp', 'created_at'],
  'event.action': 'action',
  'event.provider': always('github'),
  'event.reason': 'explanation',
  'user.name': 'actor',
  'user.id': 'actor_id',
  'user.target.name': 'user',
  'user.target.id': 'user_id',
  'user.target.group.name': ['team', 'data.team'],
  'source.ip': 'actor_ip',
  'source.geo.country_iso_code': 'actor_location.country_code',
  'user_agent.original': 'user_agent',
  'network.protocol': 'transport_protocol_name',
  'url.path': 'url_path',
  'http.request.method': 'request_method',
  'http.response.status_code': 'status_code',
});
const setWebhook = mapping({
  '@timestamp': [
    'workflow_job.completed_at',
    'workflow_job.started_at',
    'workflow_run.updated_at',
    'comment.updated_at',
    'review.submitted_at',
    'issue.updated_at',
    'pull_request.updated_at',
    'head_commit.timestamp',
    'repository.updated_at',
  ],
  'event.provider': always('github'),
  'user.name': ['sender.login', 'comment.user.login', 'review.user.login', 'issue.user.login', 'pusher.name'],
  'user.id': 'sender.id',
  'url.original': ['comment.html_url', 'workflow_run.html_url', 'workflow_job.html_url', 'issue.html_url', 'pull_request.html_url', 'repository.html_url'],
});

/** What a webhook is about: the member that its kind is named for. The more special come first: a comment has its issue beside it. */
const SUBJECTS = [
  'comment',
  'review',
  'workflow_run',
  'workflow_job',
  'check_run',
  'alert',
  'member',
  'team',
  'release',
  'hook',
  'pages',
  'pull_request',
  'issue',
];

function audit(event: Draft, json: JsonObject): void {
  const { category, type } = event.action?.startsWith('git.') === true ? GIT : actionMeaning(event.action ?? '');
  event.category = category;
  event.type = event.action === 'git.push' ? ['change'] : type;
  const place = text(json.repo) ?? text(json.repository) ?? text(json.org) ?? text(json.business);
  event.message = `${event.action}${place === null ? '' : ` in ${place}`}${byWhom(event)}`;
  if (event.targetUser !== null && event.targetUser.name === event.user?.name) event.targetUser = null;
}
const GIT = { category: ['file'], type: ['access'] };

function webhook(event: Draft, json: JsonObject): void {
  const subject = SUBJECTS.find((name) => json[name] !== undefined) ?? (json.ref === undefined ? 'repository' : 'push');
  const action = text(json.action);
  event.action = action === null || action === subject ? subject : `${subject}.${action}`;
  event.category = ['configuration'];
  const { type } = actionMeaning(event.action);
  event.type = [['creation', 'deletion', 'access'].find((one) => type.includes(one)) ?? 'change'];
  const conclusion = text(objectOf(json.workflow_run ?? json.workflow_job ?? json.check_run).conclusion);
  event.outcome = conclusion === 'success' ? 'success' : conclusion === 'failure' ? 'failure' : null;
  event.message = `${event.action} in ${text(objectOf(json.repository).full_name) ?? 'a repository'}${byWhom(event)}`;
}

const BESIDE = ['from', 'org', 'business', '_document_id', 'repo', 'repository', 'programmatic_access_type', 'actor_is_bot'];
const isAudit = (json: JsonObject): boolean =>
  typeof json.action === 'string' &&
  json.action.includes('.') &&
  typeof json.actor === 'string' &&
  BESIDE.some((name) => typeof json[name] === 'string' || json[name] === true);

/** Enterprise Server's syslog has its tag before the object; Logstash puts such a line into an object again. */
function auditIn(line: string): JsonObject | undefined {
  const from = line.indexOf('{"');
  if (from < 0 || from > 512 || !line.includes('"actor"')) return undefined;
  try {
    const json: unknown = JSON.parse(line.slice(from));
    return isObject(json) && isAudit(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
const isTagged = ({ message }: JsonObject): boolean => typeof message === 'string' && message.includes(' github_audit: {');

const GITHUB_AUDIT = { dataset: 'github.audit', product: 'github', service: 'audit' } as const;
const objects = jsonLogs({
  name: 'github',
  version: 1,
  reads: 'GitHub: audit log of organizations, enterprises and Enterprise Server (also by syslog), and webhooks',
  recognisedBy: 'action and actor with org, business, repo, from or _document_id; a repository with full_name; github_audit',
  logs: [
    { ...GITHUB_AUDIT, has: ['action', 'actor'], when: isAudit, exportedAs: 'GitHub.Audit', id: '_document_id', set: setAudit, mean: audit },
    {
      dataset: 'github.webhook',
      product: 'github',
      service: 'webhook',
      has: ['repository'],
      when: ({ repository, action, ref, pages }) =>
        isObject(repository) && typeof repository.full_name === 'string' && (typeof action === 'string' || ref !== undefined || pages !== undefined),
      exportedAs: 'GitHub.Webhook',
      set: setWebhook,
      mean: webhook,
    },
    {
      ...GITHUB_AUDIT,
      has: ['message', '@timestamp'],
      when: isTagged,
      set: (event, json, document) => setAudit(event, auditIn(String(json.message)) ?? {}, document),
      mean: (event, json) => audit(event, auditIn(String(json.message)) ?? {}),
    },
  ],
});

const decoder: Decoder = {
  ...objects,
  clues: { ...objects.clues, holds: ['"actor"'] },
  recognise: (document) => (document.json === undefined ? (auditIn(document.text) === undefined ? 0 : LIKELY) : objects.recognise(document)),
  decode(document) {
    const json = document.json === undefined ? auditIn(document.text) : undefined;
    if (json === undefined) return objects.decode(document);
    const event = draft('github.audit', 'github', textNative(document, { ...json }));
    event.logsource = { category: [], service: ['audit'] };
    setAudit(event, json, document);
    audit(event, json);
    return [event];
  },
};
export default decoder;
