// Documents of one kind as rows of one table, oldest first.
import type { Column } from '../../../domains/tables/index.ts';
import { RecordError } from '../../../pipeline/core/errors.ts';
import type { Document } from '../document.ts';
import { isOcsf, kindOf } from '../document.ts';
import { millisOf } from '../pairs/values.ts';
import { ecsColumns, OTHER } from './ecs.ts';
import type { FillRow, Whole } from './fill.ts';
import { filler, microsOf } from './fill.ts';
import { ocsfColumns } from './ocsf.ts';

export type Row = Readonly<Record<string, unknown>>;
/** `class`: of OCSF documents, which have a table for each class. */
export interface Table {
  readonly schema: 'ecs' | 'ocsf';
  readonly class?: number;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const ECS: readonly Column[] = [...ecsColumns, { name: OTHER, type: 'json' }];
const columnsOf = (kind: number | 'ecs'): readonly Column[] => (kind === 'ecs' ? ECS : ocsfColumns(kind));

/** Makes tables whose whole numbers are held so. What no column holds stands in `other`, and in OCSF under that name in `unmapped`. */
export function tabulator(whole: Whole): (documents: readonly Document[]) => Table {
  const fillers = new Map<number | 'ecs', FillRow>();
  return (documents) => {
    const [first] = documents;
    const kind = first === undefined ? 'ecs' : sortOf(first, 0);
    const fill = fillers.get(kind) ?? filler(columnsOf(kind), whole);
    fillers.set(kind, fill);
    const rows = inOrder(documents, kind).map((document) => (kind === 'ecs' ? ecsRow(fill, document) : ocsfRow(fill, document)));
    return { schema: kind === 'ecs' ? 'ecs' : 'ocsf', ...(kind !== 'ecs' && { class: kind }), columns: columnsOf(kind), rows };
  };
}

function ecsRow(fill: FillRow, document: Document): Row {
  const [row, rest] = fill(document);
  return { ...row, [OTHER]: rest === undefined ? null : JSON.stringify(rest) };
}
function ocsfRow(fill: FillRow, document: Document): Row {
  const [row, rest] = fill(document);
  if (rest === undefined) return row;
  const { unmapped } = document;
  return { ...row, unmapped: JSON.stringify({ ...(typeof unmapped === 'object' ? unmapped : { unmapped }), [OTHER]: rest }) };
}

/** @throws RecordError FORMAT_REFUSED */
function sortOf(document: Document, index: number): number | 'ecs' {
  try {
    return isOcsf(kindOf(document)) ? (document.class_uid as number) : 'ecs';
  } catch (error) {
    throw error instanceof RecordError ? new RecordError('FORMAT_REFUSED', error.message, { index }, { cause: error }) : error;
  }
}

/** By event time to the microsecond; those without one first, equal ones as they came. */
function inOrder(documents: readonly Document[], kind: number | 'ecs'): readonly Document[] {
  const timed = documents.map((document, index) => {
    const sort = sortOf(document, index);
    if (sort !== kind) throw new RecordError('FORMAT_REFUSED', `A table of ${nameOf(kind)} has no place for a document of ${nameOf(sort)}`, { index });
    return { document, time: (kind === 'ecs' ? microsOf(document['@timestamp']) : millisOf(document.time)) ?? Number.NEGATIVE_INFINITY };
  });
  return timed.sort((a, b) => (a.time === b.time ? 0 : a.time - b.time)).map(({ document }) => document);
}
const nameOf = (kind: number | 'ecs'): string => (kind === 'ecs' ? 'ECS' : `OCSF class ${kind}`);
