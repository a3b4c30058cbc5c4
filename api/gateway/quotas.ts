// What an organization may have in a day: events and bytes that come in, exports, hunts. Counted in the database, so exactly, however many processes serve.
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Deliver } from '../../pipeline/core/connector.ts';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { quotasOf, takeQuota } from '../../store/queries/quotas.ts';
import type { QuotaAmounts, QuotaKind, QuotaRow } from '../../store/queries/quotas.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import { asProblem } from '../gate/as-problem.ts';

/** How long it may take until a quota that is set, or taken away, is known to all processes. */
const KNOWN_MS = 30_000;
const DAY_SECONDS = 86_400;
/** While the database is away one request in so long tries it; the others do not wait. */
const PAUSE_MS = 5_000;

export function quotaMetrics(registry: Registry) {
  return new Counter({
    name: 'api_quota_refusals_total',
    help: 'Requests refused because their organization has used up what it may have in a day.',
    labelNames: ['kind'],
    registers: [registry],
  });
}

export interface QuotasOptions {
  readonly run: InOrganization;
  readonly wallMicros: () => Micros;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** An organization without quotas costs one query in half a minute, and is not counted. */
export class Quotas {
  readonly #run: InOrganization;
  readonly #wallMicros: () => Micros;
  readonly #log: Logger;
  readonly #refusals: ReturnType<typeof quotaMetrics>;
  readonly #known = new Map<string, { readonly until: Micros; readonly hasAny: Promise<boolean> }>();
  /** Used while the database was away. Lost when the process ends before it is back. */
  readonly #owed = new Map<string, Map<QuotaKind, number>>();

  #awayUntil: Micros = 0;

  constructor({ run, wallMicros, log, metrics }: QuotasOptions) {
    this.#run = run;
    this.#wallMicros = wallMicros;
    this.#log = log;
    this.#refusals = quotaMetrics(metrics);
  }

  /**
   * Counts what is about to be used. While the database is away everything passes, and is counted when it is back.
   * @throws RetryableError QUOTA_EXCEEDED: nothing was taken, and nothing will be before midnight (UTC).
   */
  async take(organization: string, amounts: QuotaAmounts): Promise<void> {
    if (this.#wallMicros() < this.#awayUntil) {
      this.#owe(organization, amounts);
      return;
    }
    try {
      if (!(await this.#hasAny(organization))) {
        this.#owed.delete(organization);
        return;
      }
      await this.#settle(organization);
      await this.#run(organization, (sql) => takeWithin(sql, amounts, this.#wallMicros()));
    } catch (error) {
      if (error instanceof RetryableError && error.code === 'QUOTA_EXCEEDED') this.#refusals.inc({ kind: error.details.kind as QuotaKind });
      if (asProblem(error).code !== 'DATABASE_UNAVAILABLE') throw error;
      this.#awayUntil = this.#wallMicros() + PAUSE_MS * 1_000;
      this.#owe(organization, amounts);
    }
  }

  /** Of what was taken and not used. Never throws. */
  async giveBack(organization: string, amounts: QuotaAmounts): Promise<void> {
    const negative = Object.fromEntries(Object.entries(amounts).map(([kind, amount]) => [kind, -amount])) as QuotaAmounts;
    try {
      if (await this.#hasAny(organization)) await this.#run(organization, (sql) => takeQuota(sql, negative, true));
    } catch (error) {
      this.#log.warn({ code: asProblem(error).code, organization }, 'A quota could not be given back.');
    }
  }

  /** What the organization has, and has used today. */
  async of(organization: string): Promise<readonly QuotaRow[]> {
    await this.#settle(organization);
    return this.#run(organization, quotasOf);
  }

  /** After a change: this process knows at once. */
  forget(organization: string): void {
    this.#known.delete(organization);
  }

  /** The same way in, counted. What the broker did not take is given back. */
  metered(deliver: Deliver): Deliver {
    return async (values, delivery, told) => {
      if (values.length === 0) return deliver(values, delivery, told);
      const amounts = { events: values.length, bytes: values.reduce((sum, { length }) => sum + length, 0) };
      await this.take(delivery.organization, amounts);
      try {
        return await deliver(values, delivery, told);
      } catch (error) {
        await this.giveBack(delivery.organization, amounts);
        throw error;
      }
    };
  }

  async #hasAny(organization: string): Promise<boolean> {
    const now = this.#wallMicros();
    let entry = this.#known.get(organization);
    if (entry === undefined || entry.until <= now) {
      entry = { until: now + KNOWN_MS * 1_000, hasAny: this.#run(organization, quotasOf).then((rows) => rows.length > 0) };
      entry.hasAny.catch(() => this.#known.delete(organization)); // asked again with the next request
      this.#known.set(organization, entry);
    }
    return entry.hasAny;
  }

  #owe(organization: string, amounts: QuotaAmounts): void {
    const owed = this.#owed.get(organization) ?? new Map<QuotaKind, number>();
    for (const [kind, amount] of Object.entries(amounts) as [QuotaKind, number][]) owed.set(kind, (owed.get(kind) ?? 0) + amount);
    this.#owed.set(organization, owed);
  }

  async #settle(organization: string): Promise<void> {
    const owed = this.#owed.get(organization);
    if (owed === undefined) return;
    this.#owed.delete(organization); // what comes while this is written is owed anew
    try {
      await this.#run(organization, (sql) => takeQuota(sql, Object.fromEntries(owed), true));
    } catch (error) {
      this.#owe(organization, Object.fromEntries(owed));
      throw error;
    }
  }
}

/**
 * Counts what a transaction is about to use, so that it is given back when that fails. For what needs the database anyway.
 * @throws RetryableError QUOTA_EXCEEDED.
 */
export async function takeWithin(sql: Sql, amounts: QuotaAmounts, now: Micros): Promise<void> {
  const refused = await takeQuota(sql, amounts, false);
  if (refused === undefined) return;
  const { kind, perDay, used } = refused;
  const retryAfterSeconds = DAY_SECONDS - (Math.floor(now / 1_000_000) % DAY_SECONDS);
  throw new RetryableError(
    'QUOTA_EXCEEDED',
    `Your organization may have ${count(perDay)} ${kind} a day (UTC); ${count(Math.max(0, perDay - used))} are left and this asks for ${count(amounts[kind] ?? 0)}. ` +
      'Send less, wait for midnight, or have the platform raise it: GET /v2/quotas shows what is used.',
    { kind, perDay, used, retryAfterSeconds },
  );
}

const count = (value: number): string => value.toLocaleString('en');
