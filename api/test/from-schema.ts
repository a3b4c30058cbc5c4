// Values that a JSON schema of the description allows, and ones that it does not.
import fc from 'fast-check';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** @param resolve The schema that a `$ref` names. */
export function valueOf(schema: JsonSchema, resolve: (ref: string) => JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema) => valueOf(inner, resolve, depth + 1);
  if (schema.$ref !== undefined) return of(resolve(schema.$ref));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.allOf !== undefined) return fc.tuple(...schema.allOf.map(of)).map((parts) => Object.assign({}, ...(parts as object[])) as unknown);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [depth > 3 ? 'null' : 'any']);
  return fc.oneof(...types.map((type) => ofType(type, schema, of, depth)));
}

function ofType(type: string, schema: JsonSchema, of: (inner: JsonSchema) => fc.Arbitrary<unknown>, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: clamp(schema.minimum, -1_000), max: clamp(schema.maximum, 1_000_000) });
    case 'number':
      return fc.double({ min: clamp(schema.minimum, -1_000), max: clamp(schema.maximum, 1_000_000), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(of(schema.items ?? {}), {
        minLength: Math.min(schema.minItems ?? 0, 5),
        maxLength: Math.max(Math.min(schema.minItems ?? 0, 5), Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'object': {
      const entries = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, of(inner)] as const);
      const known = fc.record(Object.fromEntries(entries), { requiredKeys: [...(schema.required ?? [])] });
      const isOpen = schema.additionalProperties !== false && entries.length === 0 && depth < 4;
      return isOpen
        ? fc.dictionary(
            fc.string({ maxLength: 8 }),
            typeof schema.additionalProperties === 'object' ? of(schema.additionalProperties) : fc.jsonValue({ maxDepth: 2 }),
            { maxKeys: 3 },
          )
        : known;
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
const clamp = (bound: number | undefined, otherwise: number): number => (bound === undefined || Math.abs(bound) > 1e9 ? otherwise : bound);

function textOf({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 4 });
  if (format === 'date-time') return fc.constantFrom('2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000001+02:00');
  if (format === 'email') return fc.constantFrom('ada@example.org', 'g.hopper@example.org');
  if (format === 'uri' || format === 'url') return fc.constantFrom('https://example.org/', 'https://example.org/a?b=c');
  if (pattern !== undefined) {
    try {
      return fc.stringMatching(new RegExp(pattern, 'u'), { maxLength: Math.max(1, Math.min(maxLength, 60)) });
    } catch {
      /* a pattern that cannot be turned round: any text, which is then refused */
    }
  }
  // What people write, and what attackers do.
  const bound = Math.min(maxLength, 60);
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.max(minLength, bound) }),
    fc
      .constantFrom(`'; DROP TABLE x --`, '\0', '../../etc/passwd', '%00', '{{7*7}}', '\u{1F980}', '-1', '0')
      .map((text) => text.slice(0, bound).padEnd(minLength, 'x')),
  );
}

/** Values of other types than the schema's. */
export const otherThan = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const types = new Set(typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []));
  return fc.constantFrom<unknown>(
    ...[
      ['object', { a: 1 }],
      ['array', [[]]],
      ['string', 'x'],
      ['number', 1.5],
      ['boolean', true],
      ['null', null],
    ].flatMap(([type, value]) => (types.has(type as string) ? [] : [value])),
  );
};
