// The register of hunts: what one would cost, beginning, pausing, going on, ending.
import type { Micros } from '../../pipeline/core/index.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { estimateReads } from '../../store/hunt-estimate.ts';
import { huntById, huntPace, startHunt, steerHunt } from '../../store/queries/hunts.ts';
import type { DayCount, HuntContent, HuntReads, HuntRow } from '../../store/queries/hunts.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { takeWithin } from '../gateway/quotas.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { isoOf } from '../time.ts';
import { checkedQuery } from './input.ts';
import type { HuntQuestion, NewHunt } from './input.ts';

/** Events that one hunt may read. */
export const MOST_EVENTS = 50_000_000;
/** A second, until hunts of the organization have shown how fast they are. */
const FIRST_PACE = { query: 15_000, indicators: 25_000 } as const;
/** A second, by the index of values: events that it names, and values looked up in a day of events. */
const NAMED_PACE = 10_000;
const LOOKUP_PACE = 60_000;

export interface HuntEstimate extends HuntReads {
  /** At the pace of the last hunts. */
  readonly seconds: number;
  /** Why events are read by time; null where the index of values names all that are read. */
  readonly why: string | null;
  readonly isAllowed: boolean;
  /** What to do where it is not; null where it is. */
  readonly advice: string | null;
  /** The earliest beginning with which it would be; null where it is, or where the last day alone has too many. */
  readonly narrowedFrom: Micros | null;
}

export class HuntRegister {
  readonly #run: InOrganization;
  readonly #wallMicros: () => Micros;
  readonly #mostEvents: number;

  constructor(run: InOrganization, wallMicros: () => Micros, mostEvents = MOST_EVENTS) {
    this.#run = run;
    this.#wallMicros = wallMicros;
    this.#mostEvents = mostEvents;
  }

  /** @throws ApiProblem INVALID_REQUEST; SearchError */
  estimate({ organization }: Principal, question: HuntQuestion): Promise<HuntEstimate> {
    const checked = this.#checked(question);
    return this.#run(organization, (sql) => this.#estimate(sql, checked));
  }

  /** @throws ApiProblem INVALID_REQUEST, also where it would read too many events; CONFLICT when too many run; SearchError; RetryableError QUOTA_EXCEEDED */
  start({ organization, user }: Principal, hunt: NewHunt): Promise<HuntRow> {
    const checked = this.#checked(hunt);
    return this.#run(organization, async (sql) => {
      const { events, reads, servedBy, advice, narrowedFrom } = await this.#estimate(sql, checked);
      if (advice !== null)
        throw new ApiProblem('INVALID_REQUEST', advice, {
          errors: [{ pointer: '/input/from', detail: advice }],
          ...(narrowedFrom !== null && { extensions: { narrowedFrom: isoOf(narrowedFrom) } }),
        });
      await takeWithin(sql, { hunts: 1 }, this.#wallMicros());
      const content = { ...checked, name: hunt.name.trim(), severity: SEVERITIES.indexOf(hunt.severity), makesAlerts: hunt.makesAlerts };
      const id = await startHunt(sql, user, content, { events, reads, servedBy }).catch((error: unknown) => {
        if ((error as { readonly code?: unknown }).code !== '54000') throw error;
        throw new ApiProblem('CONFLICT', 'Ten hunts run or rest already. Wait for one, or cancel one.');
      });
      return (await huntById(sql, id))!;
    });
  }

  /** @throws ApiProblem NOT_FOUND; CONFLICT when it is over, or there already */
  steer({ organization, user }: Principal, id: string, to: 'running' | 'paused' | 'cancelled'): Promise<HuntRow> {
    return this.#run(organization, async (sql) => {
      await steerHunt(sql, user, id, to).catch((error: unknown) => {
        const { code, message } = error as { readonly code?: unknown; readonly message: string };
        if (code === 'P0002') throw notFound('hunt of this id');
        if (code === '55000') throw new ApiProblem('CONFLICT', `${message}, so it cannot become ${to}.`);
        throw error;
      });
      return (await huntById(sql, id))!;
    });
  }

  #checked({ indicators, query, datasets, from, to }: HuntQuestion) {
    const end = to ?? this.#wallMicros();
    if (from >= end) throw invalid('/input/to', 'The range ends after it begins.');
    if (query === undefined) return { query: null, indicators: indicators ?? [], datasets, from, to: end };
    const checked = checkedQuery(query);
    if (checked === null) throw invalid('/input/query', 'This search finds every event. Say what to hunt for.');
    return { query: checked, indicators: null, datasets, from, to: end };
  }

  async #estimate(sql: Sql, asked: Pick<HuntContent, 'query' | 'indicators' | 'datasets' | 'from' | 'to'>): Promise<HuntEstimate> {
    const { events, reads, servedBy, days, readsByTime, lookups, why } = await estimateReads(sql, asked);
    const pace = (await huntPace(sql, asked.query !== null)) ?? FIRST_PACE[asked.query === null ? 'indicators' : 'query'];
    const seconds = Math.ceil(readsByTime / pace + (reads - readsByTime) / NAMED_PACE + lookups / LOOKUP_PACE);
    const isAllowed = reads <= this.#mostEvents;
    const narrowedFrom = isAllowed ? null : earliestFor(days, this.#mostEvents);
    const where = asked.datasets.length > 0 ? 'Name fewer datasets' : 'Name datasets';
    const advice = isAllowed
      ? null
      : `There are ${reads.toLocaleString('en')} events to be read in this range; one hunt reads ${this.#mostEvents.toLocaleString('en')} at most. ${where}, or take a shorter range${narrowedFrom === null ? '' : `: from ${isoOf(narrowedFrom).slice(0, 10)} on it would do`}.`;
    return { events, reads, servedBy, seconds, why, isAllowed, advice, narrowedFrom };
  }
}

/** 0 to 1, by events looked at. */
export const progressOf = ({ state, eventsLooked, eventsTotal }: Pick<HuntRow, 'state' | 'eventsLooked' | 'eventsTotal'>): number =>
  state === 'done' ? 1 : eventsTotal === 0 ? 0 : Math.min(1, eventsLooked / eventsTotal);

/** Of whole days, the newest first. */
function earliestFor(days: readonly DayCount[], most: number): Micros | null {
  let sum = 0;
  let earliest: Micros | null = null;
  for (const { day, events } of days) {
    sum += events;
    if (sum > most) break;
    earliest = day;
  }
  return earliest;
}

const invalid = (at: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: at, detail }] });
