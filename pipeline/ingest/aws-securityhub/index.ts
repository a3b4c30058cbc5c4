// AWS Security Hub findings (ASFF): https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
import type { Draft, JsonObject } from '../kit.ts';
import { always, jsonLogs, lastPart, mapping, objectOf, table, text, texts, transportOf, via } from '../kit.ts';

const lower = (value: unknown): string => String(value).toLowerCase();
const set = mapping({
  '@timestamp': ['UpdatedAt', 'CreatedAt'],
  'event.created': 'CreatedAt',
  'event.start': 'FirstObservedAt',
  'event.end': 'LastObservedAt',
  'event.action': ['Action.AwsApiCallAction.Api', 'Action.ActionType', 'Workflow.Status'],
  'event.provider': ['ProductName', 'ProductFields.aws/securityhub/ProductName', 'GeneratorId'],
  'event.code': 'GeneratorId',
  'event.severity': ['Severity.Normalized', 'FindingProviderFields.Severity.Normalized'],
  'event.url': 'SourceUrl',
  'log.level': via(['Severity.Label', 'FindingProviderFields.Severity.Label'], lower),
  message: 'Title',
  'rule.id': 'GeneratorId',
  'rule.name': 'Title',
  'rule.description': 'Description',
  'rule.category': 'Types.0',
  'rule.reference': 'Remediation.Recommendation.Url',
  'source.ip': [
    'Network.SourceIpV4',
    'Network.SourceIpV6',
    'Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4',
    'Action.NetworkConnectionAction.RemoteIpDetails.IpAddressV4',
  ],
  'source.port': ['Network.SourcePort', 'Action.NetworkConnectionAction.RemotePortDetails.Port'],
  'source.domain': ['Network.SourceDomain', 'Action.AwsApiCallAction.DomainDetails.Domain'],
  'destination.ip': ['Network.DestinationIpV4', 'Network.DestinationIpV6'],
  'destination.port': ['Network.DestinationPort', 'Action.NetworkConnectionAction.LocalPortDetails.Port'],
  'destination.domain': 'Network.DestinationDomain',
  'network.transport': via(['Network.Protocol', 'Action.NetworkConnectionAction.Protocol'], transportOf),
  'network.direction': via('Network.Direction', (direction) => (direction === 'IN' ? 'inbound' : direction === 'OUT' ? 'outbound' : null)),
  'process.name': 'Process.Name',
  'process.executable': 'Process.Path',
  'process.pid': 'Process.Pid',
  'vulnerability.id': 'Vulnerabilities.0.Id',
  'cloud.provider': always('aws'),
  'cloud.account.id': 'AwsAccountId',
  'cloud.account.name': 'AwsAccountName',
  'cloud.region': 'Region',
  'cloud.service.name': always('securityhub'),
});

const OUTCOMES = table({ PASSED: 'success', FAILED: 'failure', WARNING: 'unknown', NOT_AVAILABLE: 'unknown' } as const);
function mean(event: Draft, json: JsonObject): void {
  event.kind = json.RecordState === 'ARCHIVED' ? 'event' : 'alert';
  const types = texts(json.Types).join(' ');
  const check = OUTCOMES.get(text(objectOf(json.Compliance).Status) ?? '');
  if (check !== undefined) {
    event.category = ['configuration'];
    event.type = ['info'];
    event.outcome = check;
    if (check === 'success') event.kind = 'state';
  } else if (types.includes('Vulnerabilities')) {
    event.category = ['vulnerability'];
    event.type = ['info'];
  } else if (types.includes('Malware') || json.Malware !== undefined) {
    event.category = ['malware'];
    event.type = ['info'];
  } else {
    event.category = ['threat'];
    event.type = ['indicator'];
  }
  const resource = Array.isArray(json.Resources) ? objectOf(json.Resources[0]) : {};
  const id = text(resource.Id);
  if (id !== null && text(resource.Type) === 'AwsIamUser') event.user = { name: lastPart(id), id, domain: null, email: null };
}

export default jsonLogs({
  name: 'aws-securityhub',
  version: 1,
  reads: 'AWS Security Hub findings (ASFF): single, answers of the interface, EventBridge',
  recognisedBy: 'ProductArn, GeneratorId and AwsAccountId',
  arrays: ['detail.findings', 'Findings', 'findings'],
  logs: [
    {
      dataset: 'aws.securityhub',
      product: 'aws',
      service: 'securityhub',
      has: ['ProductArn', 'GeneratorId', 'AwsAccountId'],
      exportedAs: 'AWS.SecurityFindingFormat',
      id: ['Id', 'UpdatedAt'],
      set,
      mean,
    },
  ],
});
