// Keys of LEEF and where their values come from: IBM "LEEF version 2" guide, predefined event attributes.
import { ABOUT, DETAIL, ORIGIN } from '../pairs/own.ts';
import type { Mapping } from '../pairs/mapping.ts';
import { mapping } from '../pairs/mapping.ts';

export const MAX_EVENT_ID = 255;

const PREDEFINED: readonly Mapping[] = [
  mapping('devTime', 'millis', null, '@timestamp', 'time'),
  mapping('cat', 'list', null, 'event.category', 'category_name'),
  mapping('src', 'ip', null, 'source.ip related.ip?', 'src_endpoint.ip evidences.src_endpoint.ip observables.[type_id=2].value?'),
  mapping('dst', 'ip', null, 'destination.ip', 'dst_endpoint.ip evidences.dst_endpoint.ip'),
  mapping('srcPort', 'port', null, 'source.port', 'src_endpoint.port evidences.src_endpoint.port'),
  mapping('dstPort', 'port', null, 'destination.port', 'dst_endpoint.port evidences.dst_endpoint.port'),
  mapping('proto', 'text', null, 'network.transport', 'connection_info.protocol_name evidences.connection_info.protocol_name'),
  mapping('usrName', 'text', 255, 'user.name related.user?', 'actor.user.name user.name evidences.user.name observables.[type_id=4].value?'),
  mapping('accountName', 'text', 255, 'user.target.name', 'user.name'),
  mapping('domain', 'text', null, 'user.domain', 'actor.user.domain user.domain evidences.user.domain'),
  mapping('role', 'list', null, 'user.roles'),
  mapping('groupID', 'text', null, 'group.id', 'group.uid'),
  mapping('identSrc', 'ip', null, 'host.ip', 'device.ip'),
  mapping('identHostName', 'text', 255, 'host.name related.hosts?', 'device.hostname observables.[type_id=1].value?'),
  mapping('identMAC', 'mac', null, 'host.mac', 'device.mac'),
  mapping('identGrpName', 'text', 255, 'group.name', 'group.name'),
  mapping('policy', 'text', null, 'rule.name', 'finding_info.analytic.name firewall_rule.name'),
  mapping('resource', 'text', null, 'file.path registry.path', 'file.path reg_value.path reg_key.path evidences.file.path'),
  mapping('url', 'text', null, 'url.original', 'http_request.url.url_string evidences.http_request.url.url_string evidences.url.url_string'),
  mapping('srcMAC', 'mac', null, 'source.mac', 'src_endpoint.mac evidences.src_endpoint.mac'),
  mapping('dstMAC', 'mac', null, 'destination.mac', 'dst_endpoint.mac evidences.dst_endpoint.mac'),
  mapping('srcBytes', 'long', null, 'source.bytes', 'traffic.bytes_out'),
  mapping('dstBytes', 'long', null, 'destination.bytes', 'traffic.bytes_in'),
  mapping('srcPackets', 'long', null, 'source.packets', 'traffic.packets_out'),
  mapping('dstPackets', 'long', null, 'destination.packets', 'traffic.packets_in'),
  mapping('totalPackets', 'long', null, 'network.packets', 'traffic.packets'),
  mapping('srcPostNAT', 'ip', null, 'source.nat.ip'),
  mapping('srcPostNATPort', 'port', null, 'source.nat.port'),
  mapping('dstPostNAT', 'ip', null, 'destination.nat.ip'),
  mapping('dstPostNATPort', 'port', null, 'destination.nat.port'),
];

/** Names that are no attributes of IBM's, and that receivers meet often. */
const USUAL: readonly Mapping[] = [
  mapping('msg', 'text', 4000, 'message', 'message finding_info.title'),
  mapping('action', 'text', 255, 'event.action', 'activity_name'),
  mapping('outcome', 'text', 255, 'event.outcome', 'status'),
  mapping('reason', 'text', 4000, 'event.reason', 'comment status_detail'),
  mapping(
    'process',
    'text',
    4000,
    'process.executable process.name',
    'process.file.path process.name evidences.process.file.path evidences.process.name actor.process.file.path actor.process.name',
  ),
  mapping('processId', 'long', null, 'process.pid', 'process.pid evidences.process.pid actor.process.pid'),
  mapping('fileName', 'lastPart', 4000, 'file.name file.path', 'file.name evidences.file.name'),
  mapping('srcHost', 'text', 255, 'source.domain', 'src_endpoint.hostname evidences.src_endpoint.hostname'),
  mapping('dstHost', 'text', 255, 'destination.domain', 'dst_endpoint.hostname evidences.dst_endpoint.hostname'),
  mapping('application', 'text', 255, 'network.protocol', 'app_name'),
  mapping('direction', 'text', 255, 'network.direction', 'connection_info.direction evidences.connection_info.direction'),
  mapping('method', 'text', 255, 'http.request.method', 'http_request.http_method evidences.http_request.http_method'),
  mapping('userAgent', 'text', 4000, 'user_agent.original', 'http_request.user_agent evidences.http_request.user_agent'),
  mapping('startTime', 'millis', null, 'event.start', 'start_time'),
  mapping('endTime', 'millis', null, 'event.end', 'end_time'),
  mapping('eventCount', 'long', null, 'goshawk.finding.event_count goshawk.alert.event_count', 'unmapped.[goshawk.event_count]'),
  mapping('riskScore', 'long', null, 'event.risk_score', 'risk_score'),
];

/** In the order in which they are written, behind `sev`, `isLoginEvent` and `isLogoutEvent`. */
export const LEEF_MAPPINGS: readonly Mapping[] = [...PREDEFINED, ...USUAL, ...ABOUT, ...DETAIL, ...ORIGIN];
