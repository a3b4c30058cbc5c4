import type { ClientBase } from 'pg';

/** A connection of `openPool` inside of `withOrganization`: 64-bit integers and times come as numbers. */
export type Sql = Pick<ClientBase, 'query'>;

export async function manyOf<Row>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const { rows } = await sql.query<Row & object>(text, [...values]);
  return rows;
}

/** The only row, or undefined. */
export async function oneOf<Row>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
  return (await manyOf<Row>(sql, text, values))[0];
}

/** What `openPool` gives, for those that may not import the driver. */
export type { Client as DatabaseClient, Pool as DatabasePool } from 'pg';
