// Terms of the search language as the pages write them.

/** As it is where it reads as itself, else in quotation marks. */
export function quote(value: string): string {
  if (/^[^\s"\\:()*<>-][^\s"\\:()*]*$/.test(value) && !/^(and|or|not)$/i.test(value)) return value;
  if (/^[\da-fA-F:.]+$/.test(value)) return value; // an address
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export const fieldTerm = (field: string, value: string, isNegated = false): string => `${isNegated ? '-' : ''}${field}:${quote(value)}`;
