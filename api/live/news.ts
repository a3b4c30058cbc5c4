// What changed, read once per organization for all who listen: rooms and subscriptions of this process.
import type { Logger } from 'pino';
import { alertsByIds } from '../../store/queries/alerts.ts';
import type { AlertRow } from '../../store/queries/alerts.ts';
import { findingsByIds } from '../../store/queries/findings.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import { missedChanges, trimChanges } from '../../store/queries/live.ts';
import type { Change, ChangeKind, LivePosition } from '../../store/queries/live.ts';
import type { DatabaseClient, Sql } from '../../store/queries/sql.ts';
import { RETRY_SOON, DATABASE_AWAY } from '../gate/as-problem.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { InOrganization } from '../database.ts';
import { openChangeFeed } from './change-feed.ts';
import type { ChangeFeed, StateNotice } from './change-feed.ts';
import { canResume, readCursor, writeCursor } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Every } from './every.ts';
import { every } from './every.ts';

/** A set of rules that took effect, or is about to: stages take it ten seconds after it was written. */
export interface RuleSetNews {
  readonly number: number;
  /** Who made it: a user, or the process that reads the files. */
  readonly by: string;
  /** Whether it is of rules of files, which all organizations share. */
  readonly isShared: boolean;
}
export interface News {
  readonly organization: string;
  readonly alerts: readonly AlertRow[];
  readonly findings: readonly FindingRow[];
  /** Ids. */
  readonly assets: readonly string[];
  readonly ruleSets: readonly RuleSetNews[];
  /** Where a listener is who has had this and all before it. */
  readonly cursor: string;
}
export interface NewsListener {
  readonly onNews: (news: News) => void;
  /** A dead-letter count or a sensor's state is another; or, as `presence`, somebody came to a room or left it. */
  readonly onState?: (notice: StateNotice) => void;
  /** What came meanwhile is not known: read anew, and go on from this cursor. */
  readonly onReset?: (cursor: string) => void;
}

/** More than so many things missed are not sent one by one: reading the list anew is cheaper. */
const MOST_MISSED = 1_000;
const KEPT_HOURS = 24;
const KEPT_CHANGES = 200_000;
const TRIM_MS = 60_000;

export interface LiveNewsOptions {
  readonly openListener: () => DatabaseClient;
  readonly run: InOrganization;
  readonly log: Logger;
  readonly every?: Every;
  readonly retryMs?: number;
}

export class LiveNews {
  readonly #options: LiveNewsOptions;
  readonly #feed: ChangeFeed;
  readonly #listeners = new Map<string, Set<NewsListener>>();
  #trimming: { readonly stop: () => void } | undefined;

  constructor(options: LiveNewsOptions) {
    this.#options = options;
    this.#feed = openChangeFeed({
      openListener: options.openListener,
      log: options.log,
      ...(options.retryMs !== undefined && { retryMs: options.retryMs }),
      listener: {
        load: (changes) => this.#load(changes),
        covers: (all) => [...this.#listeners.keys()].every((organization) => all.some((news) => news.organization === organization)),
        publish: (all, position) => {
          const cursor = writeCursor(position);
          for (const { organization, ...news } of all) this.#tell(organization, ({ onNews }) => onNews({ organization, ...news, cursor }));
        },
        onState: (notice) => this.#tell(notice.organization, ({ onState }) => onState?.(notice)),
        onReset: (position) => {
          for (const organization of this.#listeners.keys()) this.#tell(organization, ({ onReset }) => onReset?.(writeCursor(position)));
        },
      },
    });
  }

  start(): void {
    this.#feed.start();
    this.#trimming ??= (this.#options.every ?? every)(TRIM_MS, () => void this.trim());
  }

  async stop(): Promise<void> {
    this.#trimming?.stop();
    await this.#feed.stop();
  }

  /** Hears of everything after `cursor()` as it is now. @returns Ends it. */
  listen(organization: string, listener: NewsListener): () => void {
    const listeners = this.#listeners.get(organization) ?? new Set();
    this.#listeners.set(organization, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(organization) === listeners) this.#listeners.delete(organization);
    };
  }

  /** Where this process is; null until the database was reached first. */
  cursor(): string | null {
    const position = this.#feed.position();
    return position === undefined ? null : writeCursor(position);
  }

  /**
   * What lies between a cursor and `until`, which is `cursor()` of the moment when listening began; null when it is too much, or not known
   * any more: then what is shown is to be read anew.
   * @throws ApiProblem INVALID_CURSOR; DATABASE_UNAVAILABLE while nothing is known yet.
   */
  async missed(organization: string, since: string, kinds: readonly ChangeKind[]): Promise<News | null> {
    const from = readCursor(since);
    const position = this.#feed.position();
    if (position === undefined) throw new ApiProblem('DATABASE_UNAVAILABLE', DATABASE_AWAY, { headers: RETRY_SOON });
    if (!canResume(from, position)) return null;
    return this.#options.run(organization, async (sql) => this.#missedOf(sql, organization, from, position, kinds));
  }

  async #missedOf(sql: Sql, organization: string, from: Cursor, position: LivePosition, kinds: readonly ChangeKind[]): Promise<News | null> {
    const changes = await missedChanges(sql, from.snapshot, position.snapshot, kinds, MOST_MISSED + 1);
    if (changes.length > MOST_MISSED) return null;
    return { organization, ...(await readNews(sql, changes)), cursor: writeCursor(position) };
  }

  /** Forgets old changes; called once a minute. Never rejects. */
  async trim(): Promise<void> {
    await this.#options
      .run('default', (sql) => trimChanges(sql, KEPT_HOURS, KEPT_CHANGES))
      .catch((error: unknown) => this.#options.log.debug({ reason: String(error) }, 'Old changes could not be forgotten for now.'));
  }

  async #load(changes: readonly Change[]): Promise<readonly Omit<News, 'cursor'>[]> {
    const shared = changes.filter(({ organization }) => organization === '');
    const own = Map.groupBy(changes, ({ organization }) => organization);
    const loaded: Omit<News, 'cursor'>[] = [];
    const organizations = Array.from(this.#listeners.keys()); // for others that come meanwhile it is loaded again
    for (const organization of organizations) {
      const theirs = [...shared, ...(own.get(organization) ?? [])];
      const news = theirs.length === 0 ? NOTHING : await this.#options.run(organization, (sql) => readNews(sql, theirs));
      loaded.push({ organization, ...news });
    }
    return loaded;
  }

  #tell(organization: string, tell: (listener: NewsListener) => void): void {
    for (const listener of this.#listeners.get(organization) ?? []) {
      try {
        tell(listener);
      } catch (error) {
        this.#options.log.error({ code: 'UNEXPECTED', err: error }, 'A listener of live news failed; the others are told.');
      }
    }
  }
}

const NOTHING = { alerts: [], findings: [], assets: [], ruleSets: [] } as const;

/** As they are now: of a thing that changed twice, once. */
async function readNews(sql: Sql, changes: readonly Change[]): Promise<Omit<News, 'cursor' | 'organization'>> {
  const of = (kind: ChangeKind) => new Map(changes.filter((change) => change.kind === kind).map((change) => [change.id, change]));
  const alerts = of('alert');
  const findings = of('finding');
  const refs = [...findings.values()].map(({ id, detail }) => ({ id, time: detail.time as number }));
  return {
    alerts: alerts.size === 0 ? [] : inOrder(alerts, await alertsByIds(sql, [...alerts.keys()])),
    findings: findings.size === 0 ? [] : inOrder(findings, await findingsByIds(sql, refs)),
    assets: [...of('asset').keys()],
    ruleSets: [...of('rules').values()].map(({ id, detail, organization }) => ({ number: Number(id), by: String(detail.by), isShared: organization === '' })),
  };
}

function inOrder<Row extends { readonly id: string }>(changes: ReadonlyMap<string, Change>, rows: readonly Row[]): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...changes.keys()].flatMap((id) => byId.get(id) ?? []);
}
