import { EcsFlat } from '@elastic/ecs';
import type { Generator } from './files.ts';

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
}
const KINDS: Readonly<Record<string, string>> = {
  long: 'integer',
  float: 'number',
  scaled_float: 'number',
  unsigned_long: 'integer',
  boolean: 'boolean',
  ip: 'ip',
  date: 'date',
  keyword: 'text',
  constant_keyword: 'text',
  wildcard: 'text',
  match_only_text: 'text',
};

/** Names by kind; a kind that ends in `[]` is an array. Objects, nested and geo_point hold no single value and are left out. */
export default {
  name: 'ecs-fields',
  generate() {
    const names = new Map<string, string[]>();
    for (const [name, { type, normalize }] of Object.entries(EcsFlat as unknown as Readonly<Record<string, Field>>)) {
      const kind = KINDS[type];
      if (kind === undefined) continue;
      const key = normalize.includes('array') ? `${kind}[]` : kind;
      names.set(key, [...(names.get(key) ?? []), name]);
    }
    const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, list]) => `  '${kind}':\n    '${list.sort().join(' ')}',`);
    const { allowed_values: categories = [] } = (EcsFlat as unknown as Readonly<Record<string, Field>>)['event.category']!;
    const pairs = categories.map(({ name, expected_event_types: types = [] }) => `  ${name}: '${types.join(' ')}',`);
    const text = [
      '// Written by `npm run gen` from the ECS 9 dictionary (@elastic/ecs). Do not edit.',
      '',
      '/** Every ECS field that holds a value, names joined by blanks, by what it holds; `[]` = an array of it. */',
      `export const ECS_FIELD_NAMES = {\n${rows.join('\n')}\n} as const;`,
      '',
      '/** Categories with the types that go with them, joined by blanks. */',
      `export const EVENT_TYPES_OF_CATEGORY = {\n${pairs.join('\n')}\n} as const;`,
      '',
    ].join('\n');
    return new Map([['schemas/avro/ecs-fields.gen.ts', text]]);
  },
} satisfies Generator;
