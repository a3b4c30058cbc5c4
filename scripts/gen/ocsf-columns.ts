// Columns of OCSF documents in tables: what the tables of pipeline/publish/ocsf can write of each class, in the types of the published schema.
import { BASE_FIELDS, CLOUD, EVENT_FIELDS, FIREWALL_RULE, METADATA, OCSF_VERSION } from '../../pipeline/publish/ocsf/base-attributes.ts';
import { FINDINGS } from '../../pipeline/publish/ocsf/classes/findings.ts';
import type { EventClass } from '../../pipeline/publish/ocsf/event-class.ts';
import { CLASSES } from '../../pipeline/publish/ocsf/select.ts';
import type { Part } from '../../pipeline/publish/ocsf/shape.ts';
import type { Attribute, Item } from '../../pipeline/publish/ocsf/test/schema.ts';
import { readSchema } from '../../pipeline/publish/ocsf/test/schema.ts';
import type { Generator } from './files.ts';

/** Attribute by name: what lies within, empty for what is a value. */
type Tree = Map<string, Tree>;

/** What publish writes beside its tables. */
const BESIDE = `class_uid class_name category_uid category_name activity_id activity_name type_uid type_name severity_id severity time is_alert action action_id
disposition disposition_id observables.name observables.type observables.type_id observables.value enrichments.name enrichments.type enrichments.value
enrichments.provider enrichments.data metadata.version metadata.original_time metadata.processed_time metadata.is_truncated metadata.untruncated_size metadata.profiles
metadata.extensions.name metadata.extensions.uid metadata.extensions.version metadata.tags.name metadata.tags.value unmapped raw_data raw_data_size`;
/** Of our own findings and alerts. */
const OWN = `start_time end_time risk_score comment finding_info.uid finding_info.title finding_info.desc finding_info.created_time finding_info.first_seen_time
finding_info.last_seen_time finding_info.attacks.tactic.name finding_info.attacks.technique.uid finding_info.attacks.sub_technique.uid finding_info.data_sources
finding_info.related_events.uid finding_info.related_events.type finding_info.related_events.first_seen_time finding_info.related_events_count finding_info.analytic.uid
finding_info.analytic.name finding_info.analytic.version finding_info.analytic.type finding_info.analytic.type_id finding_info.src_url finding_info.related_analytics.uid
finding_info.related_analytics.type finding_info.related_analytics.type_id evidences.uid evidences.data`;

const paths = (text: string): readonly (readonly string[])[] => text.split(/\s+/).map((path) => path.split('.'));
function grow(tree: Tree, path: readonly string[]): void {
  let inner = tree;
  for (const name of path) {
    const next = inner.get(name) ?? new Map<string, Tree>();
    inner.set(name, next);
    inner = next;
  }
}
function add(tree: Tree, name: string, part: Part, path: readonly string[] = []): void {
  const at = [...path, name];
  switch (part.kind) {
    case 'value':
      grow(tree, part.as === 'answers' ? [...at, 'rdata'] : at);
      break;
    case 'choice':
      grow(tree, at);
      grow(tree, [...path, part.caption]);
      break;
    case 'list':
    case 'either':
      for (const one of part.of) add(tree, name, one, path);
      break;
    case 'object':
      for (const constant of [...Object.keys(part.constants ?? {}), ...Object.keys(part.unknown ?? {})]) grow(tree, [...at, constant]);
      for (const [inner, one] of Object.entries(part.fields)) add(tree, inner, one, at);
  }
}

function treeOf(classes: readonly EventClass[]): Tree {
  const tree: Tree = new Map();
  for (const path of paths(BESIDE)) grow(tree, path);
  for (const { fields, category } of classes) {
    const all = {
      ...BASE_FIELDS,
      ...(category === FINDINGS ? {} : { ...EVENT_FIELDS, firewall_rule: FIREWALL_RULE }),
      metadata: METADATA,
      cloud: CLOUD,
      ...fields,
    };
    for (const [name, part] of Object.entries(all)) add(tree, name, part);
    if (category === FINDINGS) for (const path of paths(OWN)) grow(tree, path);
  }
  return tree;
}

const schema = readSchema();
const BASE_TYPES: Readonly<Record<string, string>> = { string_t: '', integer_t: 'i', long_t: 'i', float_t: 'n', boolean_t: 'b', json_t: 'j' };
function typeOf({ type, object_type }: Attribute): string {
  if (object_type !== undefined) return 'j'; // an object of which nothing is known: `unmapped`
  for (let name: string | undefined = type; name !== undefined; name = schema.types.get(name)?.type) {
    const found = BASE_TYPES[name];
    if (found !== undefined) return found;
  }
  throw new Error(`${type} is no type of the schema`);
}

/** `name`, `name:<type>` or `name(...)`, `*` behind the name of a list. */
function written(tree: Tree, item: Item, path: string): string {
  return [...tree]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => {
      const attribute = item.attributes[name];
      if (attribute === undefined) throw new Error(`${path}.${name} is no attribute of the schema`);
      const list = attribute.is_array === true ? '*' : '';
      const type = inner.size > 0 ? '' : typeOf(attribute);
      if (inner.size === 0) return `${name}${list}${type === '' ? '' : `:${type}`}`;
      return `${name}${list}(${written(inner, schema.objects.get(attribute.object_type ?? '')!, `${path}.${name}`)})`;
    })
    .join(' ');
}

export default {
  name: 'ocsf-columns',
  generate() {
    const uids = [...new Set(CLASSES.map(({ uid }) => uid))].sort((a, b) => a - b);
    const rows = uids.map((uid) => {
      const classes = CLASSES.filter((one) => one.uid === uid);
      return `  // ${classes[0]!.name}\n  ${uid}: '${written(treeOf(classes), schema.classes.get(uid)!, classes[0]!.name)}',`;
    });
    const text = [
      '// Written by `npm run gen` from the tables of pipeline/publish/ocsf and the published schema. Do not edit.',
      '',
      `/** Columns of the documents of each class of OCSF ${OCSF_VERSION}. \`:i\` integer, \`:n\` number, \`:b\` boolean, \`:j\` JSON, else text; \`*\` = a list; what lies within in parentheses. */`,
      `export const OCSF_CLASS_COLUMNS: Readonly<Record<number, string>> = {\n${rows.join('\n')}\n};`,
      '',
    ].join('\n');
    return new Map([['connectors/_formats/columns/ocsf.gen.ts', text]]);
  },
} satisfies Generator;
