// Cuts of schemas: what a reader wants, and how far a writer's bytes must be walked for it.
import type { AvroSchema, AvroField } from './schema.ts';
import { isRecord, isUnion } from './schema.ts';

/** Paths that are decoded, as a nested literal; `true` takes the whole field. */
export type Paths = { readonly [field: string]: true | Paths | undefined };

/**
 * The reader's schema with only the fields that `paths` names, every named type renamed after its place. `cutWriter` renames likewise,
 * so one type cut in two ways never meets itself, and names agree at each place.
 */
export function cutReader(schema: AvroSchema, paths: Paths | true): AvroSchema {
  const cut = (type: AvroSchema, wanted: Paths | true, place: string): AvroSchema => {
    if (isUnion(type)) return type.map((branch) => cut(branch, wanted, place));
    if (!isRecord(type)) return renamed(type, place, (inner, at) => cut(inner, true, at));
    const fields = type.fields.flatMap((field): AvroField[] => {
      const below = wanted === true ? true : wanted[field.name];
      return below === undefined ? [] : [{ ...field, type: cut(field.type, below, `${place}_${field.name}`) }];
    });
    return { ...type, name: place, namespace: 'cut', fields };
  };
  return cut(schema, paths, 'root');
}

/** The writer's schema up to the last path that is wanted: decoding stops behind it and checks nothing there. */
export function cutWriter(schema: AvroSchema, paths: Paths | true): AvroSchema {
  const rename = (type: AvroSchema, place: string): AvroSchema => cut(type, true, place);
  const cut = (type: AvroSchema, wanted: Paths | true, place: string): AvroSchema => {
    if (isUnion(type)) return type.map((branch) => cut(branch, true, place)); // a branch that is skipped must be walked whole
    if (!isRecord(type)) return renamed(type, place, rename);
    const last = wanted === true ? type.fields.length - 1 : type.fields.findLastIndex((field) => wanted[field.name] !== undefined);
    const fields = type.fields.slice(0, last + 1).map((field, index): AvroField => {
      const below = wanted !== true && index === last ? (wanted[field.name] ?? true) : true;
      return { ...field, type: cut(field.type, below, `${place}_${field.name}`) };
    });
    return { ...type, name: place, namespace: 'cut', fields };
  };
  return cut(schema, paths, 'root');
}

function renamed(type: AvroSchema, place: string, inner: (type: AvroSchema, place: string) => AvroSchema): AvroSchema {
  if (typeof type === 'string' || isUnion(type)) return type;
  if (type.type === 'array') return { ...type, items: inner(type.items, `${place}_item`) };
  if (type.type === 'map') return { ...type, values: inner(type.values, `${place}_value`) };
  if (type.type === 'enum' || type.type === 'fixed') return { ...type, name: place, namespace: 'cut' };
  return type;
}
