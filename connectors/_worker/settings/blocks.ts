// The options of one connector: those of every connector, of each transform and predicate that it names, and its own.
import type { z } from 'zod';
import { nearest } from '../../../domains/fields/nearest.ts';
import type { Named } from '../transforms/index.ts';
import { PREDICATES, TRANSFORMS } from '../transforms/index.ts';
import { sinkOptions, sourceOptions } from './common-options.ts';
import type { Option } from './options.ts';
import { optionsOf } from './options.ts';
import type { Plugin } from './plugins.ts';
import type { Definition } from './shapes.ts';

/** Options that one schema reads together. Their names begin with the prefix, which the schema does not know. */
export interface Block {
  readonly prefix: string;
  readonly schema: z.ZodType;
  readonly options: readonly Option[];
}
/** A transform or predicate that a configuration names. */
export interface Alias {
  readonly kind: 'transforms' | 'predicates';
  readonly alias: string;
  /** null when its type is missing or unknown. */
  readonly named: Named | null;
  readonly block: Block;
}
export interface Blocks {
  readonly common: Block;
  readonly aliases: readonly Alias[];
  readonly own: Block;
}
export type Texts = ReadonlyMap<string, string>;

export const commonBlock = ({ type }: Pick<Plugin, 'type'>): Block => blockOf('', type === 'sink' ? sinkOptions : sourceOptions, 'Common');
export const ownBlock = ({ config }: Pick<Plugin, 'config'>): Block => blockOf('', config, 'Connector');
const blockOf = (prefix: string, schema: z.ZodType, group: string): Block => ({ prefix, schema, options: optionsOf(schema, group) });

export function blocksOf(plugin: Plugin, texts: Texts): Blocks {
  const common = commonBlock(plugin);
  const takesTransforms = common.options.some(({ definition }) => definition.name === 'transforms');
  const aliases = (kind: Alias['kind']) => (takesTransforms ? aliasesIn(texts, kind).map((alias) => aliasBlock(kind, alias, texts)) : []);
  return { common, aliases: [...aliases('transforms'), ...aliases('predicates')], own: ownBlock(plugin) };
}

const aliasesIn = (texts: Texts, kind: Alias['kind']): readonly string[] => [
  ...new Set((texts.get(kind) ?? '').split(',').map((alias) => alias.trim()).filter((alias) => alias !== '')), // prettier-ignore
];

const KINDS = {
  transforms: { all: TRANSFORMS, group: 'Transforms', noun: 'transformation', displayName: 'Transformation' },
  predicates: { all: PREDICATES, group: 'Predicates', noun: 'predicate', displayName: 'Predicate' },
} as const;

/** Its type first; then, as in Connect, what is required, by importance, by name. */
function aliasBlock(kind: Alias['kind'], alias: string, texts: Texts): Alias {
  const { all, group, noun, displayName } = KINDS[kind];
  const prefix = `${kind}.${alias}.`;
  const type = (texts.get(`${prefix}type`) ?? '').trim();
  const named = all.find(({ names }) => names.includes(type)) ?? null;
  const within = `${group}: ${alias}`;
  const typeDefinition: Definition = {
    name: `${prefix}type`,
    type: 'CLASS',
    required: true,
    default_value: null,
    importance: 'HIGH',
    documentation: `Class for the '${alias}' ${noun}.`,
    group: within,
    order: 0,
    order_in_group: 0,
    width: 'LONG',
    display_name: `${displayName} type for ${alias}`,
    dependents: [],
  };
  const read = () => {
    if (named === null) throw new Error('not a class that is known');
    return named.className;
  };
  const typeOption: Option = { definition: typeDefinition, choices: all.map(({ className }) => className), isClosed: true, isFile: false, read };
  const options = named === null ? [] : optionsOf(named.options, within).toSorted(byRank);
  return {
    kind,
    alias,
    named,
    block: {
      prefix,
      schema: named?.options ?? NOTHING,
      options: [
        typeOption,
        ...options.map((option, index) => ({
          ...option,
          definition: {
            ...option.definition,
            name: prefix + option.definition.name,
            display_name: option.definition.name,
            width: 'NONE' as const,
            order: index + 1,
            order_in_group: index + 1,
          },
        })),
      ],
    },
  };
}
const NOTHING = sourceOptions.pick({}); // no options

const RANKS = ['HIGH', 'MEDIUM', 'LOW'];
const byRank = ({ definition: a }: Option, { definition: b }: Option): number =>
  Number(b.required) - Number(a.required) || RANKS.indexOf(a.importance) - RANKS.indexOf(b.importance) || (a.name < b.name ? -1 : 1);

/** What is wrong with the type of a transform or predicate; null = nothing. */
export function typeProblem({ kind, alias, named }: Alias, texts: Texts): string | null {
  const option = `${kind}.${alias}.type`;
  const type = texts.get(option)?.trim();
  if (type === undefined) return `Missing required configuration "${option}" which has no default value.`;
  if (named !== null) return null;
  const all = KINDS[kind].all.flatMap(({ names }) => names);
  const variants = all.filter((name) => name.startsWith(`${type}$`) && !name.includes('.', type.length));
  const near = variants.length > 0 ? variants.join(' or ') : nearest(type, all);
  return `Invalid value ${type} for configuration ${option}: Class ${type} could not be found.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
