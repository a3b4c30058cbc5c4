import { RE2JS } from 're2js';
import { z } from 'zod';
import { ofOurs } from '../definition.ts';
import type { Json } from '../json.ts';
import { copyOf, isObject, put } from '../json.ts';
import { withCondition } from '../options.ts';
import type { PathTree } from '../path.ts';
import { parsePath, treeOf } from '../path.ts';
import { wrongWith } from '../../settings/regex.ts';
import { pathList } from './project.ts';

interface Options {
  readonly fields: readonly string[];
  readonly pattern: string;
  readonly within: readonly string[];
  readonly replacement: string;
}

export const redact = ofOurs({
  name: 'Redact',
  description:
    'Takes values out: whole fields, and what meets a regular expression in any text. In whole fields, text becomes the replacement, and numbers and booleans null, since text would not be of their type. Names of fields stay.',
  options: withCondition({
    fields: pathList('Fields whose values are taken out, with all that is in them.').default([]),
    pattern: z
      .string()
      .superRefine((source, context) => {
        const wrong = wrongWith(source);
        if (wrong !== null) context.addIssue({ code: 'custom', message: `Invalid regex: ${wrong}` });
        else if (source !== '' && RE2JS.compile(source).matches('')) context.addIssue({ code: 'custom', message: 'it meets empty text, hence everywhere' });
      })
      .default('')
      .meta({ description: 'What is taken out wherever it stands in a text; several with | between. RE2 syntax, in linear time.', importance: 'high' }),
    within: pathList('Fields where the pattern is looked for; none = all.').default([]),
    replacement: z.string().default('[redacted]').meta({ description: 'What stands in its place.', importance: 'medium' }),
  })
    .refine(({ fields, pattern }) => fields.length > 0 || pattern !== '', { path: ['fields'], error: 'neither fields nor a pattern are named' })
    .refine(({ within, pattern }) => within.length === 0 || pattern !== '', { path: ['within'], error: 'there is no pattern to look for' }),
  configure({ fields, pattern, within, replacement }: Options) {
    const compiled = pattern === '' ? null : RE2JS.compile(pattern);
    const clean = (text: string) => (compiled === null || !compiled.matcher(text).find() ? text : compiled.matcher(text).replaceAll(() => replacement));
    const everywhere: Edit = (value) => texts(value, clean);
    const edits: (readonly [tree: PathTree | true, edit: Edit])[] = [];
    if (fields.length > 0) edits.push([treeOf(fields.map(parsePath)), (value) => emptied(value, replacement)]);
    if (compiled !== null) edits.push([within.length === 0 ? true : treeOf(within.map(parsePath)), everywhere]);
    return (record) => {
      if (record.value.isNull) return;
      const before = record.value.get();
      if (Buffer.isBuffer(before)) return void record.value.object('redaction');
      const after = edits.reduce<Json>((value, [tree, edit]) => (tree === true ? edit(value) : at(value, tree, edit)), before);
      if (after !== before) record.value.set(after);
    };
  },
});

/** Gives what it was given when nothing is changed. */
type Edit = (value: Json) => Json;

/** Edits where the paths lead; within lists, in each element. */
function at(value: Json, tree: PathTree, edit: Edit): Json {
  if (Array.isArray(value)) return mapped(value as readonly Json[], (element) => at(element, tree, edit));
  if (!isObject(value)) return value;
  let changed: Record<string, Json> | null = null;
  for (const [step, below] of Object.entries(tree)) {
    if (!Object.hasOwn(value, step)) continue;
    const before = value[step]!;
    const after = below === true ? edit(before) : at(before, below, edit);
    if (after !== before) put((changed ??= copyOf(value)), step, after);
  }
  return changed ?? value;
}

function texts(value: Json, clean: (text: string) => string): Json {
  if (typeof value === 'string') return clean(value);
  return inside(value, (part) => texts(part, clean));
}

function emptied(value: Json, replacement: string): Json {
  if (value === null || typeof value === 'string') return value === null ? null : replacement;
  return Array.isArray(value) || isObject(value) ? inside(value, (part) => emptied(part, replacement)) : null;
}

/** Edits the parts of a list or an object. */
function inside(value: Json, edit: Edit): Json {
  if (Array.isArray(value)) return mapped(value as readonly Json[], edit);
  if (!isObject(value)) return value;
  let changed: Record<string, Json> | null = null;
  for (const [name, before] of Object.entries(value)) {
    const after = edit(before);
    if (after !== before) put((changed ??= copyOf(value)), name, after);
  }
  return changed ?? value;
}

function mapped(list: readonly Json[], edit: Edit): readonly Json[] {
  const edited = list.map(edit);
  return edited.some((element, index) => element !== list[index]) ? edited : list;
}
