import { z } from 'zod';
import { ofOurs } from '../definition.ts';
import type { Json, JsonObject } from '../json.ts';
import { get, isObject, put } from '../json.ts';
import { withCondition } from '../options.ts';
import type { PathTree } from '../path.ts';
import { parsePath, treeOf } from '../path.ts';

/** Fields by their paths. */
export const pathList = (description: string) =>
  z
    .array(z.string().min(1, 'an empty path'))
    .superRefine((paths, context) => {
      for (const path of paths) {
        try {
          parsePath(path);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
        }
      }
    })
    .meta({ description: `${description} Paths with dots; names that hold dots in backticks.`, importance: 'high' });

export const project = ofOurs({
  name: 'Project',
  description: 'Keeps the fields that are named, at any depth, and nothing else. Within lists, those of each element.',
  options: withCondition({ fields: pathList('Fields to keep.').min(1, 'Empty list') }),
  configure({ fields }: { readonly fields: readonly string[] }) {
    const tree = treeOf(fields.map(parsePath));
    return (record) => {
      if (!record.value.isNull) record.value.set(kept(record.value.object('projection'), tree));
    };
  },
});

function kept(object: JsonObject, tree: PathTree): JsonObject {
  const result: Record<string, Json> = {};
  for (const [step, below] of Object.entries(tree)) {
    const value = get(object, step);
    if (value === undefined) continue;
    const part = below === true ? value : within(value, below);
    if (part !== undefined) put(result, step, part);
  }
  return result;
}

/** undefined when there are no fields in it. */
function within(value: Json, tree: PathTree): Json | undefined {
  if (isObject(value)) return kept(value, tree);
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Json[]).map((element) => within(element, tree)).filter((element) => element !== undefined);
}
