// What is wrong with a document by the ECS dictionary: names that do not exist, wrong types, values and pairs that are not allowed.
import { isIP } from 'node:net';
import { EcsFlat } from '@elastic/ecs';

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
}
export const DICTIONARY = EcsFlat as unknown as Readonly<Record<string, Field>>;
/** Below these, documents hold what is ours or the sensor's. */
const OWN = new Set(['goshawk', 'native', 'labels']);

function checked(value: unknown, { type }: Field): boolean {
  switch (type) {
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
    case 'scaled_float':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value);
    default:
      return typeof value === 'string' && value !== '';
  }
}

/** Everything that is wrong with a document, by field. */
export function problems(document: Readonly<Record<string, unknown>>): readonly string[] {
  const found: string[] = [];
  const walk = (part: Readonly<Record<string, unknown>>, prefix: string) => {
    for (const [key, value] of Object.entries(part)) {
      const name = prefix + key;
      if (prefix === '' && OWN.has(key)) continue;
      const field = DICTIONARY[name];
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) walk(value as Record<string, unknown>, `${name}.`);
      else if (field === undefined) found.push(`${name} does not exist`);
      else if (field.type === 'object') (value as Record<string, unknown>[]).forEach((inner) => walk(inner, `${name}.`));
      else {
        if (Array.isArray(value) !== field.normalize.includes('array')) found.push(`${name} is ${Array.isArray(value) ? 'an array' : 'no array'}`);
        for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
          if (!checked(one, field)) found.push(`${name} (${field.type}) is ${JSON.stringify(one)}`);
          const allowed = field.allowed_values?.map((entry) => entry.name);
          if (allowed !== undefined && !allowed.includes(one as string)) found.push(`${name} may not be ${JSON.stringify(one)}`);
        }
      }
    }
  };
  walk(document, '');
  return [...found, ...pairings(document.event as { readonly category?: readonly string[]; readonly type?: readonly string[] })];
}

/** Each type must be one that a category expects, and each category must have one of its own. */
function pairings({ category = [], type = [] }: { readonly category?: readonly string[]; readonly type?: readonly string[] }): readonly string[] {
  const expected = new Map(
    category.map((name) => [name, DICTIONARY['event.category']!.allowed_values!.find((entry) => entry.name === name)?.expected_event_types ?? []]),
  );
  const stray = type.filter((name) => ![...expected.values()].some((types) => types.includes(name)));
  const bare = [...expected].filter(([, types]) => !type.some((name) => types.includes(name))).map(([name]) => name);
  return [
    ...stray.map((name) => `event.type ${name} does not go with ${category.join('+')}`),
    ...bare.map((name) => `event.category ${name} has no type of its own among ${type.join('+')}`),
  ];
}
