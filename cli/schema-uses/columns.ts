// Which field fills which column, told by persist's own encoders; then the views of the migrations that show the column.
import { readdirSync, readFileSync } from 'node:fs';
import type { Use } from '../../domains/schema-impact/index.ts';
import { alerts, events, features, findings } from '../../pipeline/persist/target.ts';
import type { Target } from '../../pipeline/persist/target.ts';
import type { CopyRows } from '../../store/copy.ts';
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { ownPath } from './stages.ts';
import { filled, watched } from './trace.ts';

/** A column, and the field that fills it; of a JSON column also the name within. */
export interface Filling {
  readonly table: string;
  readonly column: string;
  readonly within: string | null;
  readonly path: string;
}
const MIGRATIONS = new URL('../../store/migrations/', import.meta.url);
const TARGETS: readonly (readonly [schema: string, target: Target<never>])[] = [
  ['goshawk.v1.Enriched', events as unknown as Target<never>],
  ['goshawk.v1.Finding', findings as unknown as Target<never>],
  ['goshawk.v1.Alert', alerts as unknown as Target<never>],
  ['goshawk.v1.Feature', features as unknown as Target<never>],
];

/** @param schemas By full name. */
export function fillings(schemas: ReadonlyMap<string, AvroSchema>): readonly Filling[] {
  return TARGETS.flatMap(([name, target]) => {
    const schema = schemas.get(name);
    return schema === undefined ? [] : fillingsOf(target, schema, name.slice(name.lastIndexOf('.') + 1));
  });
}

/** Each method of the row's writer fills the next column with what was read since the one before; JSON columns name their parts as they go. */
function fillingsOf({ table, columns, write }: Target<never>, schema: AvroSchema, name: string): Filling[] {
  const found: Filling[] = [];
  let [index, isJson, within, reads] = [0, false, null as string | null, new Set<string>()];
  const fill = (key: string | null) => {
    for (const path of reads) found.push({ table, column: columns[index] ?? '', within: key, path: ownPath(path) });
    reads = new Set();
  };
  const rows = new Proxy({} as CopyRows, {
    get: (_target, method) => (value?: unknown) => {
      if (method === 'beginJson') isJson = true;
      else if (method === 'endJson') {
        fill(within);
        [isJson, within] = [false, null];
        index++;
      } else if (!isJson) {
        fill(null);
        index++;
      } else {
        const key = method === 'jsonRaw' ? /"([^"]+)":/.exec(String(value))?.[1] : undefined;
        if (key !== undefined) fill((within = key));
        else if (method !== 'jsonRaw') fill(within);
      }
      return true;
    },
  });
  write(rows, watched(filled(schema), name, schema, (path) => reads.add(path)) as never);
  return found;
}

export const columnUses = (all: readonly Filling[]): readonly Use[] =>
  all.map(({ table, column, within, path }) => ({
    kind: 'column',
    name: `goshawk.${table}.${column}${within === null ? '' : ` "${within}"`}`,
    where: 'pipeline/persist',
    path,
  }));

/** Views of the migrations that name a column of the table, or take all of them. */
export function viewUses(all: readonly Filling[]): readonly Use[] {
  const uses: Use[] = [];
  for (const file of readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'))) {
    const sql = readFileSync(new URL(file, MIGRATIONS), 'utf8').replaceAll(/--.*$/gm, '');
    for (const [, view, body] of sql.matchAll(/CREATE (?:OR REPLACE )?VIEW (\S+)[^;]*?\bAS\b([^;]*);/g)) {
      for (const { table, column, path } of all) {
        const isFrom = new RegExp(`goshawk\\.${table}\\b`).test(body!);
        if (isFrom && (new RegExp(`\\b${column}\\b`).test(body!) || /SELECT (\w+\.)?\*/.test(body!)))
          uses.push({ kind: 'view', name: view!, where: `store/migrations/${file}`, path });
      }
    }
  }
  return uses;
}
