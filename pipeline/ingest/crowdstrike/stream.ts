// The event stream: detections, incidents and what users of the console do.
import type { Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, draft, isObject, mapping, number, objectOf, setField, table, text, texts, via } from '../kit.ts';

const SEVERITIES = table({ informational: 10, low: 25, medium: 50, high: 75, critical: 95 });

const set = mapping({
  '@timestamp': ['event.UTCTimestamp', 'event.StartTimestamp', 'metadata.eventCreationTime', 'metadata.EventCreationTime'],
  'event.created': 'metadata.eventCreationTime',
  'event.action': ['event.OperationName', 'metadata.eventType'],
  'event.reference': 'event.FalconHostLink',
  'event.reason': 'event.Description',
  'organization.name': 'event.CompanyName',
  'host.name': ['event.ComputerName', 'event.Hostname', 'event.HostnameField', 'event.EndpointName'],
  'host.id': ['event.SensorId', 'event.AgentId', 'event.DeviceId'],
  'host.ip': ['event.LocalIP', 'event.LocalIPv6', 'event.EndpointIp'],
  'host.mac': 'event.MACAddress',
  'source.ip': ['event.UserIp', 'event.SourceIp', 'event.SourceEndpointIpAddress', 'event.SourceEndpointAddressIP4'],
  'process.executable': via('event.FilePath', (value, { event }) => withName(value, objectOf(event).FileName)),
  'process.name': 'event.FileName',
  'process.command_line': 'event.CommandLine',
  'process.start': 'event.ProcessStartTime',
  'process.entity_id': 'event.ProcessId',
  'process.parent.entity_id': 'event.ParentProcessId',
  'process.parent.command_line': 'event.ParentCommandLine',
  'process.parent.name': ['event.ParentImageFileName'],
  'process.hash.sha256': zeroless('event.SHA256String'),
  'process.hash.sha1': zeroless('event.SHA1String'),
  'process.hash.md5': zeroless('event.MD5String'),
  'rule.id': ['event.DetectId', 'event.CompositeId', 'event.PatternId'],
  'rule.name': ['event.DetectName', 'event.Name', 'event.RuleName'],
  'rule.description': ['event.DetectDescription', 'event.Description'],
  'threat.tactic.name': via('event.Tactic', (value) => texts(value)),
  'threat.technique.name': via('event.Technique', (value) => texts(value)),
});
function zeroless(name: string) {
  return via(name, (value) => (typeof value === 'string' && /^0+$/.test(value) ? null : value));
}
/** Older detections name the folder and the file apart. */
function withName(path: unknown, name: unknown): unknown {
  const [folder, file] = [text(path), text(name)];
  if (folder === null || file === null || folder.toLowerCase().endsWith(file.toLowerCase())) return folder;
  return `${folder.replace(/[\\/]$/, '')}${folder.includes('/') ? '/' : '\\'}${file}`;
}

export function streamEvent(document: RawDocument, json: JsonObject): Draft {
  const event = draft('crowdstrike.stream', 'crowdstrike', document.bytes);
  const inner = objectOf(json.event);
  const name = text(objectOf(json.metadata).eventType) ?? '';
  event.provider = 'event-stream';
  event.code = name;
  set(event, json, document);
  if (/Detection|Incident|Mobile|Xdr|Recon/.test(name)) detection(event, inner);
  else audit(event, inner, name);
  const { name: who, domain, email } = account(text(inner.UserName) ?? text(inner.UserId));
  if (who !== null) event.user = { name: who, domain: domain ?? text(inner.MachineDomain), id: null, email };
  const said = text(inner.Description) ?? text(inner.DetectDescription) ?? event.action ?? name;
  event.message = `${said}${event.user?.name === undefined || event.user.name === null ? '' : ` (${event.user.name})`}`;
  return event;
}

function detection(event: Draft, inner: JsonObject): void {
  event.kind = 'alert';
  event.category = ['intrusion_detection'];
  event.type = ['info'];
  if (isObject(inner.PatternDispositionFlags))
    event.type = ['ProcessBlocked', 'OperationBlocked', 'QuarantineFile', 'KillProcess'].some((flag) => objectOf(inner.PatternDispositionFlags)[flag] === true)
      ? ['denied']
      : ['allowed'];
  // 1 to 5 in old streams, 0 to 100 in new ones; the name says the same in both.
  const named = SEVERITIES.get(text(inner.SeverityName)?.toLowerCase() ?? '');
  const written = number(inner.Severity);
  event.severity = named ?? (written === null ? null : Math.round(Math.min(100, Math.max(0, written <= 5 ? written * 20 : written))));
  setField(event, 'log.level', text(inner.SeverityName)?.toLowerCase());
}

function audit(event: Draft, inner: JsonObject, name: string): void {
  const isLogin = /Auth/.test(name);
  event.category = isLogin ? ['authentication'] : /RemoteResponse/.test(name) ? ['session'] : /Firewall/.test(name) ? ['network'] : ['configuration'];
  event.type = [/SessionStart/.test(name) ? 'start' : /SessionEnd/.test(name) ? 'end' : 'info'];
  if (typeof inner.Success === 'boolean') event.outcome = inner.Success ? 'success' : 'failure';
  const action = text(inner.OperationName) ?? '';
  if (isLogin && !/auth|login|logon|twofactor|saml/i.test(action) && action !== '') {
    event.category = ['iam'];
    event.type = [
      /^create|^add|^grant/i.test(action) ? 'creation' : /^delete|^remove|^revoke/i.test(action) ? 'deletion' : /^get|^list/i.test(action) ? 'info' : 'change',
    ];
  }
}
