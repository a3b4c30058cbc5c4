// RFC 4180.
import { stringify } from 'csv-stringify/sync';

/**
 * Lines of cells, each ended by CR LF.
 * @param guardsFormulas What a spreadsheet would take for a formula gets an apostrophe in front.
 */
export const csvText = (rows: readonly (readonly string[])[], { guardsFormulas }: { readonly guardsFormulas: boolean }): string =>
  stringify(rows as string[][], { record_delimiter: 'windows', escape_formulas: guardsFormulas });

/** Nothing is empty; a list of plain values is `a; b`; anything else that has parts is JSON. */
export function textOfCell(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'function') return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)) return value.join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
