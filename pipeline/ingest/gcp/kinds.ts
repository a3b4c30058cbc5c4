// What each kind of log entry of Google Cloud tells.
import type { Draft, JsonObject } from '../kit.ts';
import { byWhom, actionMeaning, always, communityId, count, isObject, mapping, number, objectOf, setUrl, text, transportOf, via } from '../kit.ts';

const lower = (value: unknown): string => String(value).toLowerCase();
const PROJECT = ['resource.labels.project_id', 'resource.labels.project'];
const ENTRY = {
  '@timestamp': ['timestamp', 'receiveTimestamp', 'receivetimestamp'],
  'log.level': via('severity', lower),
  'log.logger': via(['logName', 'logname'], decoded),
  'cloud.provider': always('gcp'),
  'cloud.project.id': via([...PROJECT, 'logName', 'logname'], projectOf),
  'cloud.region': ['resource.labels.region', 'resource.labels.location'],
  'cloud.availability_zone': 'resource.labels.zone',
  'cloud.instance.id': 'resource.labels.instance_id',
  'trace.id': 'trace',
} as const;
function decoded(name: unknown): string {
  try {
    return decodeURIComponent(String(name));
  } catch {
    return String(name);
  }
}
/** `projects/<id>/logs/..`, or the id itself. */
function projectOf(value: unknown): string | null {
  const written = String(value);
  if (!written.includes('/')) return written;
  return written.startsWith('projects/') ? written.split('/')[1]! : null;
}

const both = (...paths: readonly string[]): readonly string[] => paths.flatMap((path) => [`protoPayload.${path}`, `protopayload.${path}`]);
export const setEntry = mapping({ ...ENTRY, 'event.provider': 'resource.type', message: ['textPayload', 'jsonPayload.message'] });
export const setAudit = mapping({
  ...ENTRY,
  'event.action': [...both('methodName'), 'methodName'],
  'event.provider': [...both('serviceName'), 'serviceName'],
  'event.reason': both('metadata.violationReason'),
  'user.name': both('authenticationInfo.principalEmail', 'authenticationInfo.principalSubject'),
  'user.id': both('authenticationInfo.principalSubject', 'authenticationInfo.serviceAccountKeyName'),
  'source.ip': both('requestMetadata.callerIp', 'requestMetadata.callerIP'),
  'user_agent.original': both('requestMetadata.callerSuppliedUserAgent'),
  'cloud.service.name': [...both('serviceName'), 'serviceName'],
  'error.code': via(both('status.code'), (code) => (String(code) === '0' ? null : String(code))),
  'error.message': both('status.message'),
});
export const setBalancer = mapping({
  ...ENTRY,
  'event.action': ['jsonPayload.statusDetails'],
  'event.duration': via('httpRequest.latency', nanoseconds),
  'source.ip': 'httpRequest.remoteIp',
  'source.bytes': 'httpRequest.requestSize',
  'destination.ip': 'httpRequest.serverIp',
  'destination.bytes': 'httpRequest.responseSize',
  'http.request.method': 'httpRequest.requestMethod',
  'http.request.bytes': 'httpRequest.requestSize',
  'http.request.referrer': 'httpRequest.referer',
  'http.response.status_code': 'httpRequest.status',
  'http.response.bytes': 'httpRequest.responseSize',
  'http.version': via('httpRequest.protocol', (protocol) => String(protocol).replace(/^HTTP\//i, '')),
  'user_agent.original': 'httpRequest.userAgent',
  'rule.name': ['jsonPayload.enforcedSecurityPolicy.name'],
  'rule.id': 'jsonPayload.enforcedSecurityPolicy.preconfiguredExprIds.0',
});
/** `0.123s`. */
function nanoseconds(latency: unknown): number | null {
  const seconds = number(String(latency).replace(/s$/, ''));
  return seconds === null ? null : Math.round(seconds * 1_000_000_000);
}
export const setFlow = mapping({
  ...ENTRY,
  'event.action': always('flow'),
  'event.start': 'jsonPayload.start_time',
  'event.end': 'jsonPayload.end_time',
  'source.ip': 'jsonPayload.connection.src_ip',
  'source.port': 'jsonPayload.connection.src_port',
  'source.bytes': 'jsonPayload.bytes_sent',
  'source.packets': 'jsonPayload.packets_sent',
  'destination.ip': 'jsonPayload.connection.dest_ip',
  'destination.port': 'jsonPayload.connection.dest_port',
  'network.transport': via('jsonPayload.connection.protocol', transportOf),
  'network.iana_number': via('jsonPayload.connection.protocol', (protocol) => count(protocol)),
  'network.bytes': 'jsonPayload.bytes_sent',
  'network.packets': 'jsonPayload.packets_sent',
});
export const setDns = mapping({
  ...ENTRY,
  'event.action': always('dns-query'),
  'source.ip': 'jsonPayload.sourceIP',
  'network.transport': via('jsonPayload.protocol', transportOf),
  'network.protocol': always('dns'),
  'dns.question.name': via('jsonPayload.queryName', (name) => String(name).replace(/(.)\.$/, '$1')),
  'dns.question.type': 'jsonPayload.queryType',
  'dns.response_code': 'jsonPayload.responseCode',
});

/** Workspace tells Cloud Logging of itself: rules know those entries by their own services. */
const WORKSPACE: ReadonlyMap<string, string> = new Map([
  ['admin.googleapis.com', 'google_workspace.admin'],
  ['login.googleapis.com', 'google_workspace.login'],
]);

/** `google.iam.admin.v1.SetIamPolicy`, `v1.compute.firewalls.patch`, `storage.buckets.delete`: the last part is the verb. */
export function audit(event: Draft, json: JsonObject): void {
  const payload = objectOf(json.protoPayload ?? json.protopayload);
  const service = WORKSPACE.get(event.provider ?? '');
  if (service !== undefined) event.logsource = { category: [], service: [...event.logsource.service, service] };
  const parts = (event.action ?? '').split('.');
  const name = parts.at(-1) ?? '';
  const { category, type } = actionMeaning(name, parts.at(-2) ?? '');
  const isIam = category[0] === 'iam' || /iam/i.test(`${event.provider ?? ''} ${name}`);
  event.category = category[0] === 'authentication' ? category : isIam ? ['iam'] : ['api'];
  event.type = isIam && category[0] !== 'iam' && category[0] !== 'authentication' ? [type[0] === 'access' ? 'info' : type[0]!, 'admin'] : type;
  const denied = authorizations(payload).some(({ granted }) => granted === false);
  const code = text(objectOf(payload.status).code);
  const isFailure = denied || (code !== null && code !== '0');
  event.outcome = isFailure ? 'failure' : 'success';
  if (denied && event.category[0] === 'api') event.type = [...event.type, 'denied'];
  const resource = text(payload.resourceName);
  event.message = `${event.action ?? 'call'}${resource === null ? '' : ` on ${resource}`}${byWhom(event)}${isFailure ? ' failed' : ''}`;
}
const authorizations = ({ authorizationInfo: list }: JsonObject): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);

export function balancer(event: Draft, json: JsonObject): void {
  setUrl(event, text(objectOf(json.httpRequest).requestUrl));
  const policy = objectOf(objectOf(json.jsonPayload).enforcedSecurityPolicy);
  const isDenied = policy.outcome === 'DENY';
  const status = event.http?.status ?? null;
  event.category = isDenied ? ['intrusion_detection'] : ['web'];
  event.type = isDenied ? ['denied'] : status !== null && status >= 400 ? ['access', 'error'] : ['access'];
  event.outcome = status === null ? null : status >= 400 ? 'failure' : 'success';
  event.message = `${event.http?.method ?? ''} ${event.url?.original ?? ''} ${status ?? ''}`.trim();
}
export function flow(event: Draft): void {
  const { source, destination, network } = event;
  event.category = ['network'];
  event.type = ['connection'];
  if (network !== null)
    event.network = {
      ...network,
      communityId: communityId(network.transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null),
    };
  event.message = `${network?.transport ?? 'flow'} ${source?.ip ?? '-'}:${source?.port ?? '-'} > ${destination?.ip ?? '-'}:${destination?.port ?? '-'}`;
}
export function dns(event: Draft): void {
  event.category = ['network'];
  event.type = ['protocol'];
  event.outcome = event.dns?.responseCode === 'NOERROR' ? 'success' : 'failure';
  event.message = `${event.dns?.questionName ?? ''} ${event.dns?.questionType ?? ''} ${event.dns?.responseCode ?? ''}`.trim();
}
