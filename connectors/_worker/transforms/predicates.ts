// What a transform may ask of a record before it is applied.
import { RE2JS } from 're2js';
import { z } from 'zod';
import type { Predicate } from './definition.ts';
import { predicate } from './definition.ts';
import { regex, text } from './options.ts';

export const PREDICATES: readonly Predicate[] = [
  predicate({
    name: 'HasHeaderKey',
    description: 'Holds for records with a header of this name.',
    options: z.strictObject({ name: text('Name of the header.', 'medium').min(1, 'String must be non-empty') }),
    configure:
      ({ name }: { readonly name: string }) =>
      ({ headers }) =>
        headers.some(([header]) => header === name),
  }),
  predicate({
    name: 'RecordIsTombstone',
    description: 'Holds for records without a value.',
    options: z.strictObject({}),
    configure:
      () =>
      ({ value }) =>
        value.isNull,
  }),
  predicate({
    name: 'TopicNameMatches',
    description: 'Holds for records of topics whose whole name meets a regular expression; as transforms before it have named them.',
    options: z.strictObject({ pattern: regex('What the name has to meet.', 'medium') }),
    configure({ pattern }: { readonly pattern: string }) {
      const compiled = RE2JS.compile(pattern);
      return ({ topic }) => compiled.matches(topic);
    },
  }),
];
