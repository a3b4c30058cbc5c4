// Columns of the tables, by what they tell.
import { mapping, table, text, via } from '../kit.ts';

/** What is around a row. */
export const setRecord = mapping({
  'event.created': ['time', '_TimeReceivedBySvc'],
  'cloud.account.id': 'tenantId',
  '@timestamp': ['properties.Timestamp', 'time'],
});

const OS = table({ windows: 'windows', macos: 'macos', linux: 'linux', ios: 'ios', android: 'android' });
export const setDevice = mapping({
  'event.action': 'ActionType',
  'host.name': 'DeviceName',
  'host.id': ['DeviceId', 'MachineId'],
  'host.os.type': via('OSPlatform', (value) => OS.get(/^[a-z]+/.exec(String(value).toLowerCase())?.[0] ?? '')),
});

const HASHES = { 'hash.md5': 'MD5', 'hash.sha1': 'SHA1', 'hash.sha256': 'SHA256' };
const hashes = (record: string, prefix = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(HASHES).map(([name, column]) => [`${record}.${name}`, prefix + column]));
/** FolderPath holds the file's name, or leaves it to FileName. */
const path = (folder: string, file: string) =>
  via(folder, (value, fields) => {
    const [whole, name] = [String(value), text(fields[file])];
    if (name === null || whole.toLowerCase().endsWith(name.toLowerCase())) return whole;
    return `${whole}${whole.includes('/') ? '/' : '\\'}${name}`;
  });

/** A new process; the one that started it is the parent. */
export const setProcess = mapping({
  'process.executable': path('FolderPath', 'FileName'),
  'process.name': 'FileName',
  'process.command_line': 'ProcessCommandLine',
  'process.pid': 'ProcessId',
  'process.start': 'ProcessCreationTime',
  'process.entity_id': 'ProcessUniqueId',
  'process.pe.original_file_name': 'ProcessVersionInfoOriginalFileName',
  ...hashes('process'),
  'process.parent.executable': path('InitiatingProcessFolderPath', 'InitiatingProcessFileName'),
  'process.parent.name': 'InitiatingProcessFileName',
  'process.parent.command_line': 'InitiatingProcessCommandLine',
  'process.parent.pid': 'InitiatingProcessId',
  'process.parent.entity_id': 'InitiatingProcessUniqueId',
  'user.name': ['AccountName', 'InitiatingProcessAccountName'],
  'user.domain': ['AccountDomain', 'InitiatingProcessAccountDomain'],
  'user.id': ['AccountSid', 'InitiatingProcessAccountSid'],
  'user.email': ['AccountUpn', 'InitiatingProcessAccountUpn'],
});
/** The process that did something to something else. */
export const setInitiator = mapping({
  'process.executable': path('InitiatingProcessFolderPath', 'InitiatingProcessFileName'),
  'process.name': 'InitiatingProcessFileName',
  'process.command_line': 'InitiatingProcessCommandLine',
  'process.pid': 'InitiatingProcessId',
  'process.start': 'InitiatingProcessCreationTime',
  'process.entity_id': 'InitiatingProcessUniqueId',
  ...hashes('process', 'InitiatingProcess'),
  'process.parent.name': 'InitiatingProcessParentFileName',
  'process.parent.pid': 'InitiatingProcessParentId',
  'user.name': ['AccountName', 'AccountDisplayName', 'InitiatingProcessAccountName'],
  'user.domain': ['AccountDomain', 'InitiatingProcessAccountDomain'],
  'user.id': ['AccountSid', 'AccountObjectId', 'InitiatingProcessAccountSid'],
  'user.email': ['AccountUpn', 'InitiatingProcessAccountUpn'],
  'user.target.name': 'TargetAccountDisplayName',
});
export const setFile = mapping({
  'file.path': path('FolderPath', 'FileName'),
  'file.name': 'FileName',
  'file.size': 'FileSize',
  'file.origin_url': 'FileOriginUrl',
  ...hashes('file'),
  'source.ip': 'LocalIP',
  'destination.ip': 'RemoteIP',
  'destination.port': 'RemotePort',
});
export const setRegistry = mapping({
  'registry.path': via('RegistryKey', (value, { RegistryValueName: name }) => (text(name) === null ? value : `${String(value)}\\${String(name)}`)),
  'registry.key': 'RegistryKey',
  'registry.value': 'RegistryValueName',
  'registry.data.strings': 'RegistryValueData',
});
export const setNetwork = mapping({
  'source.ip': ['LocalIP', 'IPAddress'],
  'source.port': 'LocalPort',
  'destination.ip': 'RemoteIP',
  'destination.port': 'RemotePort',
  'network.transport': via('Protocol', (value) => String(value).replace(/Ip$/, '').toLowerCase()),
  'network.direction': via('ActionType', (value) => (/Inbound/.test(String(value)) ? 'ingress' : String(value).startsWith('Connection') ? 'egress' : null)),
});
export const setAlert = mapping({
  'event.action': ['Category', 'EvidenceRole'],
  'rule.id': 'AlertId',
  'rule.name': 'Title',
  'rule.category': ['Category', 'Categories'],
  'rule.ruleset': 'DetectionSource',
  'file.name': 'FileName',
  'file.path': path('FolderPath', 'FileName'),
  ...hashes('file'),
  'process.command_line': 'ProcessCommandLine',
  'source.ip': 'LocalIP',
  'destination.ip': 'RemoteIP',
  'url.original': 'RemoteUrl',
  'user.name': 'AccountName',
  'user.domain': 'AccountDomain',
  'user.id': 'AccountSid',
  'user.email': 'AccountUpn',
});
export const setMail = mapping({
  'event.action': ['DeliveryAction', 'Action'],
  'email.from.address': ['SenderFromAddress', 'SenderMailFromAddress'],
  'email.to.address': 'RecipientEmailAddress',
  'email.subject': 'Subject',
  'email.message_id': 'InternetMessageId',
  'email.direction': via('EmailDirection', (value) => ({ inbound: 'inbound', outbound: 'outbound', 'intra-org': 'internal' })[String(value).toLowerCase()]),
  'source.ip': ['SenderIPv4', 'SenderIPv6'],
  'file.name': 'FileName',
  'file.hash.sha256': 'SHA256',
  'url.original': 'Url',
  'rule.name': 'ThreatNames',
});

/** `["Rundll32 (T1218.011)", ..]`, as text. */
export function techniques(value: unknown): readonly string[] {
  return [...new Set([...(JSON.stringify(value) ?? '').slice(0, 10_000).matchAll(/T\d{4}(?:\.\d{3})?/g)].map(([id]) => id))];
}
