// OCSF records, as Amazon Security Lake and others write them: https://schema.ocsf.io/
import type { Decoder, Draft, JsonObject } from '../kit.ts';
import { jsonLogs, mapping, objectOf, setField, setUrl, text, transportOf, via } from '../kit.ts';
import { classOf, CLASSES } from './classes.ts';

const lower = (value: unknown): string => String(value).toLowerCase();
const set = mapping({
  '@timestamp': ['time', 'time_dt', 'start_time'],
  'event.start': 'start_time',
  'event.end': 'end_time',
  'event.action': ['api.operation', 'activity_name', 'type_name'],
  'event.code': ['type_uid', 'class_uid'],
  'event.provider': ['metadata.product.name', 'api.service.name'],
  'event.severity': 'severity_id',
  'event.reason': ['status_detail', 'status_code'],
  'event.duration': via('duration', (ms) => (typeof ms === 'number' && Number.isSafeInteger(ms) ? ms * 1_000_000 : null)),
  'log.level': via('severity', lower),
  message: 'message',
  'user.name': ['actor.user.name', 'user.name', 'actor.user.email_addr', 'user.email_addr', 'actor.user.uid'],
  'user.id': ['actor.user.uid', 'actor.user.credential_uid', 'user.uid'],
  'user.email': ['actor.user.email_addr', 'user.email_addr'],
  'user.domain': ['actor.user.domain', 'user.domain'],
  'source.ip': 'src_endpoint.ip',
  'source.port': 'src_endpoint.port',
  'source.domain': ['src_endpoint.hostname', 'src_endpoint.domain'],
  'source.mac': 'src_endpoint.mac',
  'source.bytes': 'traffic.bytes_out',
  'source.packets': 'traffic.packets_out',
  'destination.ip': 'dst_endpoint.ip',
  'destination.port': 'dst_endpoint.port',
  'destination.domain': ['dst_endpoint.hostname', 'dst_endpoint.domain'],
  'destination.bytes': 'traffic.bytes_in',
  'destination.packets': 'traffic.packets_in',
  'network.transport': via(['connection_info.protocol_name', 'connection_info.protocol_num'], transportOf),
  'network.direction': via('connection_info.direction', (direction) => (/^(?:inbound|outbound)$/i.test(String(direction)) ? lower(direction) : null)),
  'network.bytes': 'traffic.bytes',
  'network.packets': 'traffic.packets',
  'host.name': ['device.hostname', 'device.name'],
  'host.id': 'device.uid',
  'host.ip': 'device.ip',
  'process.name': 'process.name',
  'process.executable': 'process.file.path',
  'process.command_line': 'process.cmd_line',
  'process.pid': 'process.pid',
  'process.parent.name': ['process.parent_process.name', 'actor.process.name'],
  'process.parent.executable': ['process.parent_process.file.path', 'actor.process.file.path'],
  'process.parent.pid': ['process.parent_process.pid', 'actor.process.pid'],
  'file.path': 'file.path',
  'file.name': 'file.name',
  'file.size': 'file.size',
  'dns.question.name': via('query.hostname', (name) => String(name).replace(/(.)\.$/, '$1')),
  'dns.question.type': 'query.type',
  'dns.question.class': 'query.class',
  'dns.response_code': 'rcode',
  'http.request.method': 'http_request.http_method',
  'http.request.referrer': 'http_request.referrer',
  'http.response.status_code': 'http_response.code',
  'user_agent.original': 'http_request.user_agent',
  'tls.version': 'tls.version',
  'tls.cipher': 'tls.cipher',
  'tls.client.server_name': 'tls.sni',
  'rule.id': ['finding_info.uid', 'finding.uid'],
  'rule.name': ['finding_info.title', 'finding.title'],
  'rule.description': ['finding_info.desc', 'finding.desc'],
  'cloud.provider': via('cloud.provider', lower),
  'cloud.account.id': ['cloud.account.uid', 'cloud.account_uid'],
  'cloud.region': 'cloud.region',
  'cloud.service.name': 'api.service.name',
  'error.code': ['api.response.error', 'api.response.code'],
  'error.message': 'api.response.error_message',
});

function mean(event: Draft, json: JsonObject): void {
  const { name, category, type, isFinding } = classOf(json);
  event.dataset = `ocsf.${name}`;
  event.product = (text(objectOf(objectOf(json.metadata).product).vendor_name) ?? 'ocsf').toLowerCase();
  event.category = category;
  event.type = type(text(json.activity_name)?.toLowerCase() ?? '');
  if (isFinding === true) event.kind = 'alert';
  const status = (text(json.status) ?? '').toLowerCase();
  event.outcome = status === 'success' || json.status_id === 1 ? 'success' : status === 'failure' || json.status_id === 2 ? 'failure' : null;
  const url = objectOf(objectOf(json.http_request).url);
  setUrl(event, text(url.url_string) ?? text(url.text) ?? text(url.path));
  const { answers } = json;
  if (Array.isArray(answers))
    setField(
      event,
      'dns.answers.data',
      answers.flatMap((answer: unknown) => text(objectOf(answer).rdata) ?? []),
    );
  const target = objectOf(json.actor).user === undefined ? {} : objectOf(json.user);
  const targetName = text(target.name) ?? text(target.email_addr);
  if (targetName !== null && targetName !== event.user?.name)
    event.targetUser = { name: targetName, id: text(target.uid), domain: text(target.domain), email: null };
}

const records = jsonLogs({
  name: 'ocsf',
  version: 1,
  reads: 'OCSF records of all classes, as Amazon Security Lake and others write them',
  recognisedBy: 'class_uid with metadata and category_uid or activity_id',
  logs: [
    {
      dataset: 'ocsf.event',
      product: 'ocsf',
      has: ['class_uid', 'metadata'],
      when: (json) => (json.category_uid ?? json.activity_id ?? json.type_uid) !== undefined,
      exportedAs: [...CLASSES.values()].flatMap(({ exportedAs }) => exportedAs),
      id: 'metadata.uid',
      set,
      mean,
    },
  ],
});

/** The class of a record is its dataset. */
const decoder: Decoder = { ...records, datasets: ['ocsf.event', ...[...CLASSES.values()].map(({ name }) => `ocsf.${name}`)] };
export default decoder;
