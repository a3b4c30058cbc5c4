// What an organization wants on its sink topics: kept, checked, and counted before it is kept.
import { z } from 'zod';
import { compileEventSearch } from '../../domains/search/event-match.ts';
import { enrichedFields } from '../../domains/search/enriched.ts';
import { compileRecordSearch } from '../../domains/search/record-match.ts';
import { alertFields, findingFields } from '../../domains/search/records.ts';
import { parseSearch, SearchError } from '../../domains/search/syntax.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { LEVEL_STARTS } from '../../domains/search/values.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { countEvents } from '../../store/queries/event-counts.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { SearchTooBroadError } from '../../store/queries/search/cost.ts';
import {
  countPublishedAlerts,
  countPublishedFindings,
  deleteSubscription,
  putSubscription,
  SUBSCRIPTION_FORMATS,
  SUBSCRIPTION_KINDS,
  subscriptionById,
  subscriptions,
} from '../../store/queries/subscriptions.ts';
import type { SubscriptionContent, SubscriptionKind, SubscriptionRow } from '../../store/queries/subscriptions.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { madeFrom, text } from '../rest/kit.ts';

/** What is asked for. */
const wanted = z.strictObject({
  kinds: z.array(z.enum(SUBSCRIPTION_KINDS)).min(1).max(3),
  minSeverity: z
    .enum(SEVERITIES)
    .default('informational')
    .meta({
      description:
        'What is less severe is left out. An event without a severity is informational; numbers of events are low from 20, medium from 40, high from 60, critical from 80.',
    }),
  datasets: z
    .array(text(200).min(1))
    .max(100)
    .default([])
    .meta({ description: 'Of events their dataset, of findings and alerts that of one of their events. Empty: all.' }),
  query: text(2_000).default('').meta({ description: 'A search, in the search language; each of the kinds must have its fields. Empty: all.' }),
});
/** What makes one. */
export const newSubscription = wanted.extend({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'A name has 1 to 63 lower-case letters, digits and hyphens.')
    .refine((name) => name !== 'default', 'The configuration has the subscription `default` (section publish). Choose another name.')
    .meta({ description: 'By which connectors ask for it; it never changes.' }),
  description: text(2_000).default(''),
  format: z.enum(SUBSCRIPTION_FORMATS),
  enabled: z.boolean().default(true),
});
/** What changes one: what is left out stays. */
export const subscriptionChange = z.strictObject({
  description: text(2_000).optional(),
  format: z.enum(SUBSCRIPTION_FORMATS).optional(),
  kinds: wanted.shape.kinds.optional(),
  minSeverity: z.enum(SEVERITIES).optional(),
  datasets: wanted.shape.datasets.unwrap().optional(),
  query: text(2_000).optional(),
  enabled: z.boolean().optional(),
  revision: madeFrom,
});
export const subscriptionPreview = wanted;

export interface Subscription extends SubscriptionRow {
  /** From when on, by the append time of raw records, it is as it says: ten seconds after it was changed. */
  readonly effectiveFrom: Micros;
  /** Why it takes nothing of a kind, though it is enabled: its search cannot be read any more. Null: it can. */
  readonly problem: string | null;
}
/** What it would have taken of the last day, as far as it is stored. */
export interface SubscriptionPreview {
  readonly from: Micros;
  readonly to: Micros;
  readonly kinds: readonly KindPreview[];
}
export interface KindPreview {
  readonly kind: SubscriptionKind;
  /** Events, findings, or alerts that changed (each change is a document). Null: there is too much to count. */
  readonly count: number | null;
  /** Why there is no count. */
  readonly problem: string | null;
  /** Of events, the most first. */
  readonly datasets: readonly { readonly dataset: string; readonly count: number }[];
}

const DAY: Micros = 86_400_000_000;
const ACTIVATION: Micros = 10_000_000;
const MOST_DATASETS = 50;
/** Of all searches of an organization together: every event is asked for each, in a stage that organizations share. */
const MOST_TERMS = 500;

export class Subscriptions {
  readonly #run: InOrganization;
  readonly #wallMicros: () => Micros;

  constructor(run: InOrganization, wallMicros: () => Micros) {
    this.#run = run;
    this.#wallMicros = wallMicros;
  }

  /** By name. */
  async list({ organization }: Pick<Principal, 'organization'>): Promise<readonly Subscription[]> {
    return (await this.#run(organization, subscriptions)).map(viewOf);
  }

  async one({ organization }: Pick<Principal, 'organization'>, id: string): Promise<Subscription | null> {
    const row = await this.#run(organization, (sql) => subscriptionById(sql, id));
    return row === undefined ? null : viewOf(row);
  }

  /** @throws ApiProblem CONFLICT when there is one of this name, or too many of them or of their terms; SearchError */
  add(principal: Principal, content: z.output<typeof newSubscription>): Promise<Subscription> {
    return this.#put(principal, content, null, null);
  }

  /** @throws ApiProblem NOT_FOUND; CONFLICT when it has another revision; SearchError */
  async change(principal: Principal, id: string, { revision, ...change }: z.output<typeof subscriptionChange>): Promise<Subscription> {
    const before = await this.one(principal, id);
    if (before === null) throw notFound('subscription of this id');
    const { name, description, format, kinds, minSeverity, datasets, query, enabled } = before;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    // Between reading and writing somebody may have changed it: what was read is what is changed.
    return this.#put(principal, { name, description, format, kinds, minSeverity, datasets, query, enabled, ...given }, id, revision ?? before.revision);
  }

  /** @throws ApiProblem NOT_FOUND */
  delete({ user, organization }: Principal, id: string): Promise<void> {
    return this.#run(organization, (sql) => deleteSubscription(sql, user, id).catch(rethrow));
  }

  /** What it would have taken of the last day. @throws SearchError */
  preview({ organization }: Pick<Principal, 'organization'>, asked: z.output<typeof subscriptionPreview>): Promise<SubscriptionPreview> {
    const search = checkedSearch(asked.query, asked.kinds);
    const range = { from: this.#wallMicros() - DAY, to: this.#wallMicros() };
    return this.#run(organization, async (sql) => {
      const kinds: KindPreview[] = [];
      for (const kind of SUBSCRIPTION_KINDS) if (asked.kinds.includes(kind)) kinds.push(await previewOf(sql, kind, asked, search, range));
      return { ...range, kinds };
    });
  }

  #put({ user, organization }: Principal, content: SubscriptionContent, id: string | null, expectedRevision: number | null): Promise<Subscription> {
    const terms = termsOf(checkedSearch(content.query, content.kinds));
    const kept = { ...content, kinds: [...new Set(content.kinds)], datasets: [...new Set(content.datasets)] };
    return this.#run(organization, async (sql) => {
      if (content.enabled)
        checkTerms(
          terms,
          (await subscriptions(sql)).filter((other) => other.id !== id),
        );
      const putId = await putSubscription(sql, user, kept, id, expectedRevision).catch(rethrow);
      return viewOf((await subscriptionById(sql, putId))!);
    });
  }
}

/** As publish reads it, for each of the kinds. @throws SearchError */
function checkedSearch(query: string, kinds: readonly SubscriptionKind[]): Search {
  const search = parseSearch(query);
  for (const kind of kinds) {
    if (kind === 'event') compileEventSearch(search, enrichedFields);
    else if (kind === 'finding') compileRecordSearch(search, findingFields);
    else compileRecordSearch(search, alertFields);
  }
  return search;
}

function termsOf(search: Search): number {
  if (search.kind === 'and' || search.kind === 'or') return search.of.reduce((sum, part) => sum + termsOf(part), 0);
  if (search.kind === 'not') return termsOf(search.of);
  return search.kind === 'all' ? 0 : 1;
}
/** @throws ApiProblem CONFLICT when the searches that are in force have too many terms with these */
function checkTerms(terms: number, others: readonly SubscriptionRow[]): void {
  const before = others.filter((other) => other.enabled && problemOf(other) === null).reduce((sum, { query }) => sum + termsOf(parseSearch(query)), 0);
  if (before + terms > MOST_TERMS)
    throw new ApiProblem(
      'CONFLICT',
      `The searches of all subscriptions have ${MOST_TERMS} terms at most; these would have ${before + terms}. Use \`datasets\` and \`minSeverity\`, or disable others.`,
    );
}

function viewOf(row: SubscriptionRow): Subscription {
  return { ...row, effectiveFrom: row.changedAt + ACTIVATION, problem: problemOf(row) };
}
function problemOf({ query, kinds }: SubscriptionRow): string | null {
  try {
    checkedSearch(query, kinds);
    return null;
  } catch (error) {
    if (error instanceof SearchError) return error.message;
    throw error;
  }
}

async function previewOf(
  sql: Sql,
  kind: SubscriptionKind,
  { minSeverity, datasets }: z.output<typeof subscriptionPreview>,
  search: Search,
  range: { readonly from: Micros; readonly to: Micros },
): Promise<KindPreview> {
  const level = SEVERITIES.indexOf(minSeverity);
  if (kind !== 'event') {
    const count = await (kind === 'finding' ? countPublishedFindings : countPublishedAlerts)(sql, { ...range, minSeverity: level, datasets, search });
    return { kind, count, problem: null, datasets: [] };
  }
  const filter = {
    ...(search.kind === 'all' ? {} : { search }),
    ...(datasets.length === 0 ? {} : { dataset: datasets }),
    ...(level === 0 ? {} : { minSeverity: LEVEL_STARTS[level]! }), // else events without one, too
  };
  try {
    const { rows } = await countEvents(sql, { ...range, spanMicros: DAY }, 'dataset', filter);
    const byDataset = [...Map.groupBy(rows, ({ series }) => series)].map(([dataset, days]) => ({
      dataset,
      count: days.reduce((sum, { count }) => sum + count, 0),
    }));
    return {
      kind,
      count: byDataset.reduce((sum, { count }) => sum + count, 0),
      problem: null,
      datasets: byDataset.sort((a, b) => b.count - a.count || (a.dataset < b.dataset ? -1 : 1)).slice(0, MOST_DATASETS),
    };
  } catch (error) {
    if (error instanceof SearchTooBroadError) return { kind, count: null, problem: error.message, datasets: [] };
    throw error;
  }
}

function rethrow(error: unknown): never {
  switch ((error as { readonly code?: unknown }).code) {
    case 'P0002':
      throw notFound('subscription of this id');
    case '23505':
      throw new ApiProblem('CONFLICT', 'There is a subscription of this name already. Choose another, or change that one.');
    case '40001':
      throw new ApiProblem('CONFLICT', 'The subscription was changed meanwhile. Look at it again.');
    case '54000':
      throw new ApiProblem('CONFLICT', 'There are 100 subscriptions already. Delete one first.');
    default:
      throw error;
  }
}
