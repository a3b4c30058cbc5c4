// Rules that every schema of ours follows, beside being valid Avro.
import type { AvroSchema } from './schema.ts';
import { isRecord, isUnion } from './schema.ts';

/** What is wrong with a schema or with its evolution. `path` is dotted, from the name of the record on. */
export interface SchemaProblem {
  readonly path: string;
  /** The released file that it cannot read; undefined: it breaks a rule by itself. */
  readonly version?: string;
  readonly problem: string;
  /** What to do about it. */
  readonly cure: string;
}

export function ruleProblems(schema: AvroSchema, path: string): SchemaProblem[] {
  const primitive = typeof schema === 'string' ? schema : isUnion(schema) ? '' : schema.type;
  if (primitive === 'float' || primitive === 'double')
    return [{ path, problem: `it is a ${primitive}, whose sums depend on their order`, cure: 'Use a long in a small unit, such as micros.' }];
  if (typeof schema === 'string') return [];
  if (isUnion(schema)) {
    const inner = schema.flatMap((branch) => ruleProblems(branch, path));
    if (schema.length === 2 && schema[0] === 'null') return inner;
    return [
      { path, problem: `the union [${schema.map(nameOf).join(', ')}] is not ["null", X]`, cure: 'Make it ["null", X], or two optional fields.' },
      ...inner,
    ];
  }
  if (isRecord(schema)) {
    return schema.fields.flatMap(({ name, doc, type, default: fallback }) => {
      const at = `${path}.${name}`;
      const found: SchemaProblem[] = [];
      if (!doc) found.push({ path: at, problem: 'it has no doc', cure: 'Say in `doc` what it is, with its unit.' });
      if (!/^[a-z][A-Za-z0-9]*$/.test(name)) found.push({ path: at, problem: 'its name is not camelCase', cure: 'Name it in camelCase, without underscores.' });
      if (isUnion(type) && fallback !== null) found.push({ path: at, problem: 'it is optional without default null', cure: 'Add "default": null.' });
      return [...found, ...ruleProblems(type, at)];
    });
  }
  if (schema.type === 'array')
    return schema.items === 'null'
      ? [{ path, problem: 'it is an array of empty items', cure: 'Give the items a type: a count of nulls costs no bytes and is believed.' }]
      : ruleProblems(schema.items, path);
  if (schema.type === 'map') return ruleProblems(schema.values, path);
  return [];
}

export const nameOf = (schema: AvroSchema): string =>
  typeof schema === 'string' ? schema : isUnion(schema) ? `[${schema.map(nameOf).join(', ')}]` : 'name' in schema ? schema.name : schema.type;
