// From the fields of a Zeek log to an event, whichever way they were written: JSON and TSV meet here.
import { canonicalIp, communityId } from '../../../domains/network/address.ts';
import type { RawDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { draft, endpoint, file, network, setEcs, stamp, stampMicros, user } from './draft.ts';
import { epochMicros, readIso } from './time.ts';
import type { JsonObject } from './values.ts';
import { count, firstLine, hexHash, mac, number, port, sum, table, text, texts } from './values.ts';
import { CONNECTION_TYPES, zeekKind } from './zeek-kinds.ts';

/**
 * @param path Name of the log, for example `conn`.
 * @param f Its fields, by Zeek's names; `id_orig_h` of some writers is read like `id.orig_h`.
 */
export function zeekEvent(path: string, f: JsonObject, native: Uint8Array, { zone }: Pick<RawDocument, 'zone'>): Draft {
  const kind = zeekKind(path);
  const event = draft(kind.dataset, 'zeek', native);
  event.logsource = kind.logsource;
  event.kind = kind.kind;
  event.category = kind.category;
  event.type = kind.type;
  event.provider = 'zeek';
  event.code = path;
  event.action = path;
  time(event, f.ts, zone);
  ends(event, f, path);
  LOGS.get(path)?.(event, f);
  event.message ??= summary(event, path);
  setEcs(event, 'observer.hostname', text(f['_system_name']) ?? text(f['@system']) ?? text(f['_node_name']));
  const received = typeof f['_write_ts'] === 'string' ? readIso(f['_write_ts']) : undefined;
  if (received?.hasZone && received.micros >= 0) event.observedAt = received.micros;
  event.id = stableId(path, f);
  return event;
}

function time(event: Draft, ts: unknown, zone: string | undefined): void {
  if (typeof ts === 'number') stampMicros(event, epochMicros(ts));
  else if (typeof ts === 'string') {
    const iso = readIso(ts);
    if (Number.isNaN(iso.micros)) stampMicros(event, epochMicros(number(ts) ?? Number.NaN));
    else stamp(event, iso, zone);
  }
}

/** Logs of which one line is written per connection, file or transaction. */
function stableId(path: string, f: JsonObject): string {
  const id = path === 'files' ? text(f.fuid) : path === 'conn' || path === 'ssl' || path === 'http' ? text(f.uid) : null;
  const at = text(f.ts);
  return id === null || at === null ? '' : `${path}|${id}|${at}|${path === 'http' ? (text(f.trans_depth) ?? '') : ''}`;
}

function ends(event: Draft, f: JsonObject, path: string): void {
  const sourceIp = canonicalIp(f['id.orig_h'] ?? f.id_orig_h ?? f.src);
  const destinationIp = canonicalIp(f['id.resp_h'] ?? f.id_resp_h ?? f.dst);
  if (sourceIp === null && destinationIp === null) return;
  const sourcePort = port(f['id.orig_p'] ?? f.id_orig_p);
  const destinationPort = port(f['id.resp_p'] ?? f.id_resp_p ?? f.p);
  const sent = count(f.orig_bytes);
  const received = count(f.resp_bytes);
  const sentPackets = count(f.orig_pkts);
  const receivedPackets = count(f.resp_pkts);
  const transport = text(f.proto) ?? TRANSPORTS.get(path) ?? null;
  event.source = endpoint(sourceIp, sourcePort, null, mac(f.orig_l2_addr), sent, sentPackets);
  event.destination = endpoint(destinationIp, destinationPort, null, mac(f.resp_l2_addr), received, receivedPackets);
  const protocol = path === 'conn' || path === 'conn_long' ? text(f.service) : (PROTOCOLS.get(path) ?? null);
  const id = text(f.community_id) ?? communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort);
  event.network = network(transport, protocol, direction(f.local_orig, f.local_resp), id, sum(sent, received), sum(sentPackets, receivedPackets));
}
/** Where the log does not say: HTTP, TLS and the like run over TCP. */
const TRANSPORTS = table({
  http: 'tcp',
  ssl: 'tcp',
  smtp: 'tcp',
  ftp: 'tcp',
  ssh: 'tcp',
  rdp: 'tcp',
  smb_files: 'tcp',
  smb_mapping: 'tcp',
  ntlm: 'tcp',
  mysql: 'tcp',
  modbus: 'tcp',
  rfb: 'tcp',
  ntp: 'udp',
  dhcp: 'udp',
});
const PROTOCOLS = table({
  dns: 'dns',
  http: 'http',
  ssl: 'tls',
  smtp: 'smtp',
  ftp: 'ftp',
  ssh: 'ssh',
  rdp: 'rdp',
  smb_files: 'smb',
  smb_mapping: 'smb',
  kerberos: 'kerberos',
  ntlm: 'ntlm',
  dce_rpc: 'dce_rpc',
  dhcp: 'dhcp',
  ntp: 'ntp',
  snmp: 'snmp',
  modbus: 'modbus',
  mysql: 'mysql',
  sip: 'sip',
  irc: 'irc',
  syslog: 'syslog',
  rfb: 'rfb',
  radius: 'radius',
  ldap: 'ldap',
  quic: 'quic',
  x509: 'tls',
  dnp3: 'dnp3',
  socks: 'socks',
});
function direction(local: unknown, remoteIsLocal: unknown): string | null {
  if (typeof local !== 'boolean' || typeof remoteIsLocal !== 'boolean') return null;
  return local ? (remoteIsLocal ? 'internal' : 'outbound') : remoteIsLocal ? 'inbound' : 'external';
}

type Log = (event: Draft, f: JsonObject) => void;
const outcome = (event: Draft, success: unknown): void => {
  if (typeof success === 'boolean') event.outcome = success ? 'success' : 'failure';
};

const conn: Log = (event, f) => {
  event.type = CONNECTION_TYPES.get(text(f.conn_state) ?? '') ?? event.type;
  const duration = number(f.duration);
  if (duration !== null && duration >= 0 && duration < 1e6) setEcs(event, 'event.duration', Math.round(duration * 1e6) * 1000);
};
const dns: Log = (event, f) => {
  const code = text(f.rcode_name);
  event.dns = { questionName: text(f.query), questionType: text(f.qtype_name), responseCode: code, answers: texts(f.answers) };
  if (code !== null) event.outcome = code === 'NOERROR' ? 'success' : 'failure';
  setEcs(event, 'dns.type', code === null ? 'query' : 'answer');
  setEcs(event, 'dns.id', text(f.trans_id));
};
const http: Log = (event, f) => {
  const status = count(f.status_code);
  const uri = text(f.uri);
  const mark = uri?.indexOf('?') ?? -1;
  event.http = { method: text(f.method), status: status !== null && status <= 999 ? status : null, userAgent: text(f.user_agent), referrer: text(f.referrer) };
  event.url = {
    original: uri,
    domain: text(f.host),
    path: uri === null ? null : mark < 0 ? uri : uri.slice(0, mark),
    query: uri === null || mark < 0 ? null : uri.slice(mark + 1),
  };
  if (status !== null) event.outcome = status < 400 ? 'success' : 'failure';
  event.user = user(text(f.username));
  setEcs(event, 'http.version', text(f.version));
  setEcs(event, 'http.request.body.bytes', count(f.request_body_len));
  setEcs(event, 'http.response.body.bytes', count(f.response_body_len));
  setEcs(event, 'http.response.mime_type', texts(f.resp_mime_types)[0] ?? null);
};
/** `TLSv12` is version 1.2 of tls, `SSLv3` version 3 of ssl. */
const ssl: Log = (event, f) => {
  const written = text(f.version);
  const isTls = written?.startsWith('TLSv') === true;
  const version = isTls ? `${written[4]}.${written.slice(5) || '0'}` : written?.startsWith('SSLv') ? written.slice(4) : written;
  event.tls = {
    serverName: text(f.server_name),
    version,
    ja3: text(f.ja3),
    ja3s: text(f.ja3s),
    ja4: text(f.ja4),
    subject: text(f.subject),
    issuer: text(f.issuer),
  };
  outcome(event, f.established);
  setEcs(event, 'tls.version_protocol', written === null ? null : isTls ? 'tls' : 'ssl');
  setEcs(event, 'tls.cipher', text(f.cipher));
  setEcs(event, 'tls.established', typeof f.established === 'boolean' ? f.established : null);
};
const certificate = (f: JsonObject, name: string): unknown => f[`certificate.${name}`] ?? f[`certificate_${name}`];
const x509: Log = (event, f) => {
  event.tls = {
    serverName: null,
    version: null,
    ja3: null,
    ja3s: null,
    ja4: null,
    subject: text(certificate(f, 'subject')),
    issuer: text(certificate(f, 'issuer')),
  };
  setEcs(event, 'tls.server.x509.serial_number', text(certificate(f, 'serial')));
};
const files: Log = (event, f) => {
  const hashes = { md5: hexHash(f.md5), sha1: hexHash(f.sha1), sha256: hexHash(f.sha256), imphash: null };
  const hasHash = hashes.md5 !== null || hashes.sha1 !== null || hashes.sha256 !== null;
  event.file = file(text(f.filename), hasHash ? hashes : null, count(f.total_bytes) ?? count(f.seen_bytes));
  event.source ??= endpoint(canonicalIp(texts(f.tx_hosts)[0]));
  event.destination ??= endpoint(canonicalIp(texts(f.rx_hosts)[0]));
  setEcs(event, 'file.mime_type', text(f.mime_type));
};
const notice: Log = (event, f) => {
  const note = text(f.note);
  event.rule = { id: note, name: note, category: note?.split('::', 1)[0] ?? null, version: null };
  event.severity = 50;
  event.message = text(f.msg);
};
const weird: Log = (event, f) => {
  event.rule = { id: null, name: text(f.name), category: null, version: null };
  event.message = [text(f.name), text(f.addl)].filter((part) => part !== null).join(': ');
};
const kerberos: Log = (event, f) => {
  const [name, realm] = (text(f.client) ?? '').split('/');
  event.user = user(name || null, realm ?? null);
  event.action = text(f.request_type) ?? event.action;
  outcome(event, f.success);
  setEcs(event, 'error.message', text(f.error_msg));
};
const ntlm: Log = (event, f) => {
  event.user = user(text(f.username), text(f.domainname));
  if (event.source !== null) event.source = { ...event.source, domain: text(f.hostname) };
  if (event.destination !== null) event.destination = { ...event.destination, domain: text(f.server_dns_computer_name) ?? text(f.server_nb_computer_name) };
  outcome(event, f.success);
};
const smbFiles: Log = (event, f) => {
  const share = text(f.path);
  const name = text(f.name);
  event.action = text(f.action) ?? event.action;
  event.type = SMB_TYPES.get(event.action ?? '') ?? event.type;
  event.file = file(share === null ? name : name === null ? share : `${share}\\${name}`, null, count(f.size));
};
const SMB_TYPES = table({
  'SMB::FILE_DELETE': ['protocol', 'deletion'],
  'SMB::FILE_RENAME': ['protocol', 'change'],
  'SMB::FILE_WRITE': ['protocol', 'change'],
  'SMB::FILE_SET_ATTRIBUTE': ['protocol', 'change'],
});
const ftp: Log = (event, f) => {
  const code = count(f.reply_code);
  event.action = text(f.command) ?? event.action;
  event.user = user(text(f.user) === '<unknown>' ? null : text(f.user));
  if (code !== null) event.outcome = code < 400 ? 'success' : 'failure';
};
const dhcp: Log = (event, f) => {
  event.source = endpoint(canonicalIp(f.client_addr) ?? canonicalIp(f.assigned_addr), null, text(f.host_name), mac(f.mac));
  event.destination = endpoint(canonicalIp(f.server_addr));
  event.network = network('udp', 'dhcp');
};

const LOGS: ReadonlyMap<string, Log> = new Map<string, Log>([
  ['conn', conn],
  ['conn_long', conn],
  ['dns', dns],
  ['http', http],
  ['ssl', ssl],
  ['x509', x509],
  ['files', files],
  ['notice', notice],
  ['weird', weird],
  ['kerberos', kerberos],
  ['ntlm', ntlm],
  ['smb_files', smbFiles],
  ['ftp', ftp],
  ['dhcp', dhcp],
  [
    'smb_mapping',
    (event, f) => {
      event.file = file(text(f.path));
    },
  ],
  ['ssh', (event, f) => outcome(event, f.auth_success)],
  [
    'rdp',
    (event, f) => {
      event.user = user(text(f.cookie));
    },
  ],
  [
    'smtp',
    (event, f) => {
      setEcs(event, 'email.subject', text(f.subject));
    },
  ],
  [
    'dce_rpc',
    (event, f) => {
      event.action = text(f.operation) ?? event.action;
    },
  ],
  [
    'syslog',
    (event, f) => {
      event.message = text(f.message);
    },
  ],
  [
    'software',
    (event, f) => {
      event.source = endpoint(canonicalIp(f.host), port(f.host_p));
    },
  ],
  [
    'known_services',
    (event, f) => {
      event.source = endpoint(canonicalIp(f.host), port(f.port_num));
    },
  ],
  [
    'known_hosts',
    (event, f) => {
      event.source = endpoint(canonicalIp(f.host));
    },
  ],
  [
    'reporter',
    (event, f) => {
      event.message = text(f.message);
    },
  ],
]);

/** One line for people. */
function summary({ source, destination, network: net, dns: asked, http: request, url, tls, file: touched, action, user: who }: Draft, path: string): string {
  const what =
    asked !== null
      ? [asked.questionType, asked.questionName, asked.responseCode]
      : request !== null
        ? [request.method, url?.domain, url?.original, request.status]
        : tls !== null
          ? [tls.version, tls.serverName ?? tls.subject]
          : touched !== null
            ? [touched.path]
            : [net?.protocol, action === path ? null : action, who?.name];
  const [from, to] = [source?.ip ?? null, destination?.ip ?? null];
  const peers =
    source !== null && destination !== null && from !== null && to !== null
      ? `${from}${source.port === null ? '' : `:${source.port}`} -> ${to}${destination.port === null ? '' : `:${destination.port}`}`
      : null;
  return firstLine([path, ...what, peers].filter((part) => part !== null && part !== undefined).join(' '));
}
