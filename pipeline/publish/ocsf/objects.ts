// Objects of OCSF 1.8.0 that several classes hold: https://schema.ocsf.io/1.8.0/objects
import type { List, Part, Shape } from './shape.ts';
import { choice, list, object, text, value } from './shape.ts';

/** What a required attribute says when nothing is known: "Unknown", as the schema's guide has it, never an invention. */
export const UNKNOWN = 'Unknown';
const UNKNOWN_TYPE = { type_id: 0, type: UNKNOWN } as const;

const fingerprint = (algorithm_id: number, algorithm: string, from: string): Shape =>
  object({ value: text(from) }, { constants: { algorithm_id, algorithm }, allOf: ['value'] });
const hashes = (of: string): List =>
  list(
    fingerprint(1, 'MD5', `${of}.hash.md5`),
    fingerprint(2, 'SHA-1', `${of}.hash.sha1`),
    fingerprint(3, 'SHA-256', `${of}.hash.sha256`),
    fingerprint(18, 'Imphash', `${of}.pe.imphash`),
  );

const OPERATING_SYSTEMS = { windows: [100, 'Windows'], linux: [200, 'Linux'], android: [201, 'Android'], macos: [300, 'macOS'], ios: [301, 'iOS'] } as const;

/** ECS `host`. */
export const device: Shape = object(
  {
    hostname: text('host.name'),
    uid: text('host.id'),
    ip: value('ip', 'host.ip'),
    mac: value('mac', 'host.mac'),
    domain: text('host.domain'),
    os: object(
      {
        name: text('host.os.full', 'host.os.type'),
        type_id: choice('type', ['host.os.type'], OPERATING_SYSTEMS, [0, UNKNOWN]),
        version: text('host.os.version'),
      },
      { allOf: ['name'] },
    ),
  },
  { constants: UNKNOWN_TYPE, anyOf: ['hostname', 'uid', 'ip'] },
);
export const requiredDevice: Shape = { ...device, unknown: { name: UNKNOWN } };

/** ECS `user` and what is named like it. */
const account = (at: string): Shape['fields'] => ({
  name: text(`${at}.name`),
  uid: text(`${at}.id`),
  domain: text(`${at}.domain`),
  email_addr: value('email', `${at}.email`),
});
const WITH_NAME = { anyOf: ['name', 'uid'] } as const;
export const user: Shape = object({ ...account('user'), full_name: text('user.full_name') }, WITH_NAME);
export const targetUser: Shape = object(account('user.target'), WITH_NAME);
export const requiredUser: Shape = { ...user, unknown: { name: UNKNOWN } };
export const requiredTargetUser: Shape = { ...targetUser, unknown: { name: UNKNOWN } };
export const group: Shape = object(
  { name: text('group.name'), uid: text('group.id'), domain: text('group.domain') },
  { ...WITH_NAME, unknown: { name: UNKNOWN } },
);

/** A file by the ECS fields below `at`; the name is required, so the last part of the path stands in. */
export const file = (at: string, type: readonly [id: number, name: string] = [0, UNKNOWN]): Shape =>
  object(
    {
      name: value('lastPart', `${at}.name`, `${at}.path`),
      path: text(`${at}.path`),
      ext: text(`${at}.extension`),
      size: value('integer', `${at}.size`),
      mime_type: text(`${at}.mime_type`),
      uid: text(`${at}.inode`),
      desc: text(`${at}.pe.description`),
      company_name: text(`${at}.pe.company`),
      version: text(`${at}.pe.file_version`),
      internal_name: text(`${at}.pe.original_file_name`),
      modified_time: value('millis', `${at}.mtime`),
      hashes: hashes(at),
    },
    { constants: { type_id: type[0], type: type[1] }, allOf: ['name'] },
  );
export const requiredFile: Shape = { ...file('file'), unknown: { name: UNKNOWN } };

/** The program of a process: ECS has its hashes at the process. */
const program = (at: string): Shape =>
  object(
    {
      name: value('lastPart', `${at}.executable`),
      path: text(`${at}.executable`),
      desc: text(`${at}.pe.description`),
      company_name: text(`${at}.pe.company`),
      version: text(`${at}.pe.file_version`),
      internal_name: text(`${at}.pe.original_file_name`),
      hashes: hashes(at),
    },
    { constants: { type_id: 1, type: 'Regular File' }, allOf: ['name'] },
  );
const processFields = (at: string): Shape['fields'] => ({
  name: text(`${at}.name`),
  pid: value('integer', `${at}.pid`),
  uid: text(`${at}.entity_id`),
  cmd_line: text(`${at}.command_line`),
  working_directory: text(`${at}.working_directory`),
  created_time: value('millis', `${at}.start`),
  file: program(at),
});
const WITH_ID = { anyOf: ['pid', 'uid'] } as const;
export const parentProcess: Shape = object(processFields('process.parent'), WITH_ID);
export const process: Shape = object({ ...processFields('process'), parent_process: parentProcess }, WITH_ID);
/** A program that is named without its number is a process all the same. */
export const requiredProcess: Shape = { ...process, unknown: { uid: UNKNOWN } };

/** Who did it: the process and the account. */
const actorOf = (acting: Shape): Shape => object({ process: acting, user }, { anyOf: ['process', 'user'] });
export const actor: Shape = actorOf(process);
export const requiredActor: Shape = { ...actor, unknown: { app_name: UNKNOWN } };
/** Where the account is the one that is let in, and not the one that acts. */
export const actingProcess: Shape = object({ process }, { anyOf: ['process'] });
/** Of a process that was launched. */
export const parentActor: Shape = { ...actorOf(parentProcess), unknown: { app_name: UNKNOWN } };
/** Of what a person did through a service: no process. */
export const userActor: Shape = object({ user }, { anyOf: ['user'], unknown: { app_name: UNKNOWN } });

/** ECS `source` or `destination`. */
export const endpoint = (end: 'source' | 'destination', more: Readonly<Record<string, Part>> = {}): Shape =>
  object(
    {
      ip: value('ip', `${end}.ip`),
      port: value('port', `${end}.port`),
      hostname: text(`${end}.domain`),
      name: value('otherThanIp', `${end}.ip`),
      mac: value('mac', `${end}.mac`),
      zone: text(`goshawk.zone.${end}`, `observer.${end === 'source' ? 'ingress' : 'egress'}.zone`),
      interface_name: text(`observer.${end === 'source' ? 'ingress' : 'egress'}.interface.name`),
      location: object(
        { country: text(`${end}.geo.country_iso_code`), region: text(`${end}.geo.region_name`), city: text(`${end}.geo.city_name`) },
        { anyOf: ['country', 'region', 'city'] },
      ),
      autonomous_system: object({ number: value('integer', `${end}.as.number`), name: text(`${end}.as.organization.name`) }, { anyOf: ['number', 'name'] }),
      ...more,
    },
    { anyOf: ['ip', 'hostname', 'name', 'interface_name'] },
  );
/** The machine that tells, where the sensor names no end. */
export const ownEnd: Shape = object({ hostname: text('host.name'), uid: text('host.id'), ip: value('ip', 'host.ip') }, { anyOf: ['hostname', 'uid', 'ip'] });
export const requiredSource: Shape = { ...endpoint('source'), unknown: { name: UNKNOWN } };

export const DIRECTIONS = {
  ingress: [1, 'Inbound'],
  inbound: [1, 'Inbound'],
  egress: [2, 'Outbound'],
  outbound: [2, 'Outbound'],
  internal: [3, 'Lateral'],
} as const;
export const connection: Shape = object(
  {
    direction_id: choice('direction', ['network.direction'], DIRECTIONS, [0, UNKNOWN]),
    protocol_name: text('network.transport'),
    protocol_num: value('integer', 'network.iana_number'),
    community_uid: text('network.community_id'),
  },
  {},
);
export const traffic: Shape = object({
  bytes: value('integer', 'network.bytes'),
  packets: value('integer', 'network.packets'),
  bytes_out: value('integer', 'source.bytes'),
  packets_out: value('integer', 'source.packets'),
  bytes_in: value('integer', 'destination.bytes'),
  packets_in: value('integer', 'destination.packets'),
});
/** MD5 digests. */
const ja3 = (from: string): Shape => fingerprint(1, 'MD5', from);
export const tls: Shape = object(
  {
    version: text('tls.version'),
    cipher: text('tls.cipher'),
    sni: text('tls.client.server_name'),
    ja3_hash: ja3('tls.client.ja3'),
    ja3s_hash: ja3('tls.server.ja3s'),
    certificate: object(
      { issuer: text('tls.server.issuer'), serial_number: text('tls.server.x509.serial_number'), subject: text('tls.server.subject') },
      { allOf: ['issuer', 'serial_number'] },
    ),
  },
  { allOf: ['version'] },
);
export const url: Shape = object(
  {
    url_string: text('url.original'),
    scheme: text('url.scheme'),
    hostname: text('url.domain'),
    port: value('port', 'url.port'),
    path: text('url.path'),
    query_string: text('url.query'),
  },
  { anyOf: ['url_string', 'path'] },
);
export const httpRequest: Shape = object({
  http_method: value('httpMethod', 'http.request.method'),
  user_agent: text('user_agent.original'),
  referrer: text('http.request.referrer'),
  version: text('http.version'),
  uid: text('http.request.id'),
  length: value('integer', 'http.request.bytes'),
  body_length: value('integer', 'http.request.body.bytes'),
  url,
});
export const httpResponse: Shape = object(
  {
    code: value('integer', 'http.response.status_code'),
    length: value('integer', 'http.response.bytes'),
    body_length: value('integer', 'http.response.body.bytes'),
    content_type: text('http.response.mime_type'),
  },
  { allOf: ['code'] },
);
export const query: Shape = object(
  { hostname: text('dns.question.name'), type: text('dns.question.type'), class: text('dns.question.class'), packet_uid: value('integer', 'dns.id') },
  { allOf: ['hostname'] },
);
export const ATTACK = {
  tactic: object({ uid: text('threat.tactic.id'), name: text('threat.tactic.name') }, { anyOf: ['uid', 'name'] }),
  technique: object({ uid: text('threat.technique.id'), name: text('threat.technique.name') }, { anyOf: ['uid', 'name'] }),
  sub_technique: object({ uid: text('threat.technique.subtechnique.id') }, { anyOf: ['uid'] }),
} as const;
export const attacks: List = list(object(ATTACK, { anyOf: ['tactic', 'technique', 'sub_technique'] }));
