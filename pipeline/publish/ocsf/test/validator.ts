// Judges documents by the published schema alone: JSON Schema made from it and run by ajv, and the rules that JSON Schema cannot say.
// Nothing of the mapping is imported here.
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Attribute, Item, Schema, Type } from './schema.ts';
import { readSchema } from './schema.ts';

type Document = Readonly<Record<string, unknown>>;
type JsonSchema = Record<string, unknown>;

const BASE_TYPES: Readonly<Record<string, unknown>> = {
  boolean_t: 'boolean',
  integer_t: 'integer',
  long_t: 'integer',
  float_t: 'number',
  string_t: 'string',
  json_t: ['object', 'string', 'number', 'boolean', 'array', 'null'],
};

const OBJECTS = 'https://schema.ocsf.io/1.8.0/objects';

/** @returns What is wrong with a document, empty when nothing is. */
export function openValidator(schema: Schema = readSchema()): (document: Document) => readonly string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  ajv.addSchema({ $id: OBJECTS, $defs: Object.fromEntries([...schema.objects].map(([name, item]) => [idOf(name), shapeOf(schema, item)])) });
  const compiled = new Map<number, ValidateFunction>();
  const validateOf = (uid: number, item: Item): ValidateFunction => {
    const found = compiled.get(uid) ?? ajv.compile(shapeOf(schema, item));
    compiled.set(uid, found);
    return found;
  };
  return (document) => {
    const uid = document.class_uid as number;
    const item = schema.classes.get(uid);
    if (item === undefined) return [`class_uid ${String(uid)} is no class of the schema`];
    const profiles = ((document.metadata as Document | undefined)?.profiles ?? []) as readonly string[];
    const validate = validateOf(uid, item);
    const problems = validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
    return [
      ...problems,
      ...numbers(document, item),
      ...beyond(schema, document, item, profiles, ''),
      ...observables(document),
      ...profilesUsed(document, item, profiles),
    ];
  };
}

const idOf = (name: string): string => name.replace('/', '.');

/** What JSON Schema can say of a class or an object, with the attributes of every profile; `beyond` looks at the profiles. */
function shapeOf(schema: Schema, { attributes, constraints }: Item): JsonSchema {
  const all = Object.entries(attributes);
  const property = (attribute: Attribute): JsonSchema => {
    const one = attribute.object_type === undefined ? scalar(schema, attribute) : { $ref: `${OBJECTS}#/$defs/${idOf(attribute.object_type)}` };
    return attribute.is_array === true ? { type: 'array', items: one, minItems: 1 } : one;
  };
  const { at_least_one: some, just_one: exactly } = constraints ?? {};
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(([name, attribute]) => [name, property(attribute)])),
    additionalProperties: all.length === 0,
    required: all.filter(([, { requirement, profiles }]) => requirement === 'required' && !hasProfiles(profiles)).map(([name]) => name),
    ...(some === undefined ? {} : { anyOf: some.map((name) => ({ required: [name] })) }),
    ...(exactly === undefined ? {} : { oneOf: exactly.map((name) => ({ required: [name] })) }),
  };
}
const hasProfiles = (profiles: Attribute['profiles']): boolean => profiles !== undefined && profiles !== null && profiles.length > 0;

function scalar({ types }: Schema, attribute: Attribute): JsonSchema {
  const type: Type = types.get(attribute.type)!;
  const base = type.type === undefined || type.type === null ? type : { ...types.get(type.type)!, ...type };
  const json = BASE_TYPES[type.type ?? type.name];
  const ids = attribute.enum === undefined ? undefined : Object.keys(attribute.enum).map((id) => (json === 'integer' ? Number(id) : id));
  return {
    type: json,
    ...(base.regex === undefined ? {} : { pattern: base.regex }),
    ...(base.max_len === undefined ? {} : { maxLength: base.max_len }),
    ...(base.range === undefined ? {} : { minimum: base.range[0], maximum: base.range[1] }),
    ...(ids === undefined ? {} : { enum: ids }),
  };
}

/** Class, category and type follow from one another. */
function numbers(document: Document, { uid = -1, category_uid, category_name, caption }: Item): readonly string[] {
  const { activity_id, type_uid, class_name } = document;
  const problems: string[] = [];
  if (type_uid !== uid * 100 + (activity_id as number)) problems.push(`type_uid ${String(type_uid)} is not class_uid * 100 + activity_id`);
  if (document.category_uid !== (category_uid ?? 0)) problems.push(`category_uid ${String(document.category_uid)} is not that of the class`);
  if (category_name !== undefined && document.category_name !== category_name) problems.push(`category_name is not ${category_name}`);
  if (class_name !== caption) problems.push(`class_name is not ${caption}`);
  return problems;
}

/**
 * Attributes of a profile need it, and it may need them. Beside an enum stands its caption; beside 99 the source's own word.
 */
function beyond(schema: Schema, part: unknown, item: Item, applied: readonly string[], path: string): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const missing = Object.entries(item.attributes)
    .filter(([name, { requirement, profiles }]) => requirement === 'required' && hasProfiles(profiles) && isApplied(profiles, applied) && !(name in part))
    .map(([name]) => `${path}/${name} is required by a profile`);
  const inner = Object.entries(part).flatMap(([name, held]): readonly string[] => {
    const attribute = item.attributes[name];
    if (attribute === undefined) return []; // the shape says so
    const problems = isApplied(attribute.profiles, applied) ? [] : [`${path}/${name} is there without its profile`];
    const object = attribute.object_type === undefined ? undefined : schema.objects.get(attribute.object_type);
    if (object !== undefined)
      problems.push(...(Array.isArray(held) ? held : [held]).flatMap((one: unknown) => beyond(schema, one, object, applied, `${path}/${name}`)));
    else problems.push(...caption(part as Document, name, attribute, `${path}/${name}`));
    return problems;
  });
  return [...missing, ...inner];
}
const isApplied = (profiles: Attribute['profiles'], applied: readonly string[]): boolean =>
  !hasProfiles(profiles) || profiles!.some((profile) => applied.includes(profile));

/** Captions of classes and categories are looked at by `numbers`. */
function caption(part: Document, name: string, { enum: words, sibling }: Attribute, path: string): readonly string[] {
  if (words === undefined || sibling === undefined || /^(?:category|class|type)_uid$/.test(name)) return [];
  const said = part[sibling];
  if (part[name] === 99) return typeof said === 'string' && said !== '' ? [] : [`${path} is 99 and ${sibling} does not say what`];
  const wanted = words[String(part[name])];
  return said === wanted ? [] : [`${sibling} beside ${path} is ${String(said)}, not ${String(wanted)}`];
}

/** What an observable names is in the document. */
function observables(document: Document): readonly string[] {
  const list = (document.observables ?? []) as readonly { readonly name?: string; readonly value: string }[];
  return list.flatMap(({ name, value }) =>
    name === undefined || valuesAt(document, name.split('.')).includes(value) ? [] : [`observable ${name} is not ${value}`],
  );
}
function valuesAt(part: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(part)) return part.flatMap((one: unknown) => valuesAt(one, path));
  const [first, ...more] = path;
  if (first === undefined) return [part];
  return typeof part === 'object' && part !== null ? valuesAt((part as Document)[first], more) : [];
}

/** A profile is named when an attribute of it is there, and not otherwise. */
function profilesUsed(document: Document, { attributes }: Item, profiles: readonly string[]): readonly string[] {
  return profiles
    .filter((profile) => !Object.keys(document).some((name) => attributes[name]?.profiles?.includes(profile) === true))
    .map((profile) => `profile ${profile} is named but not used`);
}
