import { z } from 'zod';
import { ofBothHalves } from '../definition.ts';
import type { Json } from '../json.ts';
import { copyOf, put } from '../json.ts';
import { nullWithDefault, withCondition } from '../options.ts';
import type { Working } from '../working.ts';

const field = (what: string) =>
  z
    .string()
    .optional()
    .meta({ description: `Name of a field for ${what}. A ! or ? at its end is left out: without a schema it says nothing.`, importance: 'medium' });

/** Options that name a field, and what goes there; undefined = nothing. */
const SOURCES: Readonly<Record<string, (record: Working, options: Options) => Json | undefined>> = {
  'topic.field': ({ topic }) => topic,
  'partition.field': ({ position }) => position.partition,
  'offset.field': ({ position }) => position.offset,
  'timestamp.field': ({ timestampMs }) => timestampMs,
  'static.field': (_record, options) => options['static.value'],
};
type Options = Readonly<Partial<Record<string, string>>>;

export const insertField = ofBothHalves({
  name: 'InsertField',
  description: 'Adds fields: topic, partition, offset and time of the record, or a value of yours.',
  options: withCondition({
    'topic.field': field('the topic'),
    'partition.field': field('the partition'),
    'offset.field': field('the offset'),
    'timestamp.field': field('the time of the record, in milliseconds since 1970'),
    'static.field': field('`static.value`'),
    'static.value': z.string().optional().meta({ description: 'What goes into `static.field`.', importance: 'medium' }),
    ...nullWithDefault,
  })
    .refine((options) => Object.keys(SOURCES).some((name) => options[name as 'topic.field'] !== undefined), {
      path: ['topic.field'],
      error: 'No field insertion configured',
    })
    .refine((options) => options['static.field'] === undefined || options['static.value'] !== undefined, {
      path: ['static.value'],
      error: 'No value specified for static field',
    }),
  configure(given: object, half) {
    const options = given as Options;
    const insertions = Object.entries(SOURCES).flatMap(([option, source]) => {
      const name = options[option];
      return name === undefined ? [] : [{ name: name.replace(/[?!]$/, ''), source }];
    });
    return (record) => {
      const part = record[half];
      if (part.isNull) return;
      const updated = copyOf(part.object('field insertion'));
      for (const { name, source } of insertions) {
        const value = source(record, options);
        if (value !== undefined) put(updated, name, value);
      }
      part.set(updated);
    };
  },
});
