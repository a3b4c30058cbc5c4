// Category 4, what passes over a network: https://schema.ocsf.io/1.8.0/categories/network
import type { Activity, Condition, EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { actor, connection, device, DIRECTIONS, endpoint, file, httpRequest, httpResponse, ownEnd, query, tls, traffic, UNKNOWN } from '../objects.ts';
import type { Part } from '../shape.ts';
import { choice, either, list, object, text, value } from '../shape.ts';

const category = [4, 'Network Activity'] as const;
const byHostProfile = ['device', 'actor'] as const;

const shared: Readonly<Record<string, Part>> = {
  src_endpoint: endpoint('source'),
  dst_endpoint: endpoint('destination'),
  connection_info: connection,
  traffic,
  tls,
  ja4_fingerprint_list: list(object({ value: text('tls.client.ja4') }, { constants: { type_id: 1, type: 'JA4' }, allOf: ['value'] })),
  app_name: text('network.application'),
  app_protocol_name: text('network.protocol'),
  device,
  actor,
};
const overNetwork = (
  uid: number,
  name: string,
  when: readonly Condition[],
  activities: readonly Activity[],
  fields: EventClass['fields'] = {},
): EventClass => ({ uid, name, category, byHostProfile, when, activities, fields: { ...shared, ...fields }, needs: [['src_endpoint', 'dst_endpoint']] });
const CONNECTION: readonly Activity[] = [
  activity(5, 'Refuse', { type: ['denied'] }),
  activity(7, 'Listen', { action: /listen/i }),
  activity(6, 'Traffic', { type: ['end'], has: ['network.bytes', 'source.bytes', 'network.packets', 'source.packets'] }),
  activity(2, 'Close', { type: ['end'] }),
  activity(1, 'Open', { type: ['start'] }),
  activity(6, 'Traffic', { type: ['connection', 'protocol'] }),
];
/** Windows tells of a look-up on a machine without saying over which connection. */
const DNS_FIELDS: EventClass['fields'] = {
  src_endpoint: either(endpoint('source'), ownEnd),
  query,
  answers: value('answers', 'dns.answers.data'),
  rcode_id: choice('rcode', ['dns.response_code'], {
    noerror: [0, 'NoError'],
    formerr: [1, 'FormError'],
    servfail: [2, 'ServError'],
    nxdomain: [3, 'NXDomain'],
    notimp: [4, 'NotImp'],
    refused: [5, 'Refused'],
    yxdomain: [6, 'YXDomain'],
    yxrrset: [7, 'YXRRSet'],
    nxrrset: [8, 'NXRRSet'],
    notauth: [9, 'NotAuth'],
    notzone: [10, 'NotZone'],
  }),
};
const DNS_ACTIVITIES: readonly Activity[] = [
  activity(2, 'Response', { has: ['dns.answers.data', 'dns.response_code'] }),
  activity(1, 'Query', { has: ['dns.question.name'] }),
];
const smbFields: EventClass['fields'] = { file: file('file') };

export const dns = overNetwork(4003, 'DNS Activity', [{ has: ['dns.question.name'] }], DNS_ACTIVITIES, DNS_FIELDS);
export const ssh = overNetwork(4007, 'SSH Activity', [{ dataset: ['zeek.ssh', 'suricata.ssh'] }, { category: ['network'], protocol: ['ssh'] }], CONNECTION);
export const rdp: EventClass = {
  ...overNetwork(4005, 'RDP Activity', [{ dataset: ['zeek.rdp', 'suricata.rdp'] }], [activity(6, 'Traffic')]),
  byHostProfile: ['actor'],
};
export const smb = overNetwork(
  4006,
  'SMB Activity',
  [{ dataset: ['zeek.smb_files', 'zeek.smb_mapping', 'zeek.smb_cmd', 'suricata.smb'] }, { dataset: ['windows.security'], code: ['5140', '5145'] }],
  [activity(2, 'File Open', { action: /open/i })],
  smbFields,
);
export const ftp = overNetwork(
  4008,
  'FTP Activity',
  [{ dataset: ['zeek.ftp', 'suricata.ftp', 'suricata.ftp_data'] }],
  [
    activity(2, 'Get', { action: /^RETR$/i }),
    activity(1, 'Put', { action: /^(?:STOR|APPE|STOU)$/i }),
    activity(4, 'Delete', { action: /^(?:DELE|RMD)$/i }),
    activity(5, 'Rename', { action: /^(?:RNFR|RNTO)$/i }),
    activity(6, 'List', { action: /^(?:LIST|NLST)$/i }),
  ],
  { command: text('event.action'), file: file('file') },
);
export const dhcp = overNetwork(
  4004,
  'DHCP Activity',
  [{ dataset: ['zeek.dhcp', 'suricata.dhcp'] }],
  [
    activity(1, 'Discover', { action: /discover/i }),
    activity(2, 'Offer', { action: /offer/i }),
    activity(3, 'Request', { action: /request/i }),
    activity(5, 'Ack', { action: /^(?:dhcp)?ack/i }),
    activity(6, 'Nak', { action: /nak/i }),
    activity(7, 'Release', { action: /release/i }),
  ],
);

/** A request or an answer; a refusal is in `disposition_id`. */
export const http: EventClass = {
  uid: 4002,
  name: 'HTTP Activity',
  category,
  byHostProfile,
  when: [
    { category: ['web', 'intrusion_detection'], notCategory: ['api'], has: ['http.request.method', 'http.response.status_code', 'url.original', 'url.path'] },
  ],
  activities: [
    activity(1, 'Connect', { method: /^connect$/i }),
    activity(2, 'Delete', { method: /^delete$/i }),
    activity(3, 'Get', { method: /^get$/i }),
    activity(4, 'Head', { method: /^head$/i }),
    activity(5, 'Options', { method: /^options$/i }),
    activity(6, 'Post', { method: /^post$/i }),
    activity(7, 'Put', { method: /^put$/i }),
    activity(8, 'Trace', { method: /^trace$/i }),
    activity(9, 'Patch', { method: /^patch$/i }),
  ],
  fields: { ...shared, http_request: httpRequest, http_response: httpResponse },
  needs: [['http_request', 'http_response']],
};

export const email: EventClass = {
  uid: 4009,
  name: 'Email Activity',
  category,
  byHostProfile,
  when: [{ category: ['email'] }],
  needs: [['email']],
  activities: [activity(1, 'Send', { action: /^send/i }), activity(2, 'Receive', { action: /receiv|deliver/i })],
  fields: {
    device,
    actor,
    src_endpoint: endpoint('source'),
    dst_endpoint: endpoint('destination'),
    direction_id: choice('direction', ['email.direction', 'network.direction'], { ...DIRECTIONS, internal: [3, 'Internal'] }, [0, UNKNOWN]),
    email: object(
      {
        from: value('email', 'email.from.address'),
        sender: value('email', 'email.sender.address'),
        to: value('emails', 'email.to.address'),
        subject: text('email.subject'),
        message_uid: text('email.message_id'),
        uid: text('email.local_id'),
      },
      { anyOf: ['from', 'to'] },
    ),
  },
};

export const connections = overNetwork(
  4001,
  'Network Activity',
  [{ category: ['network', 'intrusion_detection'] }, { category: ['file'], dataset: ['zeek.files', 'suricata.fileinfo'] }],
  CONNECTION,
);
