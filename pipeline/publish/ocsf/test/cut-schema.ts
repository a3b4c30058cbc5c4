// Cuts from a compiled OCSF schema (what schema.ocsf.io exports for a version, form 2) what our classes need, a line an item, without descriptions:
// node pipeline/publish/ocsf/test/cut-schema.ts 1.8.0.json > pipeline/publish/ocsf/schema/ocsf-1.8.0.jsonl
import { readFileSync } from 'node:fs';
import { CLASSES } from '../select.ts';
import type { Attribute, Item } from './schema.ts';

interface CompiledAttribute extends Attribute {
  readonly enum?: Readonly<Record<string, { readonly caption: string } | string>>;
}
interface Compiled {
  readonly version: string;
  readonly dictionary: {
    readonly types: {
      readonly attributes: Readonly<
        Record<string, { readonly type?: string; readonly regex?: string; readonly max_len?: number; readonly range?: readonly number[] }>
      >;
    };
  };
  readonly classes: Readonly<Record<string, CompiledItem>>;
  readonly objects: Readonly<Record<string, CompiledItem>>;
}
interface CompiledItem {
  readonly uid?: number;
  readonly name: string;
  readonly caption: string;
  readonly category_uid?: number;
  readonly category_name?: string;
  readonly constraints?: Item['constraints'];
  readonly attributes: Readonly<Record<string, CompiledAttribute>>;
}

const [path = ''] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(path, 'utf8')) as Compiled;
const uids = new Set(CLASSES.map(({ uid }) => uid));
const classes = Object.values(schema.classes).filter(({ uid }) => uids.has(uid ?? -1));
const objects = new Map<string, CompiledItem>();
const visit = (item: CompiledItem): void => {
  for (const { object_type: name } of Object.values(item.attributes)) {
    const found = name === undefined ? undefined : schema.objects[name];
    if (name === undefined || found === undefined || objects.has(name)) continue;
    objects.set(name, found);
    visit(found);
  }
};
classes.forEach(visit);

const print = (line: unknown): void => console.log(JSON.stringify(line));
print({ kind: 'schema', version: schema.version });
for (const [name, { type, regex, max_len, range }] of sorted(Object.entries(schema.dictionary.types.attributes)))
  print({ kind: 'type', name, type, regex, max_len, range });
for (const item of classes.sort((a, b) => a.uid! - b.uid!)) print({ kind: 'class', ...cut(item, item.name) });
for (const [name, item] of sorted([...objects])) print({ kind: 'object', ...cut(item, name) });

function sorted<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
function cut({ uid, caption, category_uid, category_name, constraints, attributes }: CompiledItem, name: string): Item {
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    caption,
    ...(category_uid === undefined ? {} : { category_uid }),
    ...(category_name === undefined ? {} : { category_name }),
    ...(constraints === undefined ? {} : { constraints }),
    attributes: Object.fromEntries(
      sorted(Object.entries(attributes)).map(([attribute, { type, object_type, is_array, requirement, profiles, sibling, enum: words }]) => [
        attribute,
        {
          type,
          ...(object_type === undefined ? {} : { object_type }),
          ...(is_array === true ? { is_array } : {}),
          ...(requirement === 'required' ? { requirement } : {}),
          ...(profiles !== undefined && profiles !== null && profiles.length > 0 ? { profiles } : {}),
          ...(sibling === undefined ? {} : { sibling }),
          ...(words === undefined
            ? {}
            : { enum: Object.fromEntries(Object.entries(words).map(([id, word]) => [id, typeof word === 'string' ? word : word.caption])) }),
        },
      ]),
    ),
  };
}
