// What each Zeek log means in ECS: https://docs.zeek.org/en/current/script-reference/log-files.html
import type { Draft } from './draft.ts';

export interface ZeekKind {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly kind: string;
  readonly dataset: string;
  readonly logsource: Draft['logsource'];
}
const entries: [string, ZeekKind][] = [];
/** Categories of rules that are written for no sensor in particular, besides the log's own name as service. */
const GENERAL: Readonly<Record<string, readonly string[]>> = { dns: ['dns'], mdns: ['dns'], http: ['proxy'], conn: ['firewall'], conn_long: ['firewall'] };
const define = (names: string, category: readonly string[], type: readonly string[], kind = 'event'): void => {
  for (const name of names.split(' '))
    entries.push([name, { category, type, kind, dataset: `zeek.${name}`, logsource: { category: GENERAL[name] ?? [], service: [name] } }]);
};
define('conn conn_long', ['network'], ['connection']);
define('ssl', ['network'], ['connection', 'protocol']);
define('http', ['network', 'web'], ['protocol', 'access']);
define('smtp', ['network', 'email'], ['protocol', 'info']);
define('kerberos ntlm ssh rdp radius ldap', ['network', 'authentication'], ['protocol', 'start']);
define('smb_files smb_mapping', ['network', 'file'], ['protocol', 'access']);
define('files pe', ['file'], ['info']);
define('x509 ocsp', ['network'], ['info']);
define('notice', ['network', 'intrusion_detection'], ['info'], 'alert');
define('weird signatures traceroute tunnel analyzer dpd packet_filter', ['network'], ['info']);
define('dns dce_rpc dhcp ftp irc mdns modbus modbus_register_change mqtt_connect mqtt_publish mqtt_subscribe mysql ntp postgresql quic rfb sip smb_cmd snmp socks syslog websocket dnp3 enip cip bacnet s7comm profinet opcua_binary ethercat ldap_search gssapi redis', [
  'network',
], ['protocol']);
define('known_hosts known_services known_certs known_modbus known_devices known_domains software', ['host'], ['info'], 'state');
define('capture_loss stats telemetry prof', [], [], 'metric');
define('reporter loaded_scripts broker cluster config stderr stdout print weird_stats notice_alarm', [], []);

const KINDS: ReadonlyMap<string, ZeekKind> = new Map(entries);
/** A log that is new to us: datasets are a closed set. */
const OTHER: ZeekKind = { category: ['network'], type: ['info'], kind: 'event', dataset: 'zeek.other', logsource: { category: [], service: [] } };

export const zeekKind = (path: string): ZeekKind => KINDS.get(path) ?? OTHER;
export const isZeekLog = (path: string): boolean => KINDS.has(path);

/** Types of a connection by `conn_state`. */
export const CONNECTION_TYPES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    S0: ['connection', 'start'],
    S1: ['connection', 'start'],
    S2: ['connection', 'start', 'end'],
    S3: ['connection', 'start', 'end'],
    SF: ['connection', 'start', 'end'],
    REJ: ['connection', 'start', 'denied'],
    RSTO: ['connection', 'start', 'end'],
    RSTR: ['connection', 'start', 'end'],
    RSTOS0: ['connection', 'start', 'end'],
    RSTRH: ['connection', 'end'],
    SH: ['connection', 'start', 'end'],
    SHR: ['connection', 'end'],
    OTH: ['connection', 'info'],
  }),
);

// Fields that only one log has, for writers that do not name it. The first that fits counts.
const SIGNATURES: readonly (readonly [field: string, path: string])[] = [
  ['conn_state', 'conn'],
  ['qclass_name', 'dns'],
  ['trans_id', 'dns'],
  ['mailfrom', 'smtp'],
  ['helo', 'smtp'],
  ['method', 'http'],
  ['status_code', 'http'],
  ['cert_chain_fuids', 'ssl'],
  ['cert_chain_fps', 'ssl'],
  ['cipher', 'ssl'],
  ['fuid', 'files'],
  ['certificate.serial', 'x509'],
  ['certificate_serial', 'x509'],
  ['note', 'notice'],
  ['msg_types', 'dhcp'],
  ['lease_time', 'dhcp'],
  ['share_type', 'smb_mapping'],
  ['tunnel_type', 'tunnel'],
  ['request_type', 'kerberos'],
  ['ntlm_version', 'ntlm'],
  ['domainname', 'ntlm'],
  ['auth_success', 'ssh'],
  ['host_key', 'ssh'],
  ['security_protocol', 'rdp'],
  ['named_pipe', 'dce_rpc'],
  ['endpoint', 'dce_rpc'],
  ['reply_code', 'ftp'],
  ['stratum', 'ntp'],
  ['community', 'snmp'],
  ['hashAlgorithm', 'ocsp'],
  ['compile_ts', 'pe'],
  ['software_type', 'software'],
  ['port_num', 'known_services'],
  ['percent_lost', 'capture_loss'],
  ['failure_reason', 'analyzer'],
  ['pdu_type', 'modbus'],
  ['peer', 'weird'],
];
export function guessZeekLog(fields: object): string | undefined {
  for (const [field, path] of SIGNATURES) if (Object.hasOwn(fields, field)) return path;
  return undefined;
}
