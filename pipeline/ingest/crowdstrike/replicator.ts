// Falcon Data Replicator. Identifiers of processes are 64-bit numbers in decimal text, unique per sensor (`aid`).
import type { Draft, JsonObject, RawDocument } from '../kit.ts';
import { draft, hasBothEnds, communityId, mapping, number, objectOf, setField, table, text, via } from '../kit.ts';
import { kindOfEvent } from './kinds.ts';

const SYSTEMS = table({ Win: 'windows', Mac: 'macos', Lin: 'linux', Android: 'android', iOS: 'ios' });
const DNS_TYPES = table({ 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV', 65: 'HTTPS', 255: 'ANY' });

/** A hash that the sensor did not compute is all zeros. */
const hash = (value: unknown): unknown => (typeof value === 'string' && /^0+$/.test(value) ? null : value);
const ofHash = (...names: readonly string[]) => via(names, hash);

const set = mapping({
  '@timestamp': ['ContextTimeStamp', 'ContextTimestamp', 'timestamp', '_time', 'Time', 'p_event_time'],
  'host.id': 'aid',
  'host.name': ['ComputerName', 'ClientComputerName'],
  'host.ip': ['LocalAddressIP4', 'LocalAddressIP6', 'CurrentLocalIP'],
  'host.os.type': via('event_platform', (value) => SYSTEMS.get(String(value))),
  'observer.ip': ['aip'],
  'agent.id': 'aid',
  'agent.version': 'ConfigBuild',
  'organization.name': 'CompanyName',
  'user.name': ['UserName', 'UserPrincipal', 'User'],
  'user.domain': ['UserDomain', 'LogonDomain'],
  'user.id': ['UserSid', 'UserSid_readable', 'UID', 'RUID'],
  'group.id': 'GID',
  'process.executable': ['ImageFileName', 'ContextImageFileName'],
  'process.command_line': 'CommandLine',
  'process.entity_id': ['TargetProcessId', 'ContextProcessId', 'TargetProcessId_decimal', 'ContextProcessId_decimal'],
  'process.pid': ['RawProcessId', 'RawProcessId_decimal'],
  'process.start': via('ProcessStartTime', (value) => (number(value) === 0 ? null : value)),
  'process.end': via('ProcessEndTime', (value) => (number(value) === 0 ? null : value)),
  'process.exit_code': 'ExitCode',
  'process.working_directory': 'WorkingDirectory',
  'process.parent.entity_id': ['ParentProcessId', 'ParentProcessId_decimal', 'SourceProcessId'],
  'process.parent.name': 'ParentBaseFileName',
  'process.parent.executable': 'ParentImageFileName',
  'process.parent.command_line': 'ParentCommandLine',
  'source.ip': ['LocalAddressIP4', 'LocalAddressIP6', 'LocalIP'],
  'source.port': ['LocalPort', 'LPort'],
  'destination.ip': ['RemoteAddressIP4', 'RemoteAddressIP6'],
  'destination.port': ['RemotePort', 'RPort'],
  'network.transport': via('Protocol', (value) => ({ '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' })[String(value)]),
  'network.direction': via('ConnectionDirection', (value) => ({ '0': 'egress', '1': 'ingress' })[String(value)]),
  'dns.question.name': 'DomainName',
  'dns.question.type': via('RequestType', (value) => DNS_TYPES.get(String(value))),
  'registry.path': via('RegObjectName', (value, { RegValueName: name }) => (text(name) === null ? value : `${String(value)}\\${String(name)}`)),
  'registry.key': 'RegObjectName',
  'registry.value': 'RegValueName',
  'registry.data.strings': ['RegStringValue', 'RegNumericValue'],
  'service.name': 'ServiceDisplayName',
  'url.original': 'HttpUrl',
});
const setImage = mapping({
  'process.hash.sha256': ofHash('SHA256HashData'),
  'process.hash.sha1': ofHash('SHA1HashData'),
  'process.hash.md5': ofHash('MD5HashData'),
});
const setFile = mapping({
  'file.path': ['TargetFileName', 'TargetFilePath', 'SourceFileName', 'ImageFileName', 'FilePath', 'FileName'],
  'file.size': 'Size',
  'file.hash.sha256': ofHash('SHA256HashData'),
  'file.hash.sha1': ofHash('SHA1HashData'),
  'file.hash.md5': ofHash('MD5HashData'),
});

/** @param name `event_simpleName`; null for an export without it. */
export function sensorEvent(document: RawDocument, json: JsonObject, name: string | null): Draft {
  const event = draft('crowdstrike.fdr', 'crowdstrike', document.bytes);
  // Some exports keep the sensor's event below `event`, with its types changed above it.
  const fields = { ...json, ...objectOf(json.event) };
  const { category, type, object } = kindOfEvent(name ?? '');
  event.provider = 'fdr';
  event.action = name;
  event.category = category;
  event.type = type;
  event.id = text(fields.id) ?? '';
  set(event, fields, document);
  if (object === 'process') setImage(event, fields, document);
  else if (object === 'file') {
    // The process is the one that touched it: the image named here is the file.
    if (event.process !== null && text(json.TargetFileName) === null) event.process = { ...event.process, executable: null, name: null };
    setFile(event, fields, document);
  }
  if (event.network !== null || hasBothEnds(event)) connect(event);
  if (name !== null && /Fail/.test(name)) event.outcome = 'failure';
  else if (object === 'logon') event.outcome = 'success';
  const said =
    event.process?.commandLine ?? event.dns?.questionName ?? event.file?.path ?? event.registry?.path ?? event.process?.executable ?? event.user?.name;
  event.message = `${name ?? 'event'}${said === null || said === undefined ? '' : `: ${said.length > 480 ? `${said.slice(0, 479)}…` : said}`}`;
  return event;
}

/** A connection that came in was begun by the other side. */
function connect(event: Draft): void {
  if (event.network?.direction === 'ingress') [event.source, event.destination] = [event.destination, event.source];
  const [transport, source, destination] = [event.network?.transport ?? null, event.source, event.destination];
  setField(event, 'network.community_id', communityId(transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null));
}

/** Hosts (`aidmaster`), users, applications and hosts without a sensor: what is known of them, not what happened. */
export function tableRow(document: RawDocument, json: JsonObject): Draft {
  const event = draft('crowdstrike.fdr_table', 'crowdstrike', document.bytes);
  event.kind = 'asset';
  event.provider = 'fdr';
  event.category = ['host'];
  if (json.UserSid_readable !== undefined) event.category = ['iam'];
  else if (json.detectioncount !== undefined) event.category = ['package'];
  event.type = json.UserSid_readable === undefined ? ['info'] : ['user', 'info'];
  event.action =
    json.AgentLoadFlags !== undefined
      ? 'host'
      : json.UserSid_readable !== undefined
        ? 'user'
        : json.detectioncount !== undefined
          ? 'application'
          : 'unmanaged-host';
  set(event, json, document);
  if (json.detectioncount !== undefined) setFile(event, json, document);
  setField(event, 'host.mac', text(json.MAC));
  event.message = `${event.action}: ${event.host?.name ?? event.user?.name ?? event.file?.name ?? text(json.cid) ?? ''}`;
  return event;
}
