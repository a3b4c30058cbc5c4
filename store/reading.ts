// Reading as one organization without a transaction around it: the setting and the query travel together, one trip to the server instead of three.
import pg from 'pg';
import type { Sql } from './queries/sql.ts';

/** What the driver's query has besides its types, to the part that is used here. */
interface Wire {
  readonly parse: (message: { readonly text: string; readonly name: string }) => void;
  readonly bind: (message: {
    readonly portal: string;
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: (value: unknown) => unknown;
  }) => void;
  readonly execute: (message: { readonly portal: string; readonly rows: number }) => void;
}
type Message = unknown;
interface DriverQuery {
  prepare(connection: Wire): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: Message, connection: Wire): void;
}
type Callback = (error: Error | null, result: pg.QueryResult) => void;
const Query = pg.Query as unknown as new (config: { readonly text: string; readonly values: readonly unknown[]; readonly callback: Callback }) => DriverQuery;

/**
 * Two statements before one Sync are one transaction (PostgreSQL documentation, 55.2.3), so the setting holds for the query behind it and for nothing
 * else: it ends with it, also when the query fails. `is_local` is what SET LOCAL says.
 */
class QueryOf extends Query {
  readonly #organization: string;
  /** What has come is the query's own. */
  #isSet = false;

  constructor(organization: string, text: string, values: readonly unknown[], callback: Callback) {
    super({ text, values, callback });
    this.#organization = organization;
  }

  requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Wire): void {
    connection.parse({ text: `SELECT set_config('goshawk.organization', $1, true)`, name: '' });
    connection.bind({ portal: '', statement: '', values: [this.#organization], valueMapper: (value) => value });
    connection.execute({ portal: '', rows: 0 });
    super.prepare(connection);
  }

  override handleDataRow(message: Message): void {
    if (this.#isSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: Message, connection: Wire): void {
    if (this.#isSet) super.handleCommandComplete(message, connection);
    else this.#isSet = true;
  }
}

/** Each query of it is a transaction of its own that sees the organization. For reading: several are no unit. */
export function readingAs(client: pg.PoolClient, organization: string): Sql {
  const query = (text: string, values: readonly unknown[] = []) =>
    new Promise<pg.QueryResult>((resolve, reject) => {
      client.query(
        new QueryOf(organization, text, values, (error, result) => (error === null || error === undefined ? resolve(result) : reject(error))) as never,
      );
    });
  return { query } as unknown as Sql;
}
