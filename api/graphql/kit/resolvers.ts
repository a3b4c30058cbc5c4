import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';
import type { Micros } from '../../../pipeline/core/index.ts';
import { isoOf, parseTime } from '../../time.ts';

const invalid = (message: string) => new GraphQLError(message, { extensions: { code: 'INVALID_REQUEST' } });

const timeOf = (value: unknown): Micros => {
  const time = typeof value === 'string' ? parseTime(value) : null;
  if (time === null) throw invalid('A time is ISO 8601 with a zone, for example 2026-11-25T12:46:45.123456Z.');
  return time;
};

// Descriptions of scalars are here: those in schema.graphql would be replaced by what these objects say, nothing.

/** Inside it is microseconds, outside ISO 8601. */
const Time = new GraphQLScalarType<Micros, string>({
  name: 'Time',
  description: 'Instant in ISO 8601 with microseconds, UTC: `2026-11-25T12:46:45.123456Z`.',
  serialize: (value) => isoOf(Number(value)),
  parseValue: timeOf,
  parseLiteral: (node) => timeOf(node.kind === Kind.STRING ? node.value : null),
});

const countOf = (value: unknown): number => {
  const count = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count)) throw invalid('A count is a whole number below 2^53.');
  return count;
};
const Count = new GraphQLScalarType<number, number>({
  name: 'Count',
  description: '64-bit count, exact up to 2^53.',
  serialize: countOf,
  parseValue: countOf,
  parseLiteral: (node) => countOf(node.kind === Kind.INT ? node.value : null),
});

const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** For lists that are paged forward only. */
const PageInfo = {
  hasPreviousPage: ({ hasPreviousPage }: { readonly hasPreviousPage?: boolean }) => hasPreviousPage ?? false,
  startCursor: ({ startCursor }: { readonly startCursor?: string | null }) => startCursor ?? null,
};

export default { Time, Count, JSON: Json, PageInfo };
