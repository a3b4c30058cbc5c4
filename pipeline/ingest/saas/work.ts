// What people work with: files, tickets, meetings, documents.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { actionMeaning, isObject, mapping, objectOf, table, text, user, via } from '../kit.ts';

const BOX = table({
  LOGIN: { category: 'authentication', type: 'start', outcome: 'success' },
  ADMIN_LOGIN: { category: 'authentication', type: 'start', outcome: 'success' },
  FAILED_LOGIN: { category: 'authentication', type: 'start', outcome: 'failure' },
  FILE_MARKED_MALICIOUS: { category: 'malware', type: 'info', outcome: 'unknown' },
  SHIELD_ALERT: { category: 'threat', type: 'indicator', outcome: 'unknown' },
});
function box(event: Draft, json: JsonObject): void {
  const known = BOX.get(event.action ?? '');
  const meaning = actionMeaning(event.action ?? '', text(objectOf(json.source).item_type) ?? text(objectOf(json.source).type) ?? '');
  event.category = known === undefined ? meaning.category : [known.category];
  event.type = known === undefined ? meaning.type : [known.type];
  event.outcome = known === undefined ? null : known.outcome === 'success' || known.outcome === 'failure' ? known.outcome : null;
  if (known !== undefined && known.category !== 'authentication') event.kind = 'alert';
}

/** Tags are written `.tag`, and `_tag` by what cannot have a dot in a name. */
const OTHER_TAG = '_tag';
const tagOf = (value: unknown): string | null => (isObject(value) ? (text(value['.tag']) ?? text(value[OTHER_TAG])) : null);
const dropboxUser = (from: string): readonly string[] => ['user', 'admin', 'reseller', 'app'].map((kind) => `actor.${kind}.${from}`);
function dropbox(event: Draft, json: JsonObject): void {
  const group = tagOf(json.event_category) ?? '';
  const isLogin = group === 'logins';
  const { category, type } = isLogin
    ? { category: ['authentication'], type: [event.action?.includes('logout') === true || event.action?.includes('_end') === true ? 'end' : 'start'] }
    : actionMeaning(event.action ?? '', group);
  event.category = category;
  event.type = type;
  event.outcome = event.action?.includes('fail') === true ? 'failure' : 'success';
  event.message = text(objectOf(json.event_type).description);
}

const setParticipant = (event: Draft, name: string | null): void => {
  if (name !== null && name !== event.user?.name) event.targetUser = user(name, null, null, name.includes('@') ? name : null);
};
function asana(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? '', text(json.event_category) ?? '');
  event.category = category;
  event.type = type;
  const { resource } = json;
  if (isObject(resource) && resource.resource_type === 'user') setParticipant(event, text(resource.email) ?? text(resource.name));
}
function zoom(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(text(json.action) ?? '', text(json.category_type) ?? '');
  event.category = category;
  event.type = type;
}
function zendesk(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? '', text(json.source_type) ?? '');
  event.category = category;
  event.type = type;
}

/** Pages and databases are what files are elsewhere. */
function notion(event: Draft): void {
  const isPage = /^(?:page|database|block)\./.test(event.action ?? '');
  const { category, type } = actionMeaning(event.action ?? '', isPage ? 'document' : '');
  event.category = category;
  event.type = type;
}
const NOTION = { '@timestamp': 'event.timestamp', 'event.action': 'event.type' } as const;

export const WORK: readonly JsonLog[] = [
  {
    // https://developers.asana.com/docs/audit-log-events
    dataset: 'asana.audit',
    product: 'asana',
    service: 'audit',
    has: ['event_category', 'gid', 'actor', 'event_type', 'resource'],
    exportedAs: 'Asana.Audit',
    id: 'gid',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'event_type',
      'user.name': ['actor.email', 'actor.name'],
      'user.id': 'actor.gid',
      'user.full_name': 'actor.name',
      'source.ip': 'context.client_ip_address',
      'user_agent.original': 'context.user_agent',
      'service.name': 'context.oauth_app_name',
    }),
    mean: asana,
  },
  {
    // https://developer.box.com/reference/resources/event/
    dataset: 'box.event',
    product: 'box',
    service: 'event',
    has: ['created_by', 'event_type', 'type'],
    when: ({ type, created_by: by }) => type === 'event' && isObject(by),
    exportedAs: 'Box.Event',
    id: 'event_id',
    set: mapping({
      '@timestamp': ['created_at', 'p_event_time'],
      'event.action': 'event_type',
      'user.name': ['created_by.login', 'created_by.name'],
      'user.id': 'created_by.id',
      'user.full_name': 'created_by.name',
      'user.target.name': 'source.login',
      'source.ip': 'ip_address',
      'file.name': ['source.item_name', 'source.file_name'],
    }),
    mean: box,
  },
  {
    // https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events
    dataset: 'dropbox.team',
    product: 'dropbox',
    service: 'team',
    has: ['event_category', 'event_type', 'involve_non_team_member', 'origin'],
    exportedAs: 'Dropbox.TeamEvent',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': via('event_type', tagOf),
      'user.name': dropboxUser('email'),
      'user.id': dropboxUser('account_id'),
      'user.full_name': dropboxUser('display_name'),
      'user.target.name': ['participants.0.user.email', 'context.email'],
      'source.ip': 'origin.geo_location.ip_address',
      'source.geo.city_name': 'origin.geo_location.city',
      'source.geo.region_name': 'origin.geo_location.region',
      'source.geo.country_name': 'origin.geo_location.country',
      'file.path': 'assets.0.path.contextual',
    }),
    mean: dropbox,
  },
  {
    // https://developers.notion.com/ audit log webhooks
    dataset: 'notion.audit',
    product: 'notion',
    service: 'audit',
    has: ['event'],
    when: ({ event }) => isObject(event) && event.workspace_id !== undefined && typeof event.type === 'string' && event.actor !== undefined,
    exportedAs: 'Notion.AuditLogs',
    id: 'event.id',
    set: mapping({
      ...NOTION,
      'user.name': 'event.actor.person.email',
      'user.id': 'event.actor.id',
      'source.ip': 'event.ip_address',
      'user_agent.device.name': 'event.platform',
    }),
    mean: notion,
  },
  {
    // https://developers.zoom.us/docs/api/rest/reference/zoom-api/methods/#operation/reportOperationLogs
    dataset: 'zoom.operation',
    product: 'zoom',
    service: 'operation',
    has: ['operation_detail', 'operator', 'category_type'],
    exportedAs: 'Zoom.Operation',
    set: mapping({
      '@timestamp': 'time',
      'event.action': via('action', (action, { category_type: category }) => `${text(category) ?? ''} ${text(action) ?? ''}`.trim()),
      'user.name': 'operator',
      message: 'operation_detail',
    }),
    mean: zoom,
  },
  {
    // https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/
    dataset: 'zendesk.audit',
    product: 'zendesk',
    service: 'audit',
    has: ['change_description', 'action_label', 'source_type', 'source_label'],
    exportedAs: ['Zendesk.Audit', 'Zendesk.AuditLog'],
    id: 'id',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'action',
      'user.name': 'actor_name',
      'user.id': 'actor_id',
      'source.ip': 'ip_address',
      'url.original': 'url',
      message: via('action_label', (label, { source_label: source, change_description: change }) =>
        [label, source, change]
          .map(text)
          .filter((part) => part !== null)
          .join(' ')
          .replaceAll('\n', ' '),
      ),
    }),
    mean: zendesk,
  },
  {
    // https://developers.docusign.com/platform/webhooks/connect/
    dataset: 'docusign.connect',
    product: 'docusign',
    service: 'connect',
    has: ['configurationId', 'generatedDateTime', 'event', 'apiVersion'],
    exportedAs: 'Docusign.Connect',
    set: mapping({
      '@timestamp': 'generatedDateTime',
      'event.action': 'event',
      'user.name': ['data.senderEmail', 'data.email'],
      'user.id': 'data.userId',
      'user.target.name': 'data.email',
      'file.name': 'data.envelopeDocuments.0.name',
    }),
  },
  {
    // https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/
    dataset: 'atlassian.audit',
    product: 'atlassian',
    service: 'audit',
    has: ['attributes', 'type', 'id'],
    when: ({ attributes }) => isObject(attributes) && typeof attributes.action === 'string' && isObject(attributes.actor),
    exportedAs: 'Atlassian.Audit',
    id: 'id',
    set: mapping({
      '@timestamp': 'attributes.time',
      'event.action': 'attributes.action',
      'user.name': ['attributes.actor.email', 'attributes.actor.name'],
      'user.id': 'attributes.actor.id',
      'user.full_name': 'attributes.actor.name',
      'source.ip': 'attributes.location.ip',
      message: 'message.content',
    }),
  },
  {
    // https://confluence.atlassian.com/bitbucketserver/audit-log-events-in-bitbucket-776640423.html
    dataset: 'bitbucket.audit',
    product: 'bitbucket',
    service: 'audit',
    has: ['auditType', 'author', 'timestamp'],
    when: ({ auditType }) => isObject(auditType) && typeof auditType.action === 'string',
    set: mapping({
      '@timestamp': ['timestamp.epochSecond', 'timestamp'],
      'event.action': 'auditType.action',
      'event.provider': 'auditType.category',
      'log.level': 'auditType.level',
      'user.name': 'author.name',
      'user.id': 'author.id',
      'source.ip': 'source',
      'host.name': 'node',
      'url.domain': 'system',
    }),
  },
];
