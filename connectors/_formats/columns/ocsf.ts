// Columns of OCSF documents: nested as the schema nests them, a table for each class.
import type { Column, ColumnType } from '../../../domains/tables/index.ts';
import { OCSF_CLASS_COLUMNS } from './ocsf.gen.ts';

const TYPES: Readonly<Record<string, ColumnType>> = { i: 'integer', n: 'number', b: 'boolean', j: 'json' };

/** `name`, `name:<type>`, `name(...)`, `*` behind the name of a list; blanks between. */
function read(text: string): readonly Column[] {
  const tokens = [...text.matchAll(/([a-z0-9_]+)(\*)?(?::([a-z]))?|[()]/g)];
  let at = 0;
  const columns = (): readonly Column[] => {
    const found: Column[] = [];
    for (; at < tokens.length; at++) {
      const [whole, name, star, type] = tokens[at]!;
      if (whole === ')') return found;
      if (whole === '(') {
        at++;
        const before = found.pop()!;
        found.push({ name: before.name, columns: columns(), ...(before.isList === true && { isList: true }) });
      } else found.push({ name: name!, type: type === undefined ? 'text' : TYPES[type]!, ...(star !== undefined && { isList: true }) });
    }
    return found;
  };
  return columns();
}

const known = new Map<number, readonly Column[]>();
/** Columns of a class that publish does not know are those of Base Event, which has what all classes have. */
export function ocsfColumns(classUid: number): readonly Column[] {
  const before = known.get(classUid);
  if (before !== undefined) return before;
  const columns = read(OCSF_CLASS_COLUMNS[classUid] ?? OCSF_CLASS_COLUMNS[0]!);
  known.set(classUid, columns);
  return columns;
}
export const OCSF_CLASSES: readonly number[] = Object.keys(OCSF_CLASS_COLUMNS).map(Number);
