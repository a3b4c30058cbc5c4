// What a declared format may say.
import { z } from 'zod';
import { ECS_EVENT_TYPES } from '../../../schemas/avro/ecs-fields.ts';
import { isEcsField } from '../kit/setters.ts';
import { patternOf, testOf } from './pattern.ts';

const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((value) => (typeof value === 'string' ? [value] : value));
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const when = z
  .strictObject({
    begins: texts.optional(),
    holds: texts.optional(),
    members: texts.optional(),
    confidence: z.enum(['certain', 'likely', 'possible']).default('likely'),
  })
  .refine(({ begins, holds, members }) => (begins ?? holds ?? members) !== undefined, {
    error: 'names nothing to recognise a record by: begins, holds or members',
  });

const pattern = z.string().superRefine((source, ctx) => {
  const found = patternOf(source);
  if (typeof found === 'string') ctx.addIssue({ code: 'custom', message: found });
});
const separator = z.string().length(1, { error: 'is one character' });
const read = z.discriminatedUnion(
  'as',
  [
    z.strictObject({ as: z.literal('json') }),
    z.strictObject({ as: z.literal('logfmt') }),
    z.strictObject({ as: z.literal('key-values'), separator: separator.default(' '), after: z.string().optional() }),
    z.strictObject({ as: z.literal('csv'), separator: separator.default(','), columns: z.array(z.string()).min(1) }),
    z.strictObject({ as: z.literal('pattern'), pattern }),
  ],
  { error: 'is none of json, logfmt, key-values, csv, pattern' },
);

const rule = z.union([
  texts.transform((from) => ({ from })),
  z.strictObject({ value: z.union([scalar, z.array(z.string()).min(1)]) }),
  z.strictObject({ from: texts, map: z.record(z.string(), z.union([scalar, z.array(z.string())])).optional(), otherwise: scalar.optional() }),
]);
export type Rule = z.output<typeof rule>;

const set = z.record(z.string(), rule).superRefine((rules, ctx) => {
  for (const [name, one] of Object.entries(rules)) {
    if (!isEcsField(name)) ctx.addIssue({ code: 'custom', path: [name], message: 'is no ECS field that a format sets' });
    else if ('value' in one) for (const fault of notAllowed(name, [one.value].flat())) ctx.addIssue({ code: 'custom', path: [name], message: fault });
    else if ('map' in one && one.map !== undefined)
      for (const fault of notAllowed(name, Object.values(one.map).flat())) ctx.addIssue({ code: 'custom', path: [name], message: fault });
  }
});

/** Categories, types, kinds and outcomes are closed sets in ECS. */
function notAllowed(name: string, values: readonly (string | number | boolean)[]): readonly string[] {
  const allowed = ALLOWED.get(name);
  return allowed === undefined
    ? []
    : values.filter((value) => !allowed.has(String(value))).map((value) => `may not be ${JSON.stringify(value)}: one of ${[...allowed].join(', ')}`);
}
const ALLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['event.kind', new Set(['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error', 'signal'])],
  ['event.outcome', new Set(['success', 'failure', 'unknown'])],
  ['event.category', new Set(ECS_EVENT_TYPES.keys())],
  ['event.type', new Set([...ECS_EVENT_TYPES.values()].flatMap((types) => [...types]))],
]);

const test = z.string().superRefine((source, ctx) => {
  const found = testOf(source);
  if (typeof found === 'string') ctx.addIssue({ code: 'custom', message: found });
});
const multiline = z
  .strictObject({ begins: test.optional(), continues: test.optional() })
  .refine(({ begins, continues }) => (begins === undefined) !== (continues === undefined), {
    error: 'says either what the first line of an event has (begins) or what the others have (continues)',
  });

const body = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'is kebab-case: lower-case letters, digits and -' }),
  version: z.int().min(1).default(1),
  reads: z.string().min(1).optional(),
  dataset: z.string().regex(/^[a-z0-9][a-z0-9_-]*\.[a-z0-9][a-z0-9_.-]*$/, { error: 'is <product>.<log> in lower case' }),
  product: z.string().default(''),
  observer: z.boolean().default(false),
  when,
  read,
  multiline: multiline.optional(),
  set,
});
export const declaration = body.refine(({ read: { as }, multiline: lines }) => lines === undefined || as !== 'json', {
  error: 'is for text: JSON is one record an event',
  path: ['multiline'],
});
export type Declaration = z.output<typeof declaration>;
