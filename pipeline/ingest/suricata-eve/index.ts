// Suricata EVE JSON, all event types: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { canonicalIp, communityId, count, draft, endpoint, isObject, mac, network, objectOf, port, readIso, setEcs, stamp, sum, text } from '../kit.ts';
import { dnsOf, fileOf, httpOf, tlsOf, urlOf } from './protocols.ts';

interface Kind {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly dataset: string;
  readonly logsource: Draft['logsource'];
}
/** Categories of rules that are written for no sensor in particular. */
const GENERAL: Readonly<Record<string, readonly string[]>> = {
  dns: ['dns'],
  mdns: ['dns'],
  http: ['proxy'],
  http2: ['proxy'],
  flow: ['firewall'],
  netflow: ['firewall'],
  drop: ['firewall'],
};
const kind = (name: string, category: readonly string[], type: readonly string[]): [string, Kind] => [
  name,
  { category, type, dataset: `suricata.${name}`, logsource: { category: GENERAL[name] ?? [], service: [name] } },
];
const PROTOCOLS = [
  'arp',
  'bittorrent_dht',
  'dcerpc',
  'dhcp',
  'dnp3',
  'dns',
  'doh2',
  'enip',
  'ftp',
  'ftp_data',
  'ike',
  'ikev2',
  'krb5',
  'ldap',
  'mdns',
  'modbus',
  'mqtt',
  'nfs',
  'pgsql',
  'pop3',
  'quic',
  'rdp',
  'rfb',
  'sip',
  'smb',
  'snmp',
  'ssh',
  'telnet',
  'tftp',
  'tls',
  'tunnel',
  'websocket',
];
/** What each event type means in ECS. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  kind('alert', ['network', 'intrusion_detection'], ['allowed']),
  kind('drop', ['network'], ['denied']),
  kind('anomaly', ['network'], ['info']),
  kind('flow', ['network'], ['connection', 'end']),
  kind('netflow', ['network'], ['connection', 'end']),
  kind('http', ['network', 'web'], ['protocol', 'access']),
  kind('http2', ['network', 'web'], ['protocol', 'access']),
  kind('fileinfo', ['network', 'file'], ['info']),
  kind('smtp', ['network', 'email'], ['protocol', 'info']),
  kind('stats', [], []),
  kind('engine', [], []),
  ...PROTOCOLS.map((name) => kind(name, ['network'], ['protocol'])),
]);
/** A type that is new to us: datasets are a closed set. */
const OTHER: Kind = { category: ['network'], type: ['info'], dataset: 'suricata.other', logsource: { category: [], service: [] } };
const DENIED = ['denied'];
/** 1 is the worst at Suricata, 100 with us. */
const SEVERITIES: Readonly<Record<number, number>> = { 1: 80, 2: 50, 3: 25, 4: 10 };

/** What Suricata writes beside types of events that are newer than this. */
const OF_SENSOR = ['flow_id', 'in_iface', 'src_ip', 'pcap_cnt', 'pcap_filename', 'community_id'];

const decoder: Decoder = {
  name: 'suricata-eve',
  version: 3,
  reads: 'Suricata EVE JSON, every event type',
  recognisedBy: 'event_type and timestamp with flow_id, the object of that name, or addresses',
  datasets: ['suricata.*'],
  clues: { members: ['event_type'] },
  isObserver: true,

  recognise({ json }) {
    if (json === undefined || typeof json.event_type !== 'string' || typeof json.timestamp !== 'string') return 0;
    return (KINDS.has(json.event_type) && (json.flow_id !== undefined || isObject(json[json.event_type]))) ||
      (json.src_ip !== undefined && json.proto !== undefined)
      ? 1
      : KINDS.has(json.event_type) || OF_SENSOR.some((name) => json[name] !== undefined)
        ? 0.5
        : 0; // many services have a type and a time
  },

  decode(document) {
    return document.json === undefined ? 'not a JSON object' : [eventOf(document, document.json)];
  },
};
export default decoder;

function eventOf(document: RawDocument, eve: JsonObject): Draft {
  const type = text(eve.event_type) ?? 'other';
  const known = KINDS.get(type) ?? OTHER;
  const event = draft(known.dataset, 'suricata', document.bytes);
  event.logsource = known.logsource;
  event.category = known.category;
  event.type = known.type;
  event.kind = type === 'alert' ? 'alert' : type === 'stats' ? 'metric' : 'event';
  event.provider = 'suricata';
  event.action = type;
  event.code = type;
  stamp(event, readIso(typeof eve.timestamp === 'string' ? eve.timestamp : ''), document.zone);

  ends(event, eve, type);
  protocolFields(event, eve);
  if (type === 'alert' || isObject(eve.alert)) alert(event, objectOf(eve.alert));
  event.message ??= summary(event, type);
  setEcs(event, 'observer.hostname', text(eve.host) ?? text(eve.sensor_name));
  setEcs(event, 'observer.ingress.interface.name', text(eve.in_iface));
  return event;
}

function ends(event: Draft, eve: JsonObject, type: string): void {
  const flow = objectOf(isObject(eve.flow) ? eve.flow : eve.netflow);
  const ether = objectOf(eve.ether);
  // An alert on an answer has the server as its source; `flow` counts from the client.
  const isAnswer = eve.direction === 'to_client' && type === 'alert';
  const toServer = { bytes: count(flow.bytes_toserver ?? flow.bytes), packets: count(flow.pkts_toserver ?? flow.pkts) };
  const toClient = { bytes: count(flow.bytes_toclient), packets: count(flow.pkts_toclient) };
  const [sent, received] = isAnswer ? [toClient, toServer] : [toServer, toClient];
  const sourceIp = canonicalIp(eve.src_ip);
  const destinationIp = canonicalIp(eve.dest_ip);
  const sourcePort = port(eve.src_port);
  const destinationPort = port(eve.dest_port);
  const name = isAnswer ? null : (text(objectOf(eve.http).hostname) ?? text(objectOf(eve.tls).sni));
  event.source = endpoint(sourceIp, sourcePort, null, mac(ether.src_mac), sent.bytes, sent.packets);
  event.destination = endpoint(destinationIp, destinationPort, name, mac(ether.dest_mac), received.bytes, received.packets);
  const transport = text(eve.proto)?.toLowerCase() ?? null;
  if (transport === null && sourceIp === null) return;
  const named = text(eve.app_proto);
  const protocol = named !== null && named !== 'failed' ? named : KINDS.get(type)?.type[0] === 'protocol' ? type : null;
  const id = text(eve.community_id) ?? communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort);
  event.network = network(transport, protocol, null, id, sum(sent.bytes, received.bytes), sum(sent.packets, received.packets));
}

function protocolFields(event: Draft, eve: JsonObject): void {
  if (isObject(eve.dns)) dnsOf(event, eve.dns);
  if (isObject(eve.http)) {
    event.http = httpOf(event, eve.http);
    event.url = urlOf(eve.http);
  }
  if (isObject(eve.tls)) event.tls = tlsOf(event, eve.tls);
  if (isObject(eve.fileinfo)) event.file = fileOf(eve.fileinfo);
}

function alert(event: Draft, { signature, signature_id, category, rev, severity, action }: JsonObject): void {
  event.code = text(signature_id);
  event.action = text(action) ?? event.action;
  if (action === 'blocked') event.type = DENIED;
  event.severity = SEVERITIES[Number(severity)] ?? null;
  event.rule = { id: text(signature_id), name: text(signature), category: text(category), version: text(rev) };
  event.message = text(signature);
}

/** One line for people, of what the event is mostly about. */
function summary({ source, destination, network: net, dns, http, url, tls, file }: Draft, type: string): string | null {
  const what =
    dns !== null
      ? [dns.questionType, dns.questionName, dns.responseCode]
      : http !== null
        ? [http.method, url?.domain, url?.original, http.status]
        : tls !== null
          ? ['TLS', tls.version, tls.serverName]
          : file !== null && type === 'fileinfo'
            ? [file.path]
            : [];
  const ends = source !== null && destination !== null ? `${written(source)} -> ${written(destination)}` : null;
  const parts = [type, net?.transport, ...what, ends].filter((part) => part !== null && part !== undefined);
  return parts.join(' ');
}
const written = ({ ip, port: number }: { readonly ip: string | null; readonly port: number | null }): string =>
  number === null ? String(ip) : ip?.includes(':') ? `[${ip}]:${number}` : `${ip}:${number}`;
