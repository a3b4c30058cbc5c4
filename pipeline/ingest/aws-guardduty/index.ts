// AWS GuardDuty findings: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_cloudwatch.html
import type { Draft, JsonObject } from '../kit.ts';
import { always, isObject, jsonLogs, mapping, number, objectOf, setField, text, transportOf, via } from '../kit.ts';

const remote = (path: string): readonly string[] =>
  ['networkConnectionAction', 'awsApiCallAction', 'kubernetesApiCallAction', 'rdsLoginAttemptAction', 'portProbeAction.portProbeDetails.0'].map(
    (action) => `service.action.${action}.${path}`,
  );
const set = mapping({
  '@timestamp': ['updatedAt', 'service.eventLastSeen', 'createdAt'],
  'event.created': 'createdAt',
  'event.start': 'service.eventFirstSeen',
  'event.end': 'service.eventLastSeen',
  'event.action': ['service.action.awsApiCallAction.api', 'type'],
  'event.code': 'type',
  'event.provider': always('guardduty'),
  'event.severity': via('severity', (severity) => {
    const value = number(severity);
    return value === null ? null : Math.floor(value);
  }),
  message: 'title',
  'rule.name': 'type',
  'rule.description': 'description',
  'rule.category': via('type', (type) => String(type).split(':', 1)[0]),
  'user.name': ['resource.accessKeyDetails.userName', 'service.action.kubernetesApiCallAction.sourceUser', 'resource.rdsDbUserDetails.user'],
  'user.id': 'resource.accessKeyDetails.principalId',
  'source.ip': remote('remoteIpDetails.ipAddressV4'),
  'source.geo.country_name': remote('remoteIpDetails.country.countryName'),
  'source.geo.city_name': remote('remoteIpDetails.city.cityName'),
  'source.as.number': remote('remoteIpDetails.organization.asn'),
  'source.as.organization.name': remote('remoteIpDetails.organization.asnOrg'),
  'source.port': 'service.action.networkConnectionAction.remotePortDetails.port',
  'destination.ip': [
    'service.action.networkConnectionAction.localIpDetails.ipAddressV4',
    'service.action.portProbeAction.portProbeDetails.0.localIpDetails.ipAddressV4',
  ],
  'destination.port': [
    'service.action.networkConnectionAction.localPortDetails.port',
    'service.action.portProbeAction.portProbeDetails.0.localPortDetails.port',
  ],
  'network.transport': via('service.action.networkConnectionAction.protocol', transportOf),
  'dns.question.name': 'service.action.dnsRequestAction.domain',
  'process.executable': 'service.runtimeDetails.process.executablePath',
  'process.pid': 'service.runtimeDetails.process.pid',
  'process.hash.sha256': 'service.runtimeDetails.process.executableSha256',
  'container.id': 'resource.containerDetails.id',
  'container.name': 'resource.containerDetails.name',
  'container.image.name': 'resource.containerDetails.image',
  'orchestrator.cluster.name': 'resource.eksClusterDetails.name',
  'cloud.provider': always('aws'),
  'cloud.account.id': 'accountId',
  'cloud.region': 'region',
  'cloud.service.name': always('guardduty'),
  'cloud.instance.id': 'resource.instanceDetails.instanceId',
});

function mean(event: Draft, json: JsonObject): void {
  const { networkConnectionAction: connection, dnsRequestAction: request } = objectOf(objectOf(json.service).action);
  event.kind = 'alert';
  event.category = ['threat'];
  event.type = ['indicator'];
  if (event.rule?.name?.includes('Malware') === true) {
    event.category = ['malware'];
    event.type = ['info'];
  } else if (isObject(connection) || isObject(request)) {
    event.category = ['intrusion_detection', 'network'];
    event.type = [objectOf(connection ?? request).blocked === true ? 'denied' : 'info'];
  }
  if (isObject(connection) && text(connection.connectionDirection) !== null) turn(event, text(connection.connectionDirection)!);
}

/** The far end is the source, unless the instance called it. */
function turn(event: Draft, direction: string): void {
  setField(event, 'network.direction', direction === 'UNKNOWN' ? null : direction);
  if (direction !== 'OUTBOUND') return;
  const { source, destination } = event;
  event.source = destination;
  event.destination = source;
}

export default jsonLogs({
  name: 'aws-guardduty',
  version: 1,
  reads: 'AWS GuardDuty findings: exported, by EventBridge',
  recognisedBy: 'schemaVersion with accountId, service.detectorId or a GuardDuty arn, type, severity',
  objects: ['detail'],
  logs: [
    {
      dataset: 'aws.guardduty',
      product: 'aws',
      service: 'guardduty',
      has: ['schemaVersion', 'accountId', 'type', 'severity'],
      when: ({ arn, service }) => (typeof arn === 'string' && arn.includes(':guardduty:')) || (isObject(service) && service.detectorId !== undefined),
      exportedAs: 'AWS.GuardDuty',
      id: ['id', 'updatedAt'],
      set,
      mean,
    },
  ],
});
