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
user.full_name user.roles group.name group.id service.name network.iana_number email.from.address email.to.address email.subject error.code error.message`;
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
