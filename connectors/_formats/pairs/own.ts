// What CEF and LEEF have no key for: keys of our own, the same in both.
import type { Mapping } from './mapping.ts';
import { mapping } from './mapping.ts';

const LONGEST = 4000;
const own = (key: string, ecs: string, ocsf = '', as: 'list' | 'long' = 'list'): Mapping => mapping(`Goshawk${key}`, as, LONGEST, ecs, ocsf);

/** What it is, and why it came about. */
export const ABOUT: readonly Mapping[] = [
  own('Id', 'event.id', 'metadata.uid'),
  own('Kind', 'event.kind', 'class_name'),
  own('Organization', 'organization.id', 'metadata.tenant_uid'),
  own('Severity', 'goshawk.finding.severity goshawk.alert.severity', 'severity'),
  own('RuleId', 'rule.id goshawk.alert.rules', 'finding_info.analytic.uid'),
  own('RuleVersion', 'rule.version', 'finding_info.analytic.version'),
  own('RuleReference', 'rule.reference', 'finding_info.src_url'),
  own('Tactic', 'threat.tactic.name', 'finding_info.attacks.tactic.name'),
  own('Technique', 'threat.technique.id', 'finding_info.attacks.technique.uid'),
  own('Subtechnique', 'threat.technique.subtechnique.id', 'finding_info.attacks.sub_technique.uid'),
  own('Tags', 'tags', 'unmapped.tags'),
  own('RelatedRuleIds', '', 'finding_info.related_analytics.uid'),
  own('AlertId', 'goshawk.alert.id'),
  own('FindingId', 'goshawk.finding.id', 'finding_info.uid?'),
  own('Withdrawn', 'goshawk.finding.withdrawn goshawk.alert.withdrawn'),
  own('Revision', 'goshawk.alert.revision goshawk.finding.revision', 'unmapped.[goshawk.alert.revision] unmapped.[goshawk.finding.revision]'),
  own('Findings', 'goshawk.alert.findings', 'unmapped.[goshawk.alert.findings]'),
  own('Events', 'goshawk.alert.events.id goshawk.finding.events.id', 'finding_info.related_events.uid'),
  own('Hosts', 'related.hosts?', 'observables.[type_id=1].value?'),
  own('Users', 'related.user?', 'observables.[type_id=4].value?'),
  own('Addresses', 'related.ip?', 'observables.[type_id=2].value?'),
  own('Hashes', 'related.hash?', 'observables.[type_id=8].value?'),
];

/** What happened, in more detail than the standard's keys have. */
export const DETAIL: readonly Mapping[] = [
  own('CommandLine', 'process.command_line', 'process.cmd_line evidences.process.cmd_line actor.process.cmd_line'),
  own('ParentProcess', 'process.parent.executable process.parent.name', 'process.parent_process.file.path process.parent_process.name'),
  own('ParentCommandLine', 'process.parent.command_line', 'process.parent_process.cmd_line'),
  own('ParentProcessId', 'process.parent.pid', 'process.parent_process.pid', 'long'),
  own('Md5', 'file.hash.md5 process.hash.md5'),
  own('Sha1', 'file.hash.sha1 process.hash.sha1'),
  own('Sha256', 'file.hash.sha256 process.hash.sha256'),
  own('Imphash', 'process.pe.imphash file.pe.imphash'),
  own('RegistryPath', 'registry.path', 'reg_value.path reg_key.path'),
  own('RegistryData', 'registry.data.strings', 'reg_value.data'),
  own('DnsQuestion', 'dns.question.name', 'query.hostname evidences.query.hostname'),
  own('DnsType', 'dns.question.type', 'query.type evidences.query.type'),
  own('DnsAnswers', 'dns.answers.data', 'answers.rdata'),
  own('DnsResponse', 'dns.response_code', 'rcode'),
  own('HttpStatus', 'http.response.status_code', 'http_response.code evidences.http_response.code', 'long'),
  own('TlsVersion', 'tls.version', 'tls.version evidences.tls.version'),
  own('TlsServerName', 'tls.client.server_name', 'tls.sni evidences.tls.sni'),
  own('TlsSubject', 'tls.server.subject', 'tls.certificate.subject'),
  own('TlsIssuer', 'tls.server.issuer', 'tls.certificate.issuer'),
  own('Ja3', 'tls.client.ja3', 'tls.ja3_hash.value evidences.tls.ja3_hash.value'),
  own('Ja3s', 'tls.server.ja3s', 'tls.ja3s_hash.value evidences.tls.ja3s_hash.value'),
  own('CommunityId', 'network.community_id', 'connection_info.community_uid evidences.connection_info.community_uid'),
  own('SourceCountry', 'source.geo.country_iso_code', 'src_endpoint.location.country evidences.src_endpoint.location.country'),
  own('SourceAs', 'source.as.number', 'src_endpoint.autonomous_system.number evidences.src_endpoint.autonomous_system.number', 'long'),
  own('SourceZone', 'goshawk.zone.source', 'src_endpoint.zone evidences.src_endpoint.zone'),
  own('DestinationCountry', 'destination.geo.country_iso_code', 'dst_endpoint.location.country evidences.dst_endpoint.location.country'),
  own('DestinationAs', 'destination.as.number', 'dst_endpoint.autonomous_system.number evidences.dst_endpoint.autonomous_system.number', 'long'),
  own('DestinationZone', 'goshawk.zone.destination', 'dst_endpoint.zone evidences.dst_endpoint.zone'),
  own('AssetOwner', 'goshawk.asset.host.owner'),
  own('AssetCriticality', 'goshawk.asset.host.criticality', '', 'long'),
  own('CloudProvider', 'cloud.provider', 'cloud.provider'),
  own('CloudAccount', 'cloud.account.id', 'cloud.account.uid'),
  own('CloudRegion', 'cloud.region', 'cloud.region'),
  own('EmailFrom', 'email.from.address', 'email.from'),
  own('EmailTo', 'email.to.address', 'email.to'),
  own('EmailSubject', 'email.subject', 'email.subject'),
  own('ErrorCode', 'error.code', 'status_code'),
];

/** Where the raw record lies. */
export const ORIGIN: readonly Mapping[] = [
  own('Dataset', 'event.dataset', 'metadata.log_name'),
  own('Sensor', 'observer.name', 'metadata.reporter.name'),
  own('Topic', 'goshawk.provenance.topic', 'unmapped.[goshawk.provenance].topic'),
  own('Partition', 'goshawk.provenance.partition', 'unmapped.[goshawk.provenance].partition', 'long'),
  own('Offset', 'goshawk.provenance.offset', 'unmapped.[goshawk.provenance].offset', 'long'),
];
