// An event as people and programs see it: the same over GraphQL and REST.
import type { Micros } from '../pipeline/core/index.ts';
import type { EventRow } from '../store/queries/events.ts';
import { COLUMNS } from '../domains/search/fields.ts';
import { isoOf } from './time.ts';

/** `<time in micros>-<hash>`: the time finds the partition in which the hash is looked up. */
export const publicIdOf = ({ time, id }: { readonly time: Micros; readonly id: string }): string => `${time}-${id}`;

const PUBLIC_ID = /^(-?\d{1,16})-([0-9a-f]{32})$/;

/** Null for anything that is no public id. */
export function parsePublicId(text: string): { readonly time: Micros; readonly id: string } | null {
  const match = PUBLIC_ID.exec(text);
  if (match === null) return null;
  const time = Number(match[1]);
  return Number.isSafeInteger(time) ? { time, id: match[2] as string } : null;
}

const propertyOf = (column: string): keyof EventRow => column.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()) as keyof EventRow;
const TYPED: readonly (readonly [ecs: string, property: keyof EventRow])[] = [...COLUMNS].map(([ecs, { name }]) => [ecs, propertyOf(name)]);

/** All fields by ECS name, flat, context included; labels as `labels.<name>`. What the event does not say is left out. */
export function fieldsOf(row: EventRow): Record<string, unknown> {
  const fields: Record<string, unknown> = { '@timestamp': isoOf(row.time) };
  for (const [ecs, property] of TYPED) {
    const value = row[property];
    if (value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) fields[ecs] = value;
  }
  const { labels, ...detail } = row.detail;
  Object.assign(fields, detail);
  for (const [name, value] of Object.entries(labelsOf(labels))) fields[`labels.${name}`] = value;
  return fields;
}

const labelsOf = (labels: unknown): Record<string, unknown> => (typeof labels === 'object' && labels !== null ? (labels as Record<string, unknown>) : {});

/** The sensor's own document, as the JSON that it is; as text where it is none. */
export function nativeOf({ native }: EventRow): unknown {
  try {
    return JSON.parse(native) as unknown;
  } catch {
    return native;
  }
}

/** Resolvers of the GraphQL type; a REST document is all of them. */
export const eventView = {
  id: publicIdOf,
  host: (row: EventRow) => row.hostName,
  user: (row: EventRow) => row.userName,
  process: (row: EventRow) => row.processName,
  fields: fieldsOf,
  native: nativeOf,
  labels: (row: EventRow) => labelsOf(row.detail.labels),
  provenance: (row: EventRow) => ({
    topic: row.rawTopic,
    partition: row.rawPartition,
    offset: row.rawOffset,
    appendedAt: row.appendedAt,
    parser: row.parser,
    parserVersion: row.parserVersion,
  }),
};

/** The event as a JSON document. */
export function eventDocument(row: EventRow) {
  const { dataset, sensor, kind, category, type, outcome, action, code, severity, message, sourceIp, sourcePort, destinationIp, destinationPort, storedAt } =
    row;
  const provenance = eventView.provenance(row);
  return {
    id: publicIdOf(row),
    time: isoOf(row.time),
    dataset,
    sensor,
    kind,
    category,
    type,
    outcome,
    action,
    code,
    severity,
    message,
    host: row.hostName,
    user: row.userName,
    sourceIp,
    sourcePort,
    destinationIp,
    destinationPort,
    process: row.processName,
    fields: fieldsOf(row),
    native: nativeOf(row),
    labels: labelsOf(row.detail.labels),
    provenance: { ...provenance, appendedAt: isoOf(provenance.appendedAt) },
    storedAt: storedAt === null ? null : isoOf(storedAt),
  };
}
