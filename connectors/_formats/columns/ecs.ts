// Columns of ECS documents: one table for events, findings and alerts.
import type { Column, ColumnType } from '../../../domains/tables/index.ts';
import type { EcsField } from '../../../schemas/avro/ecs-fields.ts';
import { ECS_FIELDS } from '../../../schemas/avro/ecs-fields.ts';
import { ECS_PATHS } from '../../../schemas/avro/types.gen.ts';

/** Beside the fields that the event model types. */
const MORE = `ecs.version event.id event.ingested event.start event.end event.duration event.reason event.risk_score event.module event.reference
source.address source.geo.country_iso_code source.geo.country_name source.as.number source.as.organization.name
destination.address destination.geo.country_iso_code destination.geo.country_name destination.as.number destination.as.organization.name
source.nat.ip source.nat.port destination.nat.ip destination.nat.port observer.vendor observer.version observer.hostname
rule.description rule.author rule.license rule.reference threat.framework threat.tactic.name threat.technique.id threat.technique.subtechnique.id tags
user.full_name user.roles user.effective.id user.effective.name user.target.group.domain user.target.group.id user.target.group.name group.name group.id group.domain
service.name service.type network.iana_number network.type email.from.address email.to.address email.subject email.message_id email.direction error.code error.message
error.type event.sequence host.hostname host.domain host.mac host.os.full host.os.version agent.id observer.type observer.ip observer.mac observer.serial_number
observer.ingress.interface.name observer.ingress.zone observer.egress.interface.name observer.egress.zone log.level log.logger log.syslog.appname
log.syslog.facility.code log.syslog.facility.name log.syslog.hostname log.syslog.msgid log.syslog.priority log.syslog.procid log.syslog.severity.code
log.syslog.severity.name user_agent.name user_agent.version user_agent.device.name user_agent.os.full user_agent.os.name user_agent.os.version process.thread.id
process.exit_code process.start process.title process.pe.company process.pe.description process.pe.file_version process.pe.original_file_name process.pe.product
file.pe.company file.pe.description file.pe.file_version file.pe.original_file_name file.pe.product file.code_signature.exists file.code_signature.status
file.code_signature.subject_name file.inode file.mode file.mime_type file.mtime tls.cipher tls.version_protocol tls.server.x509.serial_number http.version
http.request.id http.request.bytes http.request.body.bytes http.response.bytes http.response.body.bytes http.response.mime_type url.scheme url.port url.extension
url.registered_domain dns.id dns.type dns.question.class dns.question.registered_domain dns.resolved_ip trace.id transaction.id cloud.project.id cloud.instance.id
cloud.availability_zone container.id container.name container.image.name container.image.tag orchestrator.type orchestrator.namespace orchestrator.resource.name
orchestrator.resource.type package.name package.version source.geo.city_name source.geo.region_name destination.geo.city_name destination.geo.region_name
threat.tactic.id threat.technique.name rule.ruleset process.thread.name log.syslog.version log.origin.file.line log.origin.file.name log.origin.function
observer.ingress.interface.id observer.egress.interface.id organization.name orchestrator.api_version client.ip server.ip cloud.account.name user.target.roles event.url`;
/** Objects, and lists of objects: as JSON. `dns.answers` is one in documents. */
const JSON_FIELDS = ['dns.answers', 'labels', 'goshawk', 'native'] as const;
const NOT_SINGLE = new Set(['dns.answers.data']);

const TYPES: Readonly<Record<EcsField['kind'], ColumnType>> = {
  text: 'text',
  ip: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  date: 'micros',
};

/** By name, in alphabetical order; the times that a receiver asks for first, first. */
export const ECS_TABLE: ReadonlyMap<string, { readonly type: ColumnType; readonly isList: boolean }> = new Map([
  ...[...new Set([...Object.keys(ECS_PATHS).filter((name) => !NOT_SINGLE.has(name)), ...MORE.split(/\s+/)])].sort().map((name) => {
    const field = ECS_FIELDS.get(name);
    return [name, { type: field === undefined ? 'text' : TYPES[field.kind], isList: field?.isArray ?? false }] as const;
  }),
  ...JSON_FIELDS.map((name) => [name, { type: 'json', isList: false }] as const),
]);
/** What no column holds, as one JSON object; null when all has found its place. */
export const OTHER = 'other';

type Tree = Map<string, Tree | Column>;
/** The same, nested at the dots of their names. */
export const ecsColumns: readonly Column[] = (() => {
  const tree: Tree = new Map();
  for (const [name, { type, isList }] of ECS_TABLE) {
    const parts = name.split('.');
    let inner = tree;
    for (const part of parts.slice(0, -1)) {
      const next = inner.get(part) ?? (new Map() as Tree);
      inner.set(part, next);
      inner = next as Tree;
    }
    inner.set(parts.at(-1)!, { name: parts.at(-1)!, type, ...(isList && { isList }) });
  }
  const columnsOf = (of: Tree): readonly Column[] => [...of].map(([name, inner]) => (inner instanceof Map ? { name, columns: columnsOf(inner) } : inner));
  return columnsOf(tree);
})();
