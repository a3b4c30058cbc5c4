// What agents see, as Cloud Funnel 2 exports it: flat names with dots.
import type { Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, communityId, draft, mapping, setField, table, text, via } from '../kit.ts';

const KINDS = table<readonly [string, string]>({
  'Process Creation': ['process', 'start'],
  'Duplicate Process Handle': ['process', 'access'],
  'Open Remote Process Handle': ['process', 'access'],
  'Remote Thread Creation': ['process', 'change'],
  'Process Exit': ['process', 'end'],
  'Process Termination': ['process', 'end'],
  'Command Script': ['process', 'info'],
  'File Creation': ['file', 'creation'],
  'File Modification': ['file', 'change'],
  'File Rename': ['file', 'change'],
  'File Deletion': ['file', 'deletion'],
  'File Scan': ['file', 'info'],
  'Registry Key Create': ['registry', 'creation'],
  'Registry Value Create': ['registry', 'creation'],
  'Registry Key Delete': ['registry', 'deletion'],
  'Registry Value Delete': ['registry', 'deletion'],
  'Registry Key Rename': ['registry', 'change'],
  'Registry Value Modified': ['registry', 'change'],
  'IP Connect': ['network', 'connection'],
  'IP Listen': ['network', 'info'],
  'DNS Resolved': ['network', 'protocol'],
  'DNS Unresolved': ['network', 'protocol'],
  Login: ['authentication', 'start'],
  Logout: ['authentication', 'end'],
  'Module Load': ['library', 'start'],
  'Driver Load': ['driver', 'start'],
  'Task Register': ['configuration', 'creation'],
  'Task Delete': ['configuration', 'deletion'],
  'Task Update': ['configuration', 'change'],
  'Task Start': ['process', 'start'],
  'Behavioral Indicators': ['intrusion_detection', 'info'],
  'Threat Intelligence Indicators': ['threat', 'indicator'],
});

/** The process that acts is the source; of a creation, what was created is the target. */
const setActor = mapping({
  'process.name': 'src.process.name',
  'process.executable': 'src.process.image.path',
  'process.command_line': 'src.process.cmdline',
  'process.pid': 'src.process.pid',
  'process.entity_id': 'src.process.uid',
  'process.hash.md5': 'src.process.image.md5',
  'process.hash.sha1': 'src.process.image.sha1',
  'process.hash.sha256': 'src.process.image.sha256',
  'process.parent.name': 'src.process.parent.name',
  'process.parent.executable': 'src.process.parent.image.path',
  'process.parent.command_line': 'src.process.parent.cmdline',
  'process.parent.pid': 'src.process.parent.pid',
  'process.parent.entity_id': 'src.process.parent.uid',
});
const setCreated = mapping({
  'process.name': 'tgt.process.name',
  'process.executable': 'tgt.process.image.path',
  'process.command_line': 'tgt.process.cmdline',
  'process.pid': 'tgt.process.pid',
  'process.entity_id': 'tgt.process.uid',
  'process.hash.md5': 'tgt.process.image.md5',
  'process.hash.sha1': 'tgt.process.image.sha1',
  'process.hash.sha256': 'tgt.process.image.sha256',
  'process.parent.name': 'src.process.name',
  'process.parent.executable': 'src.process.image.path',
  'process.parent.command_line': 'src.process.cmdline',
  'process.parent.pid': 'src.process.pid',
  'process.parent.entity_id': 'src.process.uid',
});
const USERS = ['tgt.process.user', 'event.login.userName', 'src.process.user'];
const set = mapping({
  '@timestamp': ['event.time', 'timestamp'],
  'event.action': 'event.type',
  'agent.id': 'agent.uuid',
  'agent.version': 'agent.version',
  'host.name': 'endpoint.name',
  'host.id': 'agent.uuid',
  'host.os.type': via('endpoint.os', (value) => ({ osx: 'macos' })[String(value).toLowerCase()] ?? String(value).toLowerCase()),
  'user.name': via(USERS, (value) => account(String(value)).name),
  'user.domain': via(USERS, (value) => account(String(value)).domain),
  'user.email': via(USERS, (value) => account(String(value)).email),
  'source.ip': ['src.ip.address', 'event.login.srcMachineIp'],
  'source.port': 'src.port.number',
  'destination.ip': 'dst.ip.address',
  'destination.port': 'dst.port.number',
  'network.direction': via('event.network.direction', (value) => ({ outgoing: 'egress', incoming: 'ingress' })[String(value).toLowerCase()]),
  'network.transport': 'event.network.protocolName',
  'dns.question.name': 'event.dns.request',
  'dns.answers.data': via('event.dns.response', (value) => String(value).split(/[;,] ?/)),
  'url.original': 'url.address',
  'file.path': ['tgt.file.path', 'module.path'],
  'file.size': 'tgt.file.size',
  'file.hash.md5': ['tgt.file.md5', 'module.md5'],
  'file.hash.sha1': ['tgt.file.sha1', 'module.sha1'],
  'file.hash.sha256': 'tgt.file.sha256',
  'registry.path': 'registry.keyPath',
  'registry.data.strings': 'registry.value',
  'rule.name': 'indicator.name',
  'rule.category': 'indicator.category',
});

export function sensorEvent(document: RawDocument, json: JsonObject): Draft {
  const event = draft('sentinelone.sensor', 'sentinelone', document.bytes);
  const name = text(json['event.type']) ?? '';
  const [category, type] = KINDS.get(name) ?? ['host', 'info'];
  event.provider = 'cloud-funnel';
  event.category = [category];
  event.type = [type];
  event.id = text(json['event.id']) ?? '';
  set(event, json, document);
  (name === 'Process Creation' ? setCreated : setActor)(event, json, document);
  if (name === 'Login') event.outcome = String(json['event.login.loginIsSuccessful']) === 'false' ? 'failure' : 'success';
  const [transport, source, destination] = [event.network?.transport ?? null, event.source, event.destination];
  setField(event, 'network.community_id', communityId(transport, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null));
  const said = event.dns?.questionName ?? event.registry?.path ?? event.file?.path ?? event.process?.commandLine ?? event.process?.executable ?? null;
  event.message = `${name}${said === null ? '' : `: ${said.length > 480 ? `${said.slice(0, 479)}…` : said}`}`;
  return event;
}
