import type { z } from 'zod';
import { stateOf } from '../../../domains/sensors/sensor.ts';
import type { Micros } from '../../../pipeline/core/index.ts';
import { healthOf, historyOf, refusalsOf, silencesOf } from '../../../store/queries/sensor-health.ts';
import { pageOfSensors, sensorById } from '../../../store/queries/sensors.ts';
import type { SensorRow } from '../../../store/queries/sensors.ts';
import type { Sql } from '../../../store/queries/sql.ts';
import { readRange, withoutNul } from '../../event-filter.ts';
import { ApiProblem, pointer } from '../../gate/problem.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { enrolment, rotation } from '../../sensors/register.ts';
import type { Enrolled } from '../../sensors/register.ts';
import type { TrialInput } from '../../sensors/trials.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
interface SensorsArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: { readonly search?: string | null; readonly withRevoked?: boolean | null } | null;
}
interface HistoryArgs {
  readonly from: Micros;
  readonly to: Micros;
  readonly spanSeconds: number;
}
interface RotateArgs {
  readonly id: string;
  readonly overlapSeconds?: number | null;
  readonly csr?: string | null;
}

/** How each of the sensors does, and the state that follows. */
export async function withHealth(sql: Sql, rows: readonly SensorRow[], now: number) {
  const byId = new Map(
    (
      await healthOf(
        sql,
        rows.map(({ id }) => id),
        now,
      )
    ).map((health) => [health.sensorId, health]),
  );
  return rows.map((row) => {
    const health = byId.get(row.id)!;
    return { ...row, ...health, state: stateOf({ ...row, lastSeenAt: health.lastSeenAt }, now) };
  });
}

const one = ({ read, services: { wallMicros } }: ApiContext, id: string) =>
  read(async (sql) => {
    const row = await sensorById(sql, id);
    return row === undefined ? null : (await withHealth(sql, [row], wallMicros()))[0]!;
  });

async function enrolled(context: ApiContext, { sensor, ...rest }: Enrolled) {
  return { ...rest, sensor: await one(context, sensor.id) };
}

export default {
  Query: {
    async sensors(_root: unknown, { first, after, filter }: SensorsArgs, { read, services: { wallMicros } }: ApiContext) {
      const size = pageSize(first);
      const search = filter?.search ?? null;
      if (search !== null) withoutNul(search, '/filter/search');
      const rows = await read(async (sql) =>
        withHealth(sql, await pageOfSensors(sql, { search, withRevoked: filter?.withRevoked === true }, parseCursor(after, UUID), size + 1), wallMicros()),
      );
      return toConnection(rows, size, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
    sensor: (_root: unknown, { id }: { readonly id: string }, context: ApiContext) => (UUID.test(id) ? one(context, id) : null),
    sensorFormats: (_root: unknown, _args: unknown, { services }: ApiContext) => services.trials.formats(),
  },
  Mutation: {
    async enrolSensor(_root: unknown, { input }: { readonly input: Readonly<Record<string, unknown>> }, context: ApiContext) {
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
      return enrolled(context, await context.services.register.enrol(context.principal, checked(enrolment, given), context.apiUrl));
    },
    async rotateSensor(_root: unknown, { id, overlapSeconds, csr }: RotateArgs, context: ApiContext) {
      const given = checked(rotation, { ...(typeof overlapSeconds === 'number' && { overlapSeconds }), ...(typeof csr === 'string' && { csr }) });
      return enrolled(context, await context.services.register.rotate(context.principal, known(id), given, context.apiUrl));
    },
    async revokeSensor(_root: unknown, { id }: { readonly id: string }, context: ApiContext) {
      const { id: revoked } = await context.services.register.revoke(context.principal, known(id));
      return one(context, revoked);
    },
    trySensor: (_root: unknown, { input }: { readonly input: TrialInput }, { services, principal }: ApiContext) => services.trials.attempt(principal, input),
  },
  Sensor: {
    refusals: ({ id }: SensorRow, _args: unknown, { read }: ApiContext) => read((sql) => refusalsOf(sql, id)),
    async history({ id }: SensorRow, { from, to, spanSeconds }: HistoryArgs, { read }: ApiContext) {
      const range = readRange(from, to, spanSeconds);
      return read((sql) => historyOf(sql, id, range));
    },
    silences: ({ id }: SensorRow, { first }: { readonly first?: number | null }, { read }: ApiContext) => read((sql) => silencesOf(sql, id, pageSize(first))),
    snippets: (row: SensorRow, _args: unknown, { services, apiUrl }: ApiContext) => services.register.snippets(row, apiUrl),
  },
};

/** The rules of REST. @throws ApiProblem INVALID_REQUEST that names every member */
function checked<S extends z.ZodType>(schema: S, given: unknown): z.infer<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => ({ pointer: pointer('input', ...path), detail: message }));
  throw new ApiProblem('INVALID_REQUEST', errors.map(({ pointer: at, detail }) => `${at.replace('/input/', '')}: ${detail}`).join(' '), { errors });
}

function known(id: string): string {
  if (!UUID.test(id)) throw new ApiProblem('NOT_FOUND', 'There is no sensor of this id, or it belongs to another organization.');
  return id;
}
