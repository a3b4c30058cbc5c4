import { isErrorHeader, LETTER_HEADERS } from '../../../pipeline/core/dead-letter.ts';
import type { LetterRecord } from '../../../pipeline/core/dead-letter.ts';
import { ERROR_CODES } from '../../../pipeline/core/errors.ts';
import type { Micros } from '../../../pipeline/core/index.ts';
import { deadLetterById, deadLetterReasons, latestRedrives, pageOfDeadLetters } from '../../../store/queries/dead-letters.ts';
import type { DeadLetterRow, RedriveRow } from '../../../store/queries/dead-letters.ts';
import { letterFilterOf, requireChoice } from '../../dead-letters.ts';
import type { LetterVerdict } from '../../deps.ts';
import { withoutNul } from '../../event-filter.ts';
import { mayDo } from '../../gate/permissions.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import type { ApiContext } from '../context.ts';

interface FilterInput {
  readonly ids?: readonly string[] | null;
  readonly code?: string | null;
  readonly stage?: string | null;
  readonly version?: string | null;
  readonly topic?: string | null;
  readonly from?: Micros | null;
  readonly to?: Micros | null;
  readonly isWaiting?: boolean | null;
}
const LETTER_ID = /^\d{1,9}:\d{1,15}$/;
const MAX_IDS = 1_000;

function readFilter(input: FilterInput | null | undefined) {
  const { ids } = input ?? {};
  if (ids !== null && ids !== undefined && (ids.length > MAX_IDS || !ids.every((id) => LETTER_ID.test(id))))
    throw new ApiProblem('INVALID_REQUEST', `Ids are partition:offset, at most ${MAX_IDS} of them.`, {
      errors: [{ pointer: '/filter/ids', detail: 'Not ids.' }],
    });
  for (const [name, value] of Object.entries(input ?? {})) if (typeof value === 'string') withoutNul(value, `/filter/${name}`);
  return letterFilterOf({ ...input, ids: ids === null || ids === undefined ? null : [...ids] });
}

export default {
  Query: {
    async deadLetters(
      _root: unknown,
      args: { readonly first?: number | null; readonly after?: string | null; readonly filter?: FilterInput | null },
      { read }: ApiContext,
    ) {
      const size = pageSize(args.first);
      const rows = await read((sql) => pageOfDeadLetters(sql, readFilter(args.filter), parseCursor(args.after, LETTER_ID), size + 1));
      return toConnection(rows, size, ({ at, id }) => ({ at, id }));
    },
    deadLetter: async (_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) => (await read((sql) => deadLetterById(sql, id))) ?? null,
    deadLetterReasons: (_root: unknown, args: { readonly filter?: FilterInput | null }, { read }: ApiContext) =>
      read((sql) => deadLetterReasons(sql, readFilter(args.filter))),
    redrives: (_root: unknown, { first }: { readonly first?: number | null }, { read }: ApiContext) => read((sql) => latestRedrives(sql, pageSize(first))),
  },
  Mutation: {
    previewDeadLetters: (_root: unknown, args: { readonly filter: FilterInput; readonly first?: number | null }, { services, principal }: ApiContext) =>
      services.deadLetters.try(principal, requireChoice(readFilter(args.filter)), pageSize(args.first)),
    redriveDeadLetters: (_root: unknown, args: { readonly filter: FilterInput; readonly execute?: boolean | null }, { services, principal }: ApiContext) =>
      services.deadLetters.redrive(principal, readFilter(args.filter), args.execute === true),
  },
  DeadLetter: {
    meaning: ({ code }: DeadLetterRow) => (ERROR_CODES as Readonly<Record<string, string>>)[code] ?? 'Written by something that is not a stage of Goshawk.',
    // What was refused may hold secrets: not for everybody, and never unseen.
    async content({ id }: DeadLetterRow, _args: unknown, { principal, services }: ApiContext) {
      if (!mayDo('DeadLetter.content', principal)) return null;
      const record = await services.deadLetters.content(principal, id, 'shown');
      return record === null ? null : contentOf(record);
    },
  },
  DeadLetterVerdict: { outputs: ({ outputs }: LetterVerdict) => outputs.slice(0, 10) },
  Redrive: { obstacles: ({ obstacles }: RedriveRow) => Object.entries(obstacles).map(([name, count]) => ({ name, count })) },
};

const SHOWN_BYTES = 65_536;
const SHOWN_HEADERS = 100;
const HEADER_BYTES = 1_024;

function contentOf({ key, value, headers }: LetterRecord) {
  const shown = value?.subarray(0, SHOWN_BYTES) ?? Buffer.alloc(0);
  const isBug = headers.some(([name, text]) => name === LETTER_HEADERS.code && text.toString() === 'UNEXPECTED');
  return {
    key: key?.toString('utf8') ?? null,
    text: shown.toString('utf8'),
    base64: shown.toString('base64'),
    headers: headers
      .filter(([name]) => !isErrorHeader(name) && name !== 'appended')
      .slice(0, SHOWN_HEADERS)
      .map(([name, text]) => ({ name, text: text.toString('utf8', 0, HEADER_BYTES) })),
    stacktrace: isBug ? (headers.findLast(([name]) => name === LETTER_HEADERS.stacktrace)?.[1].toString('utf8') ?? '') : '',
    isCut: (value?.length ?? 0) > SHOWN_BYTES,
  };
}
