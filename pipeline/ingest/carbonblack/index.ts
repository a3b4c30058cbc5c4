// VMware Carbon Black: audit log and alerts of the Cloud, events of endpoints from its Data Forwarder and from EDR's event forwarder.
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, CERTAIN, draft, exactJson, LIKELY, mapping, number, text, texts, via } from '../kit.ts';
import { endpointEvent, isEndpointEvent, withoutDomain } from './endpoint.ts';

const setAudit = mapping({
  '@timestamp': ['eventTime', 'event_time', 'create_time', 'createTime'],
  message: 'description',
  'source.ip': ['clientIp', 'actor_ip', 'actorIp'],
  'organization.name': ['orgName', 'org_key'],
  'url.path': ['requestUrl', 'request_url'],
});

const setAlert = mapping({
  '@timestamp': ['first_event_timestamp', 'backend_timestamp', 'create_time', 'first_event_time'],
  'event.created': ['backend_timestamp', 'create_time'],
  'event.reference': 'alert_url',
  'event.reason': ['reason', 'reason_code'],
  'event.action': via('sensor_action', (value) => String(value).toLowerCase()),
  'rule.id': ['report_id', 'rule_id', 'threat_id'],
  'rule.name': ['report_name', 'rule_category_id', 'policy_applied'],
  'rule.category': 'type',
  'host.name': via('device_name', withoutDomain),
  'host.id': 'device_id',
  'host.ip': ['device_internal_ip', 'device_external_ip'],
  'host.os.type': via('device_os', (value) => ({ mac: 'macos' })[String(value).toLowerCase()] ?? String(value).toLowerCase()),
  'process.executable': ['process_name', 'threat_cause_actor_name'],
  'process.pid': via('process_pid', (value) => (Array.isArray(value) ? (value as readonly unknown[])[0] : value)),
  'process.entity_id': ['process_guid', 'threat_cause_actor_process_pid'],
  'process.command_line': 'process_cmdline',
  'process.hash.sha256': ['process_sha256', 'threat_cause_actor_sha256'],
  'process.hash.md5': 'process_md5',
  'process.parent.executable': 'parent_name',
  'process.parent.pid': 'parent_pid',
  'process.parent.entity_id': 'parent_guid',
  'process.parent.command_line': 'parent_cmdline',
  'threat.tactic.id': via('attack_tactic', (value) => texts(value)),
  'threat.technique.id': via('attack_technique', (value) => texts(value)),
  'source.ip': ['netconn_local_ip', 'netconn_local_ipv4'],
  'source.port': 'netconn_local_port',
  'destination.ip': ['netconn_remote_ip', 'netconn_remote_ipv4'],
  'destination.port': 'netconn_remote_port',
  'destination.domain': 'netconn_remote_domain',
});

const ALERT_TYPES = new Set([
  'CB_ANALYTICS',
  'WATCHLIST',
  'DEVICE_CONTROL',
  'HOST_BASED_FIREWALL',
  'CONTAINER_RUNTIME',
  'INTRUSION_DETECTION_SYSTEM',
  'NETWORK_TRAFFIC_ANALYSIS',
]);

type Kind = 'audit' | 'alert' | 'endpoint';
function kindOf(json: JsonObject): Kind | undefined {
  if (isEndpointEvent(json)) return 'endpoint';
  if (typeof json.type === 'string' && ALERT_TYPES.has(json.type) && json.device_id !== undefined) return 'alert';
  return typeof json.description === 'string' &&
    typeof json.loginName === 'string' &&
    json.eventId !== undefined &&
    json.eventTime !== undefined &&
    (json.orgName !== undefined || json.flagged !== undefined)
    ? 'audit'
    : undefined;
}

const decoder: Decoder = {
  name: 'carbonblack',
  version: 1,
  reads: 'VMware Carbon Black: Cloud audit log, alerts and endpoint events (Data Forwarder), EDR events (cb-event-forwarder)',
  recognisedBy: '`type` of endpoint.event.*, ingress.event.* or an alert with device_id; loginName, eventId, eventTime and description',
  datasets: ['carbonblack.audit', 'carbonblack.alert', 'carbonblack.endpoint'],
  clues: { members: ['type', 'loginName'] },
  recognise({ json }) {
    const kind = json === undefined ? undefined : kindOf(json);
    return kind === undefined ? 0 : kind === 'audit' ? LIKELY + 0.1 : CERTAIN;
  },
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    switch (kindOf(json)) {
      case 'endpoint':
        return [endpointEvent(document, json)];
      case 'alert':
        return [alert(document, json)];
      case 'audit':
        return [audit(document, json)];
      default:
        return 'neither an event nor an alert nor an audit record';
    }
  },
};
export default decoder;

function audit(document: RawDocument, json: JsonObject): Draft {
  const event = draft('carbonblack.audit', 'carbonblack', document.bytes);
  event.provider = 'audit';
  event.id = text(json.eventId) ?? '';
  setAudit(event, json, document);
  const { name, domain, email } = account(text(json.loginName));
  if (name !== null) event.user = { name, domain, id: null, email };
  const said = text(json.description) ?? '';
  const isLogin = /log(?:ged)?[ -]?in\b|log(?:ged)?[ -]?out\b|authenticat/i.test(said);
  event.category = isLogin ? ['authentication'] : /\b(?:grant|role|user|API ID|access level)\b/i.test(said) ? ['iam'] : ['configuration'];
  event.type = [isLogin ? (/out\b/i.test(said) ? 'end' : 'start') : /creat|add/i.test(said) ? 'creation' : /delet|remov/i.test(said) ? 'deletion' : 'change'];
  if (isLogin) event.outcome = /fail|denied|invalid/i.test(said) ? 'failure' : 'success';
  return event;
}

function alert(document: RawDocument, json: JsonObject): Draft {
  const event = draft('carbonblack.alert', 'carbonblack', document.bytes);
  const severity = number(json.severity);
  event.provider = 'alert';
  event.id = text(json.id) ?? '';
  event.kind = 'alert';
  event.category = ['intrusion_detection'];
  event.type = [/deny|terminate|block/i.test(text(json.sensor_action) ?? '') ? 'denied' : 'info'];
  event.severity = severity === null ? null : Math.round(Math.min(10, Math.max(0, severity)) * 10); // 1 to 10 there
  setAlert(event, json, document);
  const { name, domain, email } = account(text(json.device_username) ?? text(json.process_username));
  if (name !== null) event.user = { name, domain, id: null, email };
  event.message = text(json.reason) ?? event.rule?.name ?? text(json.type);
  return event;
}
