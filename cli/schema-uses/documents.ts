// What the published documents take of events, findings and alerts.
import type { Use } from '../../domains/schema-impact/index.ts';
import * as ecs from '../../pipeline/publish/ecs/index.ts';
import * as ocsf from '../../pipeline/publish/ocsf/index.ts';
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { isRecord, isUnion } from '../../schemas/avro/schema.ts';
import type { Alert, Context, Event, Finding } from '../../schemas/avro/types.gen.ts';
import { filled, watched } from './trace.ts';

export function documentUses(schemas: ReadonlyMap<string, AvroSchema>): readonly Use[] {
  const uses: Use[] = [];
  const trace = (name: string, where: string, run: (of: (record: string) => unknown) => object): void => {
    const read = new Set<string>();
    run((record) => {
      const schema = schemas.get(`goshawk.v1.${record}`);
      if (schema === undefined) throw new Error(`There is no schema ${record}`);
      return watched(filled(schema), record, schema, (path) => read.add(path));
    });
    for (const path of read) uses.push({ kind: 'document', name, where, path });
  };
  for (const [name, member] of Object.entries({ ecs, ocsf })) {
    const [title, where] = [`${name.toUpperCase()} document`, `pipeline/publish/${name}`];
    trace(`${title} of an event`, where, (of) => member.eventDocument(of('Event') as Event, of('Context') as Context));
    trace(`${title} of a finding`, where, (of) => member.findingDocument(of('Finding') as Finding));
    trace(`${title} of an alert`, where, (of) => member.alertDocument(of('Alert') as Alert));
  }
  for (const [field, path] of ecsFields(schemas)) uses.push({ kind: 'document', name: `ECS field ${field}`, where: 'schemas/avro', path });
  return uses;
}

/** ECS name to the field that holds it, as the schemas say beside each field. */
export function ecsFields(schemas: ReadonlyMap<string, AvroSchema>): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const walk = (schema: AvroSchema, path: string): void => {
    const type = isUnion(schema) ? (schema.find((branch) => branch !== 'null') ?? 'null') : schema;
    if (!isRecord(type)) return;
    for (const { name, type: inner, ecs } of type.fields) {
      if (ecs !== undefined) fields.set(ecs, `${path}.${name}`);
      walk(inner, `${path}.${name}`);
    }
  };
  for (const record of ['Event', 'Context']) walk(schemas.get(`goshawk.v1.${record}`) ?? 'null', record);
  return fields;
}
