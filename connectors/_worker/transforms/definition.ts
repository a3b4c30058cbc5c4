// What a transform or a predicate is: its names, its options, and what it does.
import type { z } from 'zod';
import type { Working } from './working.ts';

/** Which half of a record a transform works on. */
export type Half = 'key' | 'value';
/** @returns False to leave the record out. @throws DataError */
export type Step = (record: Working) => boolean | void;
export type Test = (record: Working) => boolean;

/** What settings need to know of both. */
export interface Named {
  /** As dead letters and status name it. */
  readonly className: string;
  /** All spellings of its type. */
  readonly names: readonly string[];
  /** A flat zod object; options by the names that Kafka Connect gives them. */
  readonly options: z.ZodType<object>;
  /** For people, a sentence or two. */
  readonly description: string;
}
export interface Transform extends Named {
  /** @param options As `options` has read them, which is all that can be wrong. */
  readonly configure: (options: object) => Step;
}
export interface Predicate extends Named {
  readonly configure: (options: object) => Test;
}

interface Given<Options> {
  readonly name: string;
  readonly description: string;
  readonly options: z.ZodType<Options & object>;
}
const KAFKA = 'org.apache.kafka.connect.transforms.';

/** A transform of Kafka Connect with its two variants, `<Name>$Key` and `<Name>$Value`. */
export const ofBothHalves = <Options>({
  name,
  configure,
  ...rest
}: Given<Options> & { readonly configure: (options: Options, half: Half) => Step }): readonly Transform[] =>
  (['key', 'value'] as const).map((half) => {
    const variant = `${name}$${half === 'key' ? 'Key' : 'Value'}`;
    return { ...rest, className: KAFKA + variant, names: [KAFKA + variant, variant], configure: (options) => configure(options as Options, half) };
  });

/** A transform of Kafka Connect without variants. */
export const ofWhole = <Options>({ name, configure, ...rest }: Given<Options> & { readonly configure: (options: Options) => Step }): readonly Transform[] => [
  { ...rest, className: KAFKA + name, names: [KAFKA + name, name], configure: (options) => configure(options as Options) },
];

/** One of our own, for values. */
export const ofOurs = <Options>({ name, configure, ...rest }: Given<Options> & { readonly configure: (options: Options) => Step }): readonly Transform[] => [
  {
    ...rest,
    className: `goshawk.transforms.${name}`,
    names: [`goshawk.transforms.${name}`, name, `${name}$Value`],
    configure: (options) => configure(options as Options),
  },
];

export const predicate = <Options>({ name, configure, ...rest }: Given<Options> & { readonly configure: (options: Options) => Test }): Predicate => {
  const className = `${KAFKA}predicates.${name}`;
  return { ...rest, className, names: [className, name], configure: (options) => configure(options as Options) };
};
