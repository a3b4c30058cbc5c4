// TypeScript for the JSON schemas of the API's description.
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly default?: unknown;
  readonly description?: string;
}

/** The type as an expression. @param isInput Whether a property with a default may be left out. */
export function typeOf(schema: Schema, isInput: boolean): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return union(choices.map((one) => typeOf(one, isInput)));
  if (schema.allOf !== undefined) return schema.allOf.map((one) => typeOf(one, isInput)).join(' & ');
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return types === undefined ? 'unknown' : union(types.map((type) => plainType(type, schema, isInput)));
}
const union = (parts: readonly string[]): string => [...new Set(parts)].join(' | ') || 'never';

function plainType(type: string, schema: Schema, isInput: boolean): string {
  switch (type) {
    case 'integer':
      return 'number';
    case 'array':
      return schema.prefixItems === undefined
        ? `readonly (${typeOf(schema.items ?? {}, isInput)})[]`
        : `readonly [${schema.prefixItems.map((one) => typeOf(one, isInput)).join(', ')}]`;
    case 'object':
      return objectType(schema, isInput);
    default:
      return type;
  }
}

function objectType({ properties, required = [], additionalProperties }: Schema, isInput: boolean): string {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties, isInput) : 'unknown';
    return `{ readonly [name: string]: ${values} }`;
  }
  const lines = entries.map(([name, inner]) => {
    const isNeeded = required.includes(name) && !(isInput && inner.default !== undefined);
    return `${comment(inner.description)}readonly ${JSON.stringify(name)}${isNeeded ? '' : '?'}: ${typeOf(inner, isInput)}${isNeeded ? '' : ' | undefined'};`;
  });
  return `{ ${lines.join('\n')} }`;
}

export const comment = (text: string | undefined): string =>
  text === undefined ? '' : `/** ${text.replaceAll('*/', '* /').replaceAll(/\s*\n\s*/g, ' ')} */\n`;
