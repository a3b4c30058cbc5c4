// What each ECS field holds, and how values of those that have no typed field of their own travel as text in `Event.ecs`.
import { ECS_FIELD_NAMES, EVENT_TYPES_OF_CATEGORY } from './ecs-fields.gen.ts';

type Kind = keyof typeof ECS_FIELD_NAMES;
/** `date` = ISO 8601 text. An array field has `isArray`. */
export interface EcsField {
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'ip' | 'date';
  readonly isArray: boolean;
}

/** By dotted name; a name that is not here is none of ECS, or holds no single value. */
export const ECS_FIELDS: ReadonlyMap<string, EcsField> = new Map(
  (Object.keys(ECS_FIELD_NAMES) as Kind[]).flatMap((key) => {
    const isArray = key.endsWith('[]');
    const field: EcsField = { kind: (isArray ? key.slice(0, -2) : key) as EcsField['kind'], isArray };
    return ECS_FIELD_NAMES[key].split(' ').map((name): [string, EcsField] => [name, field]);
  }),
);

/** Types that go with each category. */
export const ECS_EVENT_TYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(EVENT_TYPES_OF_CATEGORY).map(([category, types]) => [category, new Set(types.split(' '))]),
);

/** The values of an array field as one text: a single value as it is, more (or one that looks like more) as a JSON array. */
export function arrayText(values: readonly string[]): string {
  const [first = ''] = values;
  return values.length === 1 && !first.startsWith('[') ? first : JSON.stringify(values);
}

/** What `Event.ecs` holds under a name, in the type that ECS gives it. */
export function ecsValue(name: string, text: string): unknown {
  const field = ECS_FIELDS.get(name);
  if (field === undefined) return text;
  if (!field.isArray) return scalar(text, field);
  const values = text.startsWith('[') ? listIn(text) : [text];
  return values.map((value) => scalar(value, field));
}
function scalar(text: string, { kind }: EcsField): unknown {
  return kind === 'number' || kind === 'integer' ? Number(text) : kind === 'boolean' ? text === 'true' : text;
}
function listIn(text: string): readonly string[] {
  try {
    const values = JSON.parse(text) as unknown;
    return Array.isArray(values) ? values.map(String) : [text];
  } catch {
    return [text];
  }
}
