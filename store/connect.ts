import { connect } from 'node:net';
import type { PoolClient } from 'pg';
import pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { asPipelineError } from './failure.ts';
import { readingAs } from './reading.ts';

/** The driver's types, for those who use what is opened here. */
export type { Client, ClientBase, Pool, PoolClient } from 'pg';

export const config = z.strictObject({
  url: z
    .string()
    .default('postgresql://goshawk@127.0.0.1:5432/goshawk')
    .meta({ description: 'Address of the database. `postgresql://user@/name?host=%2Ffolder` for a socket in a folder.', secret: true }),
  poolSize: z.int().min(1).max(100).default(8).meta({ description: 'Connections of one process, at most.' }),
  connectTimeoutMs: z.int().min(100).max(60_000).default(5_000).meta({ description: 'How long to wait for a connection.' }),
  statementTimeoutMs: z.int().min(0).max(600_000).default(30_000).meta({ description: 'Longest statement of the API; 0 = no limit. Stages have none.' }),
});
export type DatabaseConfig = z.infer<typeof config>;

export type Role = 'goshawk_stages' | 'goshawk_api';
export interface PoolOptions {
  readonly databaseUrl: string;
  /** Taken for the whole session, unless the URL's user is that role already. Absent: the URL's user. */
  readonly role?: Role;
  readonly max?: number;
  readonly connectTimeoutMs?: number;
  /** 0 or absent = no limit. */
  readonly statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  readonly log?: Logger;
}

/**
 * Connects when first used, so opening does no I/O and never fails. The caller ends it.
 * Values come back as: timestamptz a number of microseconds since 1970 (a Date has no microseconds; bind with `api.from_micros($1)`),
 * bigint a number, inet and uuid text, bytea a Buffer, jsonb parsed.
 */
export function openPool({
  databaseUrl,
  role,
  max = 8,
  connectTimeoutMs = 5_000,
  statementTimeoutMs = 0,
  applicationName = 'goshawk',
  log,
}: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...sessionOptions({ databaseUrl, role, statementTimeoutMs, applicationName }), max, connectionTimeoutMillis: connectTimeoutMs });
  // An idle connection that breaks must not end the process; the next query opens another.
  pool.on('connect', (client) => client.on('error', () => {})); // in use: the query in flight reports it
  pool.on('error', (error) => log?.warn({ code: 'DATABASE_UNAVAILABLE', reason: error.message }, 'An idle database connection broke.'));
  return pool;
}

/** For a connection that is not pooled: LISTEN, advisory locks. The caller connects and ends it. */
export function openClient({
  databaseUrl,
  role,
  connectTimeoutMs = 5_000,
  statementTimeoutMs = 0,
  applicationName = 'goshawk',
}: Omit<PoolOptions, 'max' | 'log'>): pg.Client {
  return new pg.Client({ ...sessionOptions({ databaseUrl, role, statementTimeoutMs, applicationName }), connectionTimeoutMillis: connectTimeoutMs });
}

/** The same address, signing in as another role: better than taking the role, since a session cannot go back. Needs trust or a password for it. */
export function signedInAs(databaseUrl: string, role: Role, password = ''): string {
  const credentials = password === '' ? role : `${role}:${encodeURIComponent(password)}`;
  return databaseUrl.replace(/^(\w+:\/\/)(?:[^@/?]*@)?/, (_all, scheme: string) => `${scheme}${credentials}@`);
}

const IDLE_IN_TRANSACTION_MS = 60_000;
interface Session {
  readonly databaseUrl: string;
  readonly role: Role | undefined;
  readonly statementTimeoutMs: number;
  readonly applicationName: string;
}
function sessionOptions({ databaseUrl, role, statementTimeoutMs, applicationName }: Session) {
  const user = /^\w+:\/\/([^:@/?]+)[^@/?]*@/.exec(databaseUrl)?.[1];
  const takesRole = role !== undefined && user !== role;
  return {
    connectionString: databaseUrl,
    application_name: applicationName,
    types,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    // The server ends a statement that takes too long; a server that has stopped answering ends nothing, so the client does.
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + 5_000 }),
    // A process that stopped within a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // Set when the session starts, so RESET ROLE comes back to it.
    options: `-c TimeZone=UTC${takesRole ? ` -c role=${role}` : ''}`,
  };
}

const { builtins } = pg.types;
const types: pg.CustomTypesConfig = {
  getTypeParser(id, format) {
    if (format !== 'binary') {
      if (id === builtins.INT8) return Number;
      if (id === builtins.TIMESTAMPTZ) return parseMicros;
    }
    return pg.types.getTypeParser(id, format) as (value: string) => unknown;
  },
};

/** Of the last time that was read: those of a page are near each other, and a calendar costs more than all the rest. */
let hour = '';
let hourMicros = Number.NaN;

/** `2026-11-25 12:46:45.123456+00`, as a session in UTC writes it, in microseconds. Years 1 to 9999. @throws RangeError for anything else */
export function parseMicros(text: string): number {
  const itsHour = text.slice(0, 13);
  if (itsHour !== hour) {
    hourMicros = Date.parse(`${itsHour.replace(' ', 'T')}:00:00Z`) * 1_000;
    hour = itsHour;
  }
  const fraction = text.charCodeAt(19) === 46 ? text.slice(20, text.lastIndexOf('+')) : '';
  const micros = hourMicros + Number(text.slice(14, 16)) * 60_000_000 + Number(text.slice(17, 19)) * 1_000_000 + Number(fraction.padEnd(6, '0'));
  if (Number.isNaN(micros) || !text.endsWith('+00')) throw new RangeError(`"${text}" is no time in UTC of the years 1 to 9999`);
  return micros;
}

const CANCEL_REQUEST = 80_877_102;
const CANCEL_MS = 5_000;

/** Asks the server, over a connection of its own as the protocol wants it, to end what it does for this one. Best effort: nobody waits for it. */
function endStatement(client: PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as {
    readonly host: string;
    readonly port: number;
    readonly processID: number | null;
    readonly secretKey: number | null;
  };
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(CANCEL_MS, () => socket.destroy());
  socket.on('error', () => {});
  socket.end(message);
  socket.unref();
}

export interface OrganizationOptions {
  /** Aborted when nobody waits any more: what runs on the server is ended there, and the connection with it. */
  readonly signal?: AbortSignal | undefined;
  /** Nothing is changed, and queries need not see one state of things: each is a transaction of its own, and makes one trip. */
  readonly reads?: boolean;
}

/**
 * One transaction that sees one organization through schema api. Committed when `work` resolves, else rolled back.
 * @throws What `work` throws; a connection's failure as RetryableError DATABASE_UNAVAILABLE; the signal's reason.
 */
export async function withOrganization<T>(
  pool: pg.Pool,
  organization: string,
  work: (client: PoolClient) => Promise<T>,
  { signal, reads = false }: OrganizationOptions = {},
): Promise<T> {
  signal?.throwIfAborted();
  const client = await pool.connect().catch((error: unknown) => {
    throw asPipelineError(error);
  });
  let broken: Error | undefined;
  const end = () => {
    broken = new Error('Nobody waits for it any more'); // a cancel that comes late must not meet the next one's statement
    endStatement(client);
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    return reads
      ? await work(readingAs(client, organization) as PoolClient)
      : await inTransaction(client, organization, work, (failure) => {
          broken = failure;
        });
  } catch (error) {
    signal?.throwIfAborted();
    if (broken !== undefined) throw asPipelineError(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    client.release(broken);
  }
}

async function inTransaction<T>(
  client: PoolClient,
  organization: string,
  work: (client: PoolClient) => Promise<T>,
  onBroken: (failure: Error) => void,
): Promise<T> {
  try {
    await client.query(`BEGIN; SET LOCAL goshawk.organization = ${client.escapeLiteral(organization)}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(onBroken);
    throw error;
  }
}
