// Dead letters as GraphQL and REST serve them alike: looking at content, trying, sending again. What is looked at is audited first.
import { z } from 'zod';
import { parseDeadLetter, parseLetterId } from '../pipeline/core/dead-letter.ts';
import type { LetterRecord } from '../pipeline/core/dead-letter.ts';
import type { Micros } from '../pipeline/core/index.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import {
  deadLetterById,
  deadLetterCounts,
  deadLetterReasons,
  pageOfDeadLetters,
  redriveById,
  refusedLately,
  requestRedrive,
} from '../store/queries/dead-letters.ts';
import type { LetterFilter, RedriveRow, RefusedSource } from '../store/queries/dead-letters.ts';
import { appendAudit } from '../store/queries/users.ts';
import { topics } from '../topologies/topics.ts';
import type { Principal } from './auth/tokens.ts';
import type { InOrganization } from './database.ts';
import type { LetterVerdict, TryLetters } from './deps.ts';
import { ApiProblem, notFound } from './gate/problem.ts';
import { readRecord } from './relay/read-record.ts';
import { text, time } from './rest/kit.ts';

const MOST_TRIED = 200;
const READ_MS = 5_000;
const KEPT_MICROS = 5_000_000; // every open page asks for the overview every few seconds
const KEPT_TIMES = 10; // and for so many times what it took, where there are millions
const LATELY_MICROS = 600_000_000;
const WORTH_TELLING = 100;

export const filterInput = z.strictObject({
  ids: z
    .array(z.string().refine((id) => parseLetterId(id) !== undefined, 'An id is partition:offset.'))
    .min(1)
    .max(1_000)
    .optional(),
  code: text(100).optional(),
  stage: text(100).optional(),
  version: text(100).optional(),
  topic: text(249).optional().meta({ description: 'Where the refused record lay.' }),
  from: time.optional().meta({ description: 'Set aside at or after.' }),
  to: time.optional().meta({ description: 'Set aside before.' }),
});
type Given = { readonly [K in keyof z.infer<typeof filterInput>]?: z.infer<typeof filterInput>[K] | null };

/** Absent and null are the same. */
export const letterFilterOf = (given: Given & { readonly isWaiting?: boolean | null }): LetterFilter =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));

/** @throws ApiProblem INVALID_REQUEST for a filter that chooses nothing: all there are must be asked for by a time. */
export function requireChoice(filter: LetterFilter): LetterFilter {
  if (Object.keys(filter).length === 0)
    throw new ApiProblem('INVALID_REQUEST', 'Say which dead letters: ids, code, stage, version, topic, from or to.', {
      errors: [{ pointer: '/filter', detail: 'Choose by at least one.' }],
    });
  return filter;
}

export interface LetterSummary {
  readonly stage: string;
  readonly was: string;
  readonly outcome: LetterVerdict['outcome'];
  readonly code: string | null;
  readonly isSame: boolean;
  readonly count: number;
}
export interface Trial {
  readonly summary: readonly LetterSummary[];
  readonly verdicts: readonly (LetterVerdict & { readonly id: string })[];
  /** There are more than were tried. */
  readonly hasMore: boolean;
}
export interface RedrivePlan {
  readonly matched: number;
  /** Were sent again before, and are left alone. */
  readonly already: number;
  /** Null for a dry run. */
  readonly redrive: RedriveRow | null;
}

export interface DeadLettersDeps {
  readonly run: InOrganization;
  readonly broker: Broker;
  readonly tryLetters: TryLetters | undefined;
  readonly wallMicros: () => Micros;
}
export interface Overview {
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  readonly refused: readonly RefusedSource[];
}

export class DeadLetters {
  readonly #run: InOrganization;
  readonly #broker: Broker;
  readonly #tryLetters: TryLetters | undefined;
  readonly #wallMicros: () => Micros;
  readonly #overviews = new Map<string, { readonly overview: Promise<Overview>; until: Micros }>();

  constructor({ run, broker, tryLetters, wallMicros }: DeadLettersDeps) {
    this.#wallMicros = wallMicros;
    this.#run = run;
    this.#broker = broker;
    this.#tryLetters = tryLetters;
  }

  /** Asked of the database at most every 5 s for an organization, and less often where the answer takes long. */
  overview(organization: string): Promise<Overview> {
    const now = this.#wallMicros();
    const kept = this.#overviews.get(organization);
    if (kept !== undefined && now < kept.until) return kept.overview;
    const overview = this.#run(organization, async (sql) => ({
      counts: await deadLetterCounts(sql),
      refused: await refusedLately(sql, now - LATELY_MICROS, WORTH_TELLING),
    }));
    const entry = { overview, until: Infinity };
    this.#overviews.set(organization, entry);
    overview.then(
      () => {
        entry.until = now + KEPT_MICROS + KEPT_TIMES * (this.#wallMicros() - now);
      },
      () => this.#overviews.delete(organization),
    );
    return overview;
  }

  /** @returns Null when the topic no longer holds it. @throws ApiProblem NOT_FOUND, also for one of another organization */
  async content({ organization, user }: Principal, id: string, how: string): Promise<LetterRecord | null> {
    await this.#run(organization, async (sql) => {
      if ((await deadLetterById(sql, id)) === undefined) throw notFound('dead letter of this id');
      await appendAudit(sql, user, 'dead-letter.show', id, { how, from: 'api' });
    });
    return this.#read(id);
  }

  /** The newest of those that the filter chooses, at most `first`, run through the stages as they are. */
  async try({ organization, user }: Principal, filter: LetterFilter, first: number): Promise<Trial> {
    if (this.#tryLetters === undefined) throw new ApiProblem('CONFLICT', 'This process has no stages to try them on; ./goshawk dead-letters preview has.');
    const limit = Math.min(Math.max(1, first), MOST_TRIED);
    const rows = await this.#run(organization, async (sql) => {
      const page = await pageOfDeadLetters(sql, filter, null, limit + 1);
      const ids = page.slice(0, limit).map(({ id }) => id);
      if (ids.length > 0) await appendAudit(sql, user, 'dead-letter.preview', `${ids.length} dead letters`, { ids });
      return page;
    });
    const verdicts: (LetterVerdict & { readonly id: string })[] = [];
    const summary = new Map<string, LetterSummary>();
    for (const { id, stage, code: was } of rows.slice(0, limit)) {
      const record = await this.#read(id);
      if (record === null) continue;
      const verdict = await this.#tryLetters(parseDeadLetter(parseLetterId(id)!.partition, record), record);
      const { outcome, code, isSame } = verdict;
      verdicts.push({ id, ...verdict });
      const key = JSON.stringify([stage, was, outcome, code]);
      summary.set(key, { stage, was, outcome, code, isSame, count: (summary.get(key)?.count ?? 0) + 1 });
    }
    return { verdicts, summary: [...summary.values()].sort((a, b) => b.count - a.count), hasMore: rows.length > limit };
  }

  /** Counts; with `execute` asks for it, which is audited, and the relay does it. */
  async redrive({ organization, user }: Principal, filter: LetterFilter, execute: boolean): Promise<RedrivePlan> {
    const chosen = requireChoice(filter);
    return this.#run(organization, async (sql) => {
      const reasons = await deadLetterReasons(sql, chosen);
      const matched = reasons.reduce((sum, { count }) => sum + count, 0);
      const already = reasons.reduce((sum, { redriven }) => sum + redriven, 0);
      const redrive = execute && matched > 0 ? await redriveById(sql, await requestRedrive(sql, user, chosen)) : undefined;
      return { matched, already, redrive: redrive ?? null };
    });
  }

  async #read(id: string): Promise<LetterRecord | null> {
    const place = parseLetterId(id);
    if (place === undefined) return null;
    const [reader, admin] = [this.#broker.reader(), this.#broker.admin()];
    try {
      const found = await readRecord(reader, admin, { topic: topics.deadLetters.name, ...place }, AbortSignal.timeout(READ_MS));
      return found === undefined ? null : { ...found, offset: place.offset };
    } finally {
      await Promise.allSettled([reader.close(), admin.close()]);
    }
  }
}
