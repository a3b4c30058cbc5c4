// The tables beside the published schema: every attribute that they write is there, of that kind, with those numbers and captions.
import { describe, expect, it } from 'vitest';
import { BASE_FIELDS, CLOUD, DECISIONS, EVENT_FIELDS, FIREWALL_RULE, METADATA, OCSF_VERSION } from './base-attributes.ts';
import { FINDINGS } from './classes/findings.ts';
import { OBSERVABLES } from './observables.ts';
import { CLASSES } from './select.ts';
import type { Part, Shape } from './shape.ts';
import { object } from './shape.ts';
import type { Attribute, Item } from './test/schema.ts';
import { readSchema } from './test/schema.ts';

const schema = readSchema();
const WHOLE = { cloud: CLOUD, firewall_rule: FIREWALL_RULE, metadata: METADATA } as const;

/** What a shape writes that its object does not have, and what its object wants that it does not write. */
function differences(shape: Shape, item: Item, path: string, isTop = false): readonly string[] {
  const parts = Object.entries(shape.fields).flatMap(([name, part]) => partDifferences(part, name, item, `${path}.${name}`));
  const constants = Object.entries(shape.constants ?? {}).flatMap(([name, value]) => constantDifferences(name, value, item, `${path}.${name}`));
  if (isTop) return [...parts, ...constants];
  const always = new Set([...Object.keys(shape.constants ?? {}), ...(shape.allOf ?? []), ...Object.keys(shape.unknown ?? {})]);
  const written = new Set([
    ...always,
    ...Object.entries(shape.fields).flatMap(([name, part]) =>
      part.kind === 'choice' && part.otherwise !== undefined ? [name] : part.kind === 'object' && part.unknown !== undefined ? [name] : [],
    ),
  ]);
  const missing = Object.entries(item.attributes)
    .filter(([name, { requirement, profiles }]) => requirement === 'required' && !profiles && !written.has(name))
    .map(([name]) => `${path}.${name} is required`);
  return [...parts, ...constants, ...missing];
}
function partDifferences(part: Part, name: string, item: Item, path: string): readonly string[] {
  const attribute = item.attributes[name];
  if (attribute === undefined) return [`${path} is no attribute`];
  const inner = attribute.object_type === undefined ? undefined : schema.objects.get(attribute.object_type);
  switch (part.kind) {
    case 'value':
      return inner === undefined || part.as === 'answers' ? [] : [`${path} is an object`];
    case 'choice':
      return [...Object.values(part.table), ...(part.otherwise === undefined ? [] : [part.otherwise])].flatMap(([id, caption]) =>
        attribute.enum?.[id] === caption && attribute.sibling === part.caption ? [] : [`${path} ${id} is not ${caption}`],
      );
    case 'list':
      return inner === undefined || attribute.is_array !== true ? [`${path} is no list of objects`] : part.of.flatMap((one) => differences(one, inner, path));
    case 'either':
      return inner === undefined || attribute.is_array === true ? [`${path} is no object`] : part.of.flatMap((one) => differences(one, inner, path));
    case 'object':
      return inner === undefined || attribute.is_array === true ? [`${path} is no object`] : differences(part, inner, path);
  }
}
function constantDifferences(name: string, value: unknown, item: Item, path: string): readonly string[] {
  const attribute: Attribute | undefined = item.attributes[name];
  if (attribute === undefined) return [`${path} is no attribute`];
  return typeof value === 'number' && attribute.enum !== undefined && attribute.enum[value] === undefined ? [`${path} has no ${value}`] : [];
}

describe('the tables', () => {
  it('are of the version of the schema', () => {
    expect(schema.version).toBe(OCSF_VERSION);
    expect(new Set(schema.classes.keys())).toEqual(new Set(CLASSES.map(({ uid }) => uid)));
  });

  it.each(CLASSES.map((one, index) => [`${one.name} (${index})`, one] as const))(
    '%s',
    (_name, { uid, name, category, activities, fields, byHostProfile = [], extension, needs = [] }) => {
      const item = schema.classes.get(uid)!;
      expect([name, ...category]).toEqual([item.caption, item.category_uid ?? 0, item.category_name ?? 'Uncategorized']);
      expect(activities.map(({ id, name: caption }) => [id, caption])).toEqual(activities.map(({ id }) => [id, item.attributes.activity_id!.enum![id]]));
      const event = category === FINDINGS ? {} : EVENT_FIELDS;
      expect(differences(object({ ...BASE_FIELDS, ...event, ...WHOLE, ...fields }), item, name, true)).toEqual([]);
      expect(
        Object.keys(fields)
          .filter((field) => item.attributes[field]!.profiles?.includes('host') === true)
          .sort(),
      ).toEqual([...byHostProfile].filter((field) => field in fields).sort());
      expect(item.name.startsWith('win/') || uid > 200_000).toBe(extension !== undefined);
      expect(needs.flat().filter((field) => !(field in fields))).toEqual([]);
      const required = Object.entries(item.attributes).flatMap(([attribute, { requirement, profiles }]) =>
        requirement === 'required' && !profiles ? [attribute] : [],
      );
      const given = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
      const sure = Object.entries(fields).flatMap(([attribute, part]) =>
        part.kind === 'object' && part.unknown !== undefined ? [attribute] : part.kind === 'choice' && part.otherwise !== undefined ? [attribute] : [],
      );
      expect(
        required.filter(
          (attribute) => !given.includes(attribute) && !sure.includes(attribute) && !needs.some((names) => names.length === 1 && names[0] === attribute),
        ),
      ).toEqual([]);
    },
  );

  it('decide in the words of the schema', () => {
    const { attributes } = schema.classes.get(0)!;
    for (const decision of Object.values(DECISIONS))
      expect([decision.action, decision.disposition]).toEqual([
        attributes.action_id!.enum![decision.action_id as number],
        attributes.disposition_id!.enum![decision.disposition_id as number],
      ]);
  });

  it('name types of observables as the schema does', () => {
    const { attributes } = schema.objects.get('observable')!;
    for (const [id, name] of Object.values(OBSERVABLES)) expect(attributes.type_id!.enum![id]).toBe(name);
  });
});
