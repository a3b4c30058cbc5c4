// Conditions on what has no column: `detail`, a flat jsonb by ECS name, and `native`, the sensor's own document as text.
import { inJson, isAscii, textCondition } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { FieldTest } from '../../../domains/search/syntax.ts';
import { isAddressOrNetwork } from '../../../domains/search/values.ts';

const NUMBER = '^-?[0-9]{1,30}([.][0-9]{1,30})?$';

/** `value` is jsonb, a scalar or an array of scalars; null when absent. */
export function detailCondition(value: string, test: FieldTest, parameters: Parameters): string {
  if (test.op === 'exists') return `${value} NOT IN ('null', '[]', '""')`;
  const each = `jsonb_array_elements_text(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE jsonb_build_array(${value}) END) v`;
  return `EXISTS (SELECT FROM ${each} WHERE ${valueCondition('v', test, parameters)})`;
}

/** Of a text that may be anything. */
function valueCondition(value: string, test: Exclude<FieldTest, { readonly op: 'exists' }>, parameters: Parameters): string {
  switch (test.op) {
    case 'matches':
      return `${value} ~* ${parameters.add(test.pattern)}`;
    case 'within': {
      const typed = test.of === 'time' ? `api.time_or_null(${value})` : `CASE WHEN ${value} ~ '${NUMBER}' THEN ${value}::numeric END`;
      return test.bounds
        .filter((bound) => bound !== undefined)
        .map(
          (bound) =>
            `${typed} ${bound.op} ${test.of === 'time' ? `api.from_micros(${parameters.add(bound.value)})` : `${parameters.add(bound.value)}::numeric`}`,
        )
        .join(' AND ');
    }
    case 'is': {
      const network =
        test.pieces.length === 1 && test.pieces[0].includes('/') && isAddressOrNetwork(test.pieces[0]) ? parameters.add(test.pieces[0]) : undefined;
      const isInside = network === undefined ? '' : ` OR api.address_or_null(${value}) <<= ${network}::inet`;
      return `(${textCondition(value, test.pieces, parameters)}${isInside})`;
    }
  }
}

/**
 * A field of the sensor's own document, by the last part of its name, wherever in the document it stands. Read from the text, since
 * `native` is not stored as jsonb; a value that is a list or an object is not looked into.
 */
export function nativeCondition(field: string, test: FieldTest, parameters: Parameters): string {
  const last = inJson(field.slice(field.lastIndexOf('.') + 1));
  const name = `"${escapeRegex(last)}"\\s*:\\s*`;
  const pieces = test.op === 'is' ? test.pieces : [];
  const native = isAscii(last) && pieces.every(isAscii) ? 'e.native COLLATE "C"' : 'e.native';
  if (test.op === 'exists') return `${native} ~* ${parameters.add(`${name}(?!\\s|null|""|\\[\\s*\\]|\\{\\s*\\})`)}`;
  if (test.op === 'is') {
    const value = pieces.map((piece) => escapeRegex(inJson(piece))).join(`(?:[^"\\\\]|\\\\.)*`);
    const bare = pieces.map((piece) => escapeRegex(inJson(piece))).join('[^"\\[\\]{},\\s]*'); // a number, true, false
    return `${native} ~* ${parameters.add(`${name}(?:"${value}"|(?!null)${bare}\\s*[,}])`)}`;
  }
  const scalar = parameters.add(`${name}(?:"((?:[^"\\\\]|\\\\.)*)"|(-?[0-9][0-9.eE+-]*|true|false))`);
  return `EXISTS (SELECT FROM regexp_matches(e.native, ${scalar}, 'gi') m, LATERAL (SELECT coalesce(api.json_text(m[1]), m[2]) AS v) one WHERE one.v <> '' AND ${valueCondition('one.v', test, parameters)})`;
}

const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
