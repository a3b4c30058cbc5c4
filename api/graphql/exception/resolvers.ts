import { exceptionById, pageOfExceptions } from '../../../store/queries/exceptions.ts';
import type { ExceptionRow, JudgedFinding } from '../../../store/queries/exceptions.ts';
import { isoOf } from '../../time.ts';
import { withoutNul } from '../../event-filter.ts';
import { publicIdOf } from '../../event-view.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { notFound } from '../../gate/problem.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import { effectQuestion, newException } from '../../rules/exceptions.ts';
import { hoursOf } from '../../rules/hours.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WEEK_HOURS = 168;
interface ListArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: { readonly ruleId?: string | null; readonly withEnded?: boolean | null } | null;
}

export default {
  Query: {
    async exceptions(_root: unknown, { first, after, filter }: ListArgs, { read, services: { wallMicros } }: ApiContext) {
      const size = pageSize(first);
      const asked = {
        ...(typeof filter?.ruleId === 'string' && { ruleId: withoutNul(filter.ruleId, '/filter/ruleId') }),
        ...(filter?.withEnded !== true && { at: wallMicros() }),
      };
      return toConnection(await read((sql) => pageOfExceptions(sql, asked, parseCursor(after, UUID), size + 1)), size, ({ createdAt, id }) => ({
        at: createdAt,
        id,
      }));
    },
    exception: async (_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) =>
      UUID.test(id) ? ((await read((sql) => exceptionById(sql, id))) ?? null) : null,
    exceptionEffect: (_root: unknown, args: Readonly<Record<string, unknown>>, { principal, services }: ApiContext) =>
      services.exceptions.effect(principal, checkedInput(effectQuestion, args, 'input')),
    exceptionDraft: (
      _root: unknown,
      { alertId, fields }: { readonly alertId: string; readonly fields?: readonly string[] | null },
      { principal, services }: ApiContext,
    ) => services.exceptions.draft(principal, alertId, fields ?? null),
  },
  Mutation: {
    addException: (_root: unknown, { input }: { readonly input: Readonly<Record<string, unknown>> }, { principal, services }: ApiContext) =>
      // Times are microseconds behind the scalar, and text in the rules of REST.
      services.exceptions.add(principal, checkedInput(newException, { ...input, expiresAt: isoOf(Number(input['expiresAt'])) }, 'input')),
    endException(_root: unknown, { id }: { readonly id: string }, { principal, services }: ApiContext) {
      if (!UUID.test(id)) throw notFound('exception of this id that holds');
      return services.exceptions.end(principal, id);
    },
  },
  EffectExample: { id: publicIdOf, matchedFields: ({ fields }: JudgedFinding) => fields },
  Exception: {
    isActive: ({ endedAt, expiresAt }: ExceptionRow, _args: unknown, { services: { wallMicros } }: ApiContext) => endedAt === null && expiresAt > wallMicros(),
    suppressed: ({ id }: ExceptionRow, args: { readonly hours?: number | null }, { loaders }: ApiContext) =>
      loaders.rules.suppressedBy.load({ id, hours: hoursOf(args, WEEK_HOURS) }),
  },
};
