// Keys of CEF and where their values come from: ArcSight CEF implementation standard, revision 27, "producer" dictionary, with its types and lengths.
import { ABOUT, DETAIL, ORIGIN } from '../pairs/own.ts';
import type { Mapping } from '../pairs/mapping.ts';
import { mapping } from '../pairs/mapping.ts';
import type { Converter } from '../pairs/values.ts';

/** Of the header, in characters. */
export const HEADER_LENGTHS = { vendor: 63, product: 63, version: 31, classId: 1023, name: 512 } as const;
export type CefVersion = 0 | 1;

/** Carried by keys that receivers know without being told: no second time under our own names. */
const CUSTOM: readonly Mapping[] = [
  mapping('cs1', 'list', 4000, 'event.id', 'metadata.uid', { label: 'Document ID' }),
  mapping('cs2', 'list', 4000, 'rule.id goshawk.alert.rules', 'finding_info.analytic.uid', { label: 'Rule ID' }),
  mapping(
    'cs3',
    'list',
    4000,
    'threat.technique.id threat.technique.subtechnique.id',
    'finding_info.attacks.technique.uid finding_info.attacks.sub_technique.uid',
    { label: 'ATT&CK Technique' },
  ),
  mapping('cs4', 'list', 4000, 'event.dataset', 'metadata.log_name', { label: 'Dataset' }),
  mapping('cs5', 'list', 4000, 'process.command_line', 'process.cmd_line evidences.process.cmd_line actor.process.cmd_line', { label: 'Command Line' }),
  mapping('cs6', 'list', 4000, 'organization.id', 'metadata.tenant_uid', { label: 'Organization' }),
  mapping('cn1', 'long', null, 'event.risk_score', 'risk_score', { label: 'Risk Score' }),
  mapping('cn2', 'long', null, 'http.response.status_code', 'http_response.code evidences.http_response.code', { label: 'HTTP Status' }),
  mapping('cn3', 'long', null, 'goshawk.asset.host.criticality', '', { label: 'Asset Criticality' }),
];
const CARRIED = new Set(
  ['Id', 'RuleId', 'Technique', 'Dataset', 'CommandLine', 'Organization', 'HttpStatus', 'AssetCriticality'].map((name) => `Goshawk${name}`),
);
const ownKeys = (all: readonly Mapping[]) => all.filter(({ key }) => !CARRIED.has(key));

/** Version 0 has keys of their own for IPv6; in 1.x each address may be either. */
function addresses(version: CefVersion): readonly Mapping[] {
  const as: Converter = version === 0 ? 'ipv4' : 'ip';
  const SOURCE = ['source.ip related.ip?', 'src_endpoint.ip evidences.src_endpoint.ip observables.[type_id=2].value?'] as const;
  const DESTINATION = ['destination.ip', 'dst_endpoint.ip evidences.dst_endpoint.ip'] as const;
  const HOST = ['host.ip observer.ip', 'device.ip metadata.reporter.ip'] as const;
  return [
    mapping('src', as, null, ...SOURCE),
    mapping('dst', as, null, ...DESTINATION),
    mapping('dvc', as, null, ...HOST),
    mapping('sourceTranslatedAddress', as, null, 'source.nat.ip'),
    mapping('destinationTranslatedAddress', as, null, 'destination.nat.ip'),
    ...(version === 0
      ? [
          mapping('c6a1', 'ipv6', null, ...HOST, { label: 'Device IPv6 Address' }),
          mapping('c6a2', 'ipv6', null, ...SOURCE, { label: 'Source IPv6 Address' }),
          mapping('c6a3', 'ipv6', null, ...DESTINATION, { label: 'Destination IPv6 Address' }),
        ]
      : []),
  ];
}

const STANDARD: readonly Mapping[] = [
  mapping('rt', 'millis', null, '@timestamp', 'time'),
  mapping('start', 'millis', null, 'event.start', 'start_time'),
  mapping('end', 'millis', null, 'event.end', 'end_time'),
  mapping('externalId', 'text', 40, 'event.id', 'metadata.uid', { isWhole: true }),
  mapping('msg', 'text', 1023, 'message', 'message finding_info.desc finding_info.title'),
  mapping('cat', 'list', 1023, 'event.category', 'category_name'),
  mapping('act', 'text', 63, 'event.action', 'activity_name'),
  mapping('outcome', 'text', 63, 'event.outcome', 'status'),
  mapping('reason', 'text', 1023, 'event.reason', 'comment status_detail'),
  mapping('cnt', 'integer', null, 'goshawk.finding.event_count goshawk.alert.event_count', 'unmapped.[goshawk.event_count]'),
  mapping('dvchost', 'text', 100, 'host.name observer.hostname related.hosts?', 'device.hostname metadata.reporter.hostname observables.[type_id=1].value?'),
  mapping('dvcmac', 'mac', null, 'host.mac observer.mac', 'device.mac'),
  mapping('deviceExternalId', 'text', 255, 'host.id', 'device.uid'),
  mapping('deviceFacility', 'text', 1023, 'event.provider', 'metadata.log_provider'),
  mapping('deviceInboundInterface', 'text', 128, 'observer.ingress.interface.name', 'src_endpoint.interface_name'),
  mapping('deviceOutboundInterface', 'text', 128, 'observer.egress.interface.name', 'dst_endpoint.interface_name'),
  mapping('deviceDirection', 'direction', null, 'network.direction', 'connection_info.direction evidences.connection_info.direction'),
  mapping('spt', 'port', null, 'source.port', 'src_endpoint.port evidences.src_endpoint.port'),
  mapping('shost', 'text', 1023, 'source.domain', 'src_endpoint.hostname evidences.src_endpoint.hostname'),
  mapping('smac', 'mac', null, 'source.mac', 'src_endpoint.mac evidences.src_endpoint.mac'),
  mapping('sourceTranslatedPort', 'port', null, 'source.nat.port'),
  mapping('suser', 'text', 1023, 'user.name related.user?', 'actor.user.name evidences.user.name observables.[type_id=4].value?'),
  mapping('suid', 'text', 1023, 'user.id', 'actor.user.uid evidences.user.uid'),
  mapping('sntdom', 'text', 255, 'user.domain', 'actor.user.domain evidences.user.domain'),
  mapping(
    'sproc',
    'text',
    1023,
    'process.executable process.name',
    'process.file.path process.name evidences.process.file.path evidences.process.name actor.process.file.path actor.process.name',
  ),
  mapping('spid', 'integer', null, 'process.pid', 'process.pid evidences.process.pid actor.process.pid'),
  mapping('dpt', 'port', null, 'destination.port', 'dst_endpoint.port evidences.dst_endpoint.port'),
  mapping('dhost', 'text', 1023, 'destination.domain', 'dst_endpoint.hostname evidences.dst_endpoint.hostname'),
  mapping('dmac', 'mac', null, 'destination.mac', 'dst_endpoint.mac evidences.dst_endpoint.mac'),
  mapping('destinationTranslatedPort', 'port', null, 'destination.nat.port'),
  mapping('destinationServiceName', 'text', 1023, 'service.name cloud.service.name', 'service.name api.service.name'),
  mapping('duser', 'text', 1023, 'user.target.name', 'user.name'),
  mapping('duid', 'text', 1023, 'user.target.id', 'user.uid'),
  mapping('dntdom', 'text', 255, 'user.target.domain', 'user.domain'),
  mapping('proto', 'text', 31, 'network.transport', 'connection_info.protocol_name evidences.connection_info.protocol_name'),
  mapping('app', 'text', 31, 'network.protocol', 'app_name'),
  mapping('in', 'long', null, 'source.bytes', 'traffic.bytes_out'),
  mapping('out', 'long', null, 'destination.bytes', 'traffic.bytes_in'),
  mapping('request', 'text', 1023, 'url.original', 'http_request.url.url_string evidences.http_request.url.url_string evidences.url.url_string'),
  mapping('requestMethod', 'text', 1023, 'http.request.method', 'http_request.http_method evidences.http_request.http_method'),
  mapping('requestClientApplication', 'text', 1023, 'user_agent.original', 'http_request.user_agent evidences.http_request.user_agent'),
  mapping('requestContext', 'text', 2048, 'http.request.referrer', 'http_request.referrer evidences.http_request.referrer'),
  mapping('fname', 'lastPart', 1023, 'file.name file.path', 'file.name evidences.file.name'),
  mapping('filePath', 'text', 1023, 'file.path', 'file.path evidences.file.path'),
  mapping('fsize', 'integer', null, 'file.size', 'file.size evidences.file.size'),
  mapping('fileType', 'text', 1023, 'file.mime_type file.extension', 'file.mime_type file.ext evidences.file.mime_type'),
  mapping('fileId', 'text', 1023, 'file.inode', 'file.uid'),
  mapping('filePermission', 'text', 1023, 'file.mode'),
  mapping(
    'fileHash',
    'text',
    255,
    'file.hash.sha256 file.hash.sha1 file.hash.md5 process.hash.sha256 process.hash.sha1 process.hash.md5',
    'file.hashes.value evidences.file.hashes.value process.file.hashes.value',
  ),
];

/** In the order in which they are written: where a message may not be as long as it is, the last are left out first. */
export const cefMappings = (version: CefVersion): readonly Mapping[] => [
  ...STANDARD.slice(0, 4),
  ...addresses(version),
  ...STANDARD.slice(4),
  ...CUSTOM,
  ...ownKeys(ABOUT),
  ...ownKeys(DETAIL),
  ...ownKeys(ORIGIN),
];
