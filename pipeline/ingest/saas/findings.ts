// What security services found: alerts.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { isObject, mapping, text, texts, via } from '../kit.ts';

const lower = (value: unknown): string => String(value).toLowerCase();
/** `TA0043-T1595` is T1595. */
const technique = (value: unknown): readonly string[] => texts(value).map((one) => one.slice(one.indexOf('-') + 1));
const each = (value: unknown, name: string): readonly string[] => (Array.isArray(value) ? value.filter(isObject).flatMap((one) => text(one[name]) ?? []) : []);

const finding =
  (category: string, type: string) =>
  (event: Draft): void => {
    event.kind = 'alert';
    event.category = [category];
    event.type = [type];
  };

function mail(event: Draft, json: JsonObject): void {
  event.action = 'message';
  event.category = ['email'];
  event.type = ['info'];
  if (Array.isArray(json.threatsInfoMap) && json.threatsInfoMap.length > 0) event.kind = 'alert';
}
/** What was found, told by the group of the event. */
const FOUND: ReadonlyMap<string, readonly [category: string, type: string]> = new Map([
  ['MALWARE', ['malware', 'info']],
  ['PUA', ['malware', 'info']],
  ['RUNTIME_DETECTIONS', ['malware', 'info']],
  ['WEB', ['intrusion_detection', 'info']],
  ['DATA_LOSS_PREVENTION', ['file', 'info']],
]);
function central(event: Draft, json: JsonObject): void {
  const found = FOUND.get(text(json.group) ?? '');
  const [category, type] = found ?? ['host', 'info'];
  event.category = [category];
  event.type = [type];
  if (found !== undefined) event.kind = 'alert';
  event.outcome = /fail/i.test(event.action ?? '') ? 'failure' : null;
}
function deepSecurity(event: Draft): void {
  const isMalware = event.action === 'AntiMalwareEvent';
  finding(isMalware ? 'malware' : 'intrusion_detection', 'info')(event);
}
function canary(event: Draft): void {
  finding('intrusion_detection', 'info')(event);
  event.action = 'canary-incident';
}

export const SECURITY_FINDINGS: readonly JsonLog[] = [
  {
    // https://docs.wiz.io/ issues
    dataset: 'wiz.issue',
    product: 'wiz',
    service: 'issue',
    has: ['entitySnapshot', 'sourceRule', 'severity'],
    exportedAs: 'Wiz.Issues',
    id: ['id', 'updatedAt'],
    set: mapping({
      '@timestamp': ['updatedAt', 'createdAt'],
      'event.created': 'createdAt',
      'event.action': via('status', lower),
      'event.code': 'type',
      'log.level': via('severity', lower),
      'rule.id': 'sourceRule.id',
      'rule.name': 'sourceRule.name',
      'rule.description': 'sourceRule.controlDescription',
      message: 'sourceRule.name',
      'cloud.region': 'entitySnapshot.region',
      'cloud.account.name': 'entitySnapshot.subscriptionName',
      'cloud.account.id': 'entitySnapshot.subscriptionExternalId',
    }),
    mean: finding('configuration', 'info'),
  },
  {
    dataset: 'wiz.detection',
    product: 'wiz',
    service: 'detection',
    has: ['tdrId', 'tdrSource', 'title'],
    exportedAs: 'Wiz.Detections',
    id: 'id',
    set: mapping({
      '@timestamp': ['timeframe.end', 'createdAt'],
      'event.start': 'timeframe.start',
      'event.end': 'timeframe.end',
      'event.created': 'createdAt',
      'event.action': 'title',
      'event.provider': 'tdrSource',
      'event.url': 'threatURL',
      'log.level': via('severity', lower),
      'rule.id': 'tdrId',
      'rule.name': 'title',
      'rule.description': 'description',
      'threat.tactic.id': 'mitreTactics',
      'threat.technique.id': via('mitreTechniques', technique),
      'cloud.account.id': 'primaryResource.cloudAccount.externalId',
      'cloud.provider': via('primaryResource.cloudAccount.cloudPlatform', lower),
      'cloud.region': 'primaryResource.region',
      'source.ip': ['triggeringEvents.0.actorIP', 'primaryActor.name'],
      message: 'description',
    }),
    mean: finding('threat', 'indicator'),
  },
  {
    dataset: 'upwind.detection',
    product: 'upwind',
    service: 'detection',
    has: ['first_seen_time', 'last_seen_time', 'title', 'severity', 'occurrence_count'],
    exportedAs: 'Upwind.Detections',
    id: ['id', 'last_seen_time'],
    set: mapping({
      '@timestamp': 'last_seen_time',
      'event.start': 'first_seen_time',
      'event.end': 'last_seen_time',
      'event.action': 'type',
      'event.url': 'upwind_console_link',
      'log.level': via('severity', lower),
      'rule.name': 'title',
      'rule.category': 'category',
      'threat.tactic.id': via('mitre_attacks', (attacks) => each(attacks, 'tactic_id')),
      'threat.technique.id': via('mitre_attacks', (attacks) => each(attacks, 'technique_id')),
      'cloud.account.id': 'resource.cloud_account_id',
      'cloud.account.name': 'resource.cloud_account_name',
      'cloud.provider': via('resource.cloud_provider', lower),
      'cloud.region': 'resource.region',
      'orchestrator.cluster.id': 'resource.cluster_id',
      'orchestrator.namespace': 'resource.namespace',
      message: 'description',
    }),
    mean: finding('threat', 'indicator'),
  },
  {
    // https://docs.canary.tools/webhooks
    dataset: 'canary.incident',
    product: 'canary',
    service: 'incident',
    has: ['CanaryID', 'IncidentKey'],
    exportedAs: 'ThinkstCanary.Alert',
    id: ['IncidentKey', 'Timestamp'],
    set: mapping({
      '@timestamp': via('Timestamp', (time) => String(time).replace(' (UTC)', ' UTC')),
      'rule.name': 'Description',
      message: 'Intro',
      'host.name': 'CanaryName',
      'host.id': 'CanaryID',
      'source.ip': 'SourceIP',
      'source.domain': 'ReverseDNS',
      'destination.ip': 'CanaryIP',
      'destination.port': 'CanaryPort',
    }),
    mean: canary,
  },
  {
    // https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/SIEM_API
    dataset: 'proofpoint.message',
    product: 'proofpoint',
    service: 'message',
    has: ['messageTime', 'messageID', 'senderIP'],
    exportedAs: 'Proofpoint.Event',
    id: 'GUID',
    set: mapping({
      '@timestamp': 'messageTime',
      'event.outcome': via('quarantineFolder', () => 'success'),
      'email.from.address': ['fromAddress', 'sender'],
      'email.sender.address': 'sender',
      'email.to.address': ['toAddresses', 'recipient'],
      'email.subject': 'subject',
      'email.message_id': 'messageID',
      'source.ip': 'senderIP',
      'rule.name': 'quarantineRule',
      message: 'subject',
    }),
    mean: mail,
  },
  {
    dataset: 'sublime.message',
    product: 'sublime',
    service: 'message',
    has: ['data', 'created_at', 'type'],
    when: ({ type, data }) => typeof type === 'string' && type.startsWith('message.') && isObject(data) && isObject(data.message),
    exportedAs: 'Sublime.MessageEvent',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'type',
      'rule.id': 'data.flagged_rules.0.id',
      'rule.name': 'data.flagged_rules.0.name',
      'email.local_id': 'data.message.id',
      'email.message_id': 'data.message.external_id',
      message: 'data.flagged_rules.0.name',
    }),
    mean: finding('email', 'info'),
  },
  {
    // https://docs.sophos.com/central/customer/help/en-us/ManageYourProducts/Overview/GlobalSettings/APITokenManagement/
    dataset: 'sophos.central',
    product: 'sophos',
    service: 'central',
    has: ['endpoint_id', 'customer_id', 'type', 'severity'],
    when: ({ type }) => typeof type === 'string' && type.startsWith('Event::'),
    exportedAs: 'Sophos.Central',
    id: 'id',
    set: mapping({
      '@timestamp': ['end', 'rt'],
      'event.created': 'rt',
      'event.action': via('type', (type) => String(type).slice(String(type).lastIndexOf(':') + 1)),
      'event.code': 'type',
      'event.provider': 'group',
      'log.level': 'severity',
      message: 'name',
      'user.name': ['suser', 'user'],
      'host.name': 'dhost',
      'host.id': 'endpoint_id',
      'host.ip': 'source_info.ip',
      'rule.name': ['rule', 'threat'],
      'file.path': 'file_path',
      'file.size': 'file_size',
      'file.hash.sha256': 'appSha256',
      'process.name': 'app_name',
    }),
    mean: central,
  },
  {
    // https://help.deepsecurity.trendmicro.com/ events to Amazon SNS
    dataset: 'trendmicro.deep_security',
    product: 'trendmicro',
    service: 'deep_security',
    has: ['HostAgentGUID', 'EventType', 'LogDate'],
    set: mapping({
      '@timestamp': 'LogDate',
      'event.action': 'EventType',
      'event.code': 'EventID',
      'event.provider': 'OriginString',
      'event.reason': 'Reason',
      'host.name': 'Hostname',
      'host.id': 'HostAgentGUID',
      'host.os.full': 'HostOS',
      'rule.name': ['MalwareName', 'Name'],
      'rule.category': 'MajorVirusTypeString',
      'file.path': 'InfectedFilePath',
      'source.ip': 'SourceIP',
      'destination.ip': 'DestinationIP',
      'cloud.instance.id': 'HostInstanceID',
      message: ['MalwareName', 'Name', 'EventType'],
    }),
    mean: deepSecurity,
  },
];
