import { z } from 'zod';
import { ofBothHalves } from '../definition.ts';
import { doubleOf, toInteger } from '../java-numbers.ts';
import type { Json } from '../json.ts';
import { copyOf, exactNumber, get, isExactNumber, put } from '../json.ts';
import { nullWithDefault, someOf, withCondition } from '../options.ts';
import { DataError, isLong, javaClass } from '../working.ts';

export const maskField = ofBothHalves({
  name: 'MaskField',
  description:
    'Replaces the values of fields: by 0, false, empty text, an empty list or object, or by a text of yours where the value is text or a number. A field that is absent becomes null.',
  options: withCondition({
    fields: someOf('Names of fields to mask.', 'high'),
    replacement: z
      .string()
      .min(1, 'String must be non-empty')
      .optional()
      .meta({ description: 'What stands in their place; for a number it has to be one.', importance: 'low' }),
    ...nullWithDefault,
  }),
  configure({ fields, replacement }: { readonly fields: readonly string[]; readonly replacement?: string | undefined }, half) {
    const masked = replacement === undefined ? emptied : (value: Json) => replaced(value, replacement);
    return (record) => {
      const part = record[half];
      const object = part.object('mask fields');
      const updated = copyOf(object);
      for (const field of fields) put(updated, field, masked(get(object, field) ?? null));
      part.set(updated);
    };
  },
});

function emptied(value: Json): Json {
  if (value === null) return null;
  if (typeof value === 'string') return '';
  if (typeof value === 'boolean') return false;
  if (typeof value === 'number' || isExactNumber(value)) return isLong(value) ? 0 : exactNumber('0.0');
  return Array.isArray(value) ? [] : {};
}

function replaced(value: Json, replacement: string): Json {
  if (value === null) return null;
  if (typeof value === 'string') return replacement;
  if (typeof value !== 'number' && !isExactNumber(value)) throw new DataError(`Cannot mask value of type class ${javaClass(value)} with custom replacement.`);
  const digits = replacement.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) throw new DataError(`Unable to convert ${replacement} (class java.lang.String) to number`);
  if (!isLong(value)) return doubleOf(Number(digits));
  return toInteger(/^[+-]?\d+$/.test(digits) ? exactNumber(BigInt(digits.replace(/^\+/, '')).toString()) : Math.trunc(Number(digits)), 64);
}
