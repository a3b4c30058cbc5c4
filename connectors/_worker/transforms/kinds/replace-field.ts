import { z } from 'zod';
import { ofBothHalves } from '../definition.ts';
import type { Json } from '../json.ts';
import { put } from '../json.ts';
import { list, nullWithDefault, withCondition } from '../options.ts';

interface Options {
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly renames: readonly string[];
}

export const replaceField = ofBothHalves({
  name: 'ReplaceField',
  description: 'Leaves out, keeps or renames fields of the outermost object. `Project` does so at any depth.',
  options: withCondition({
    exclude: list('Fields to leave out. Goes before `include`.', 'medium').default([]),
    include: list('Fields to keep; empty = all.', 'medium').default([]),
    renames: z
      .array(z.string())
      .superRefine((mappings, context) => {
        for (const mapping of mappings) if (!isMapping(mapping)) context.addIssue({ code: 'custom', message: `Invalid rename mapping: ${mapping}` });
      })
      .default([])
      .meta({ description: 'Fields and their new names: old1:new1,old2:new2.', importance: 'medium' }),
    ...nullWithDefault,
  }),
  configure({ exclude, include, renames }: Options, half) {
    const excluded = new Set(exclude);
    const included = new Set(include);
    const names = new Map(renames.map((mapping) => mapping.split(':') as [string, string]));
    return (record) => {
      const part = record[half];
      if (part.isNull) return;
      const updated: Record<string, Json> = {};
      for (const [name, value] of Object.entries(part.object('field replacement'))) {
        if (excluded.has(name) || (included.size > 0 && !included.has(name))) continue;
        put(updated, names.get(name) ?? name, value);
      }
      part.set(updated);
    };
  },
});

const isMapping = (mapping: string): boolean => /^[^:]*:[^:]+$/.test(mapping);
