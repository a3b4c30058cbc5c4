// Pieces of the options of transforms.
import { z } from 'zod';
import { wrongWith } from '../settings/regex.ts';

type Importance = 'high' | 'medium' | 'low';
export const text = (description: string, importance: Importance) => z.string().meta({ description, importance });
export const list = (description: string, importance: Importance) => z.array(z.string()).meta({ description, importance });
export const someOf = (description: string, importance: Importance) =>
  z.array(z.string().min(1, 'an empty name')).min(1, 'Empty list').meta({ description, importance });
/** @param isWhole True: it has to meet the whole of the text. */
export const regex = (description: string, importance: Importance) =>
  z
    .string()
    .min(1, 'String must be non-empty')
    .superRefine((source, context) => {
      const wrong = wrongWith(source);
      if (wrong !== null) context.addIssue({ code: 'custom', message: `Invalid regex: ${wrong}` });
    })
    .meta({ description: `${description} RE2 syntax: no look-around, no back-references.`, importance });

/** What each transform takes besides its own. */
const ALWAYS = {
  predicate: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Name of a predicate: the transform is applied to records that it holds for.', importance: 'medium' }),
  negate: z.boolean().default(false).meta({ description: 'Whether it is applied to those that it does not hold for.', importance: 'medium' }),
} as const;
export interface Condition {
  readonly predicate?: string | undefined;
  readonly negate: boolean;
}
export const withCondition = <const Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...shape, ...ALWAYS });

/** Of no effect: fields without a schema have no defaults. */
export const nullWithDefault = {
  'replace.null.with.default': z
    .boolean()
    .default(true)
    .meta({ description: 'Taken for the sake of Kafka Connect, without effect: documents without a schema have no defaults.', importance: 'medium' }),
} as const;
