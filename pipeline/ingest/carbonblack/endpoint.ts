// Events of endpoints: `endpoint.event.procstart` of the Cloud, `ingress.event.procstart` of EDR.
import type { Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, communityId, draft, mapping, setField, table, text, via } from '../kit.ts';

const KINDS = table<readonly [string, string]>({
  procstart: ['process', 'start'],
  process: ['process', 'start'],
  childproc: ['process', 'start'],
  procend: ['process', 'end'],
  processblock: ['process', 'start'],
  crossproc: ['process', 'access'],
  crossprocopen: ['process', 'access'],
  remotethread: ['process', 'change'],
  apicall: ['process', 'info'],
  fileless_scriptload: ['process', 'info'],
  scriptload: ['process', 'info'],
  filemod: ['file', 'change'],
  regmod: ['registry', 'change'],
  moduleload: ['library', 'start'],
  module: ['library', 'start'],
  netconn: ['network', 'connection'],
  netconn2: ['network', 'connection'],
  netconn_proxy: ['network', 'connection'],
  netconnblock: ['network', 'denied'],
  emetmitigation: ['intrusion_detection', 'denied'],
  tamper: ['intrusion_detection', 'info'],
});

const PREFIXES = ['endpoint.event.', 'ingress.event.', 'feed.', 'alert.', 'watchlist.', 'binaryinfo.'];
/** Reports of feeds and watchlists come the same way. */
export const isEndpointEvent = ({ type, device_id, device_name, sensor_id, cb_server, cb_version, process_guid }: JsonObject): boolean =>
  typeof type === 'string' &&
  PREFIXES.some((prefix) => type.startsWith(prefix)) &&
  (device_id ?? device_name ?? sensor_id ?? cb_server ?? cb_version ?? process_guid) !== undefined;

const set = mapping({
  '@timestamp': ['device_timestamp', 'timestamp', 'event_timestamp', 'backend_timestamp'],
  'event.created': 'backend_timestamp',
  'event.action': via(['action', 'type'], (value) => String(value).toLowerCase()),
  'host.name': via(['device_name', 'computer_name', 'hostname'], withoutDomain),
  'host.domain': via('device_name', (value) => account(String(value)).domain),
  'host.id': ['device_id', 'sensor_id'],
  'host.ip': ['device_internal_ip', 'device_external_ip', 'interface_ip'],
  'host.os.type': via(['device_os', 'os_type'], (value) => ({ mac: 'macos', osx: 'macos' })[String(value).toLowerCase()] ?? String(value).toLowerCase()),
  'process.executable': 'process_path',
  'process.command_line': ['process_cmdline', 'command_line', 'cmdline'],
  'process.pid': ['process_pid', 'pid'],
  'process.entity_id': ['process_guid', 'process_unique_id'],
  'process.hash.md5': hashOf('process_hash', 32, 'md5'),
  'process.hash.sha256': hashOf('process_hash', 64, 'sha256'),
  'process.parent.executable': ['parent_path', 'parent_name'],
  'process.parent.command_line': 'parent_cmdline',
  'process.parent.pid': 'parent_pid',
  'process.parent.entity_id': ['parent_guid', 'parent_process_guid'],
  'file.path': ['filemod_name', 'modload_name', 'scriptload_name', 'file_path'],
  'file.hash.md5': hashOf('filemod_hash', 32, 'modload_md5'),
  'file.hash.sha256': hashOf('filemod_hash', 64, 'modload_sha256'),
  'registry.path': ['regmod_name', 'registry_path'],
  'source.ip': ['local_ip', 'netconn_local_ip'],
  'source.port': ['local_port', 'netconn_local_port'],
  'destination.ip': ['remote_ip', 'netconn_remote_ip'],
  'destination.port': ['remote_port', 'netconn_remote_port'],
  'destination.domain': ['netconn_domain', 'remote_domain', 'domain'],
  'network.transport': via(['netconn_protocol', 'protocol'], (value) => transport(String(value))),
  'network.direction': via(
    ['netconn_inbound', 'direction'],
    (value) => ({ false: 'egress', true: 'ingress', outbound: 'egress', inbound: 'ingress' })[String(value)],
  ),
});
/** `DOMAIN\\name`. */
export function withoutDomain(value: unknown): string {
  const written = String(value);
  return written.slice(written.indexOf('\\') + 1);
}
/** A list of hashes, or one: told by its length. */
function hashOf(list: string, length: number, single: string) {
  return via([list, single], (value) =>
    (Array.isArray(value) ? (value as readonly unknown[]) : [value]).find((one) => typeof one === 'string' && one.length === length),
  );
}
const transport = (written: string): string | undefined => ({ '6': 'tcp', '17': 'udp', proto_tcp: 'tcp', proto_udp: 'udp' })[written.toLowerCase()];

export function endpointEvent(document: RawDocument, json: JsonObject): Draft {
  const event = draft('carbonblack.endpoint', 'carbonblack', document.bytes);
  const name = text(json.type) ?? '';
  const [category, type] =
    KINDS.get(name.slice(name.lastIndexOf('.') + 1)) ?? (/^(?:feed|alert|watchlist)\./.test(name) ? ['intrusion_detection', 'info'] : ['host', 'info']);
  event.provider = 'endpoint';
  event.code = name;
  event.category = [category];
  event.type = [type];
  if (/^(?:feed|alert|watchlist)\./.test(name)) event.kind = 'alert';
  set(event, json, document);
  detail(event, json);
  const { name: who, domain, email } = account(text(json.process_username) ?? text(json.username));
  if (who !== null) event.user = { name: who, domain, id: null, email };
  const [protocol, source, destination] = [event.network?.transport ?? null, event.source, event.destination];
  setField(event, 'network.community_id', communityId(protocol, source?.ip ?? null, source?.port ?? null, destination?.ip ?? null, destination?.port ?? null));
  const said =
    event.registry?.path ?? event.file?.path ?? destination?.domain ?? destination?.ip ?? event.process?.commandLine ?? event.process?.executable ?? null;
  event.message = `${name.slice(name.lastIndexOf('.') + 1)}${said === null ? '' : `: ${said.length > 480 ? `${said.slice(0, 479)}…` : said}`}`;
  return event;
}

/** EDR has one `path`, of whatever the event is about; what was done to a file or key is in a list of actions. */
function detail(event: Draft, { action, path }: JsonObject): void {
  const [category] = event.category;
  const object =
    category === 'process'
      ? 'process.executable'
      : category === 'registry'
        ? 'registry.path'
        : category === 'file' || category === 'library'
          ? 'file.path'
          : null;
  if (object !== null && ((object === 'file.path' ? event.file : object === 'registry.path' ? event.registry : event.process?.executable) ?? null) === null)
    setField(event, object, text(path));
  const done = (text(action) ?? '').toUpperCase();
  if (event.category[0] === 'file' || event.category[0] === 'registry') {
    if (done.includes('DELETE')) event.type = ['deletion'];
    else if (done.includes('CREATE')) event.type = ['creation'];
  }
  if (done.includes('BLOCK') || done.includes('DENY')) event.outcome = 'failure';
}
