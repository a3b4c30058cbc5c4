// What a change of schemas means for those who use their fields.
import { isDeepStrictEqual } from 'node:util';
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { fullNameOf, isRecord, isUnion } from '../../schemas/avro/schema.ts';

export interface Change {
  /** Dotted, from the name of the record that a topic or another record holds: `Event.process.commandLine`. */
  readonly path: string;
  readonly kind: 'removed' | 'retyped';
  readonly detail: string;
}
export interface Use {
  readonly kind: 'rule' | 'context source' | 'stage' | 'column' | 'view' | 'document' | 'graphql field' | 'dashboard query';
  /** Who uses it, as people know it: a rule's title, `api.event`, `Event.process`. */
  readonly name: string;
  /** File, or what it goes by. */
  readonly where: string;
  /** The field, dotted like a change's. */
  readonly path: string;
  /** Of a rule in production: without this field it can no longer match what it matched. */
  readonly isBlinding?: boolean;
}
export interface Impact {
  readonly change: Change;
  readonly uses: readonly Use[];
}

/** Fields that go or change their type from `before` to `after`; schemas by full name, references replaced by definitions. New fields hurt nobody. */
export function changesBetween(before: ReadonlyMap<string, AvroSchema>, after: ReadonlyMap<string, AvroSchema>): readonly Change[] {
  const roots = new Set(before.keys());
  const changes: Change[] = [];
  const walk = (was: AvroSchema, is: AvroSchema, path: string): void => {
    const [old, now] = [present(was), present(is)];
    if (!isRecord(old)) {
      if (!isDeepStrictEqual(shapeOf(was), shapeOf(is))) changes.push({ path, kind: 'retyped', detail: `was ${textOf(was)}, is ${textOf(is)}` });
      return;
    }
    if (!isRecord(now)) return void changes.push({ path, kind: 'retyped', detail: `was a record ${old.name}, is ${textOf(is)}` });
    const kept = new Map(now.fields.map((field) => [field.name, field]));
    const added = now.fields.filter(({ name }) => !old.fields.some((field) => field.name === name));
    for (const field of old.fields) {
      const at = `${path}.${field.name}`;
      const next = kept.get(field.name);
      if (next === undefined) {
        const twin = added.find(({ type }) => isDeepStrictEqual(shapeOf(type), shapeOf(field.type)));
        changes.push({ path: at, kind: 'removed', detail: twin === undefined ? 'is gone' : `is gone; perhaps it is ${twin.name} now` });
      } else if (!isRoot(field.type)) walk(field.type, next.type, at); // a record with a file of its own is told of once, under its own name
    }
  };
  const isRoot = (type: AvroSchema): boolean => {
    const inner = present(type);
    return isRecord(inner) && roots.has(fullNameOf(inner));
  };
  for (const [name, schema] of before) {
    const next = after.get(name);
    const short = name.slice(name.lastIndexOf('.') + 1);
    if (next === undefined) changes.push({ path: short, kind: 'removed', detail: 'the schema is gone' });
    else walk(schema, next, short);
  }
  return changes;
}

/** Without null, and without the list around it: what fields are looked for in. */
const present = (type: AvroSchema): AvroSchema => {
  if (isUnion(type)) return present(type.find((branch) => branch !== 'null') ?? 'null');
  return typeof type === 'object' && !isRecord(type) && type.type === 'array' ? present(type.items) : type;
};

/** What matters to readers: not the docs. */
function shapeOf(type: AvroSchema): unknown {
  if (typeof type === 'string') return type;
  if (isUnion(type)) return type.map(shapeOf);
  if (isRecord(type)) return { record: type.name, fields: type.fields.map((field) => [field.name, shapeOf(field.type)]) };
  switch (type.type) {
    case 'array':
      return { array: shapeOf(type.items) };
    case 'map':
      return { map: shapeOf(type.values) };
    case 'enum':
      return { enum: type.symbols };
    case 'fixed':
      return { fixed: type.size };
    default:
      return type.type;
  }
}
const textOf = (type: AvroSchema): string => JSON.stringify(shapeOf(type));

/** Each change with those who use the field, something in it, or the record that it is in. */
export function impactOf(changes: readonly Change[], uses: readonly Use[]): readonly Impact[] {
  return changes.map((change) => ({
    change,
    uses: uses.filter(({ path }) => path === change.path || path.startsWith(`${change.path}.`) || change.path.startsWith(`${path}.`)).toSorted(byKind),
  }));
}
const byKind = (a: Use, b: Use) => compareText(a.kind, b.kind) || compareText(a.name, b.name) || compareText(a.path, b.path);
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Rules in production that would match less than before, or nothing. */
export const blinded = (impacts: readonly Impact[]): readonly Use[] => [
  ...new Map(impacts.flatMap(({ uses }) => uses.filter(({ isBlinding }) => isBlinding === true).map((use) => [`${use.where} ${use.name}`, use]))).values(),
];
