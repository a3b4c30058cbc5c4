// DuckDB, which knows nothing of how our files are made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** What a query gives of a Parquet file, which stands in it as `$file`; values as JSON has them. */
export async function queryParquet(content: Buffer, ...queries: readonly string[]): Promise<readonly Rows[]> {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const path = join(folder, 'content.parquet');
    writeFileSync(path, content);
    const answers: Rows[] = [];
    for (const query of queries) answers.push((await connection.runAndReadAll(query.replaceAll('$file', `'${path}'`))).getRowObjectsJson());
    return answers;
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}
