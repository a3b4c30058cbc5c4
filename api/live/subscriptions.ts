// The same news as in rooms, for GraphQL subscriptions: one bounded queue each.
import type { AlertRow } from '../../store/queries/alerts.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import type { PresentUser } from '../../store/queries/live.ts';
import { every } from './every.ts';
import type { LiveNews, News, RuleSetNews } from './news.ts';
import { isShown } from './news-rooms.ts';
import type { Presence } from './presence.ts';
import { BoundedQueue, converted } from './queue.ts';

const MAX_WAITING = 1_000;

/** An alert that changed; with `isReset` there is none: what came meanwhile is not known, so lists are to be read anew. */
export interface AlertNewsItem {
  readonly alert: AlertRow | null;
  readonly isReset: boolean;
  /** Of the piece of news that it came with; null for all but its last, and for all that came while the database had never been reached. */
  readonly cursor: string | null;
}

/** What `pick` takes out of each piece of news; ends when what came meanwhile is not known, so that its reader begins anew. */
function newsQueue<T>(news: LiveNews, organization: string, pick: (news: News) => readonly T[]): BoundedQueue<T> {
  const queue: BoundedQueue<T> = new BoundedQueue<T>(MAX_WAITING, () => unlisten());
  const unlisten = news.listen(organization, {
    onNews: (item) => {
      for (const each of pick(item)) queue.push(each);
    },
    onReset: () => void queue.return(),
  });
  return queue;
}

export const alertChanges = (news: LiveNews, organization: string, least: number): BoundedQueue<AlertRow> =>
  newsQueue(news, organization, ({ alerts }) => alerts.filter(({ severity }) => severity >= least));

export const findingChanges = (news: LiveNews, organization: string, least: number): BoundedQueue<FindingRow> =>
  newsQueue(news, organization, ({ findings }) => findings.filter((finding) => isShown(finding) && finding.severity >= least));

export const ruleSets = (news: LiveNews, organization: string): BoundedQueue<RuleSetNews> => newsQueue(news, organization, ({ ruleSets: sets }) => sets);

/**
 * Alerts without a gap over reconnects. `after` is the cursor of the last item that had one.
 * @throws ApiProblem INVALID_CURSOR, DATABASE_UNAVAILABLE
 */
export async function alertNews(news: LiveNews, organization: string, least: number, after: string | null): Promise<BoundedQueue<AlertNewsItem>> {
  let held: AlertNewsItem[] | null = [];
  const queue: BoundedQueue<AlertNewsItem> = new BoundedQueue<AlertNewsItem>(MAX_WAITING, () => unlisten());
  const take = (item: AlertNewsItem) => {
    if (held === null) queue.push(item);
    else if (held.length < MAX_WAITING) held.push(item);
    else queue.fail(new Error('More came than fits while what was missed was read'));
  };
  const unlisten = news.listen(organization, {
    onNews: (item) => itemsOf(item, least).forEach(take),
    onReset: (cursor) => take({ alert: null, isReset: true, cursor }),
  });
  const cursor = news.cursor();
  try {
    const missed = after === null ? undefined : await news.missed(organization, after, ['alert']);
    if (missed === null) queue.push({ alert: null, isReset: true, cursor });
    else if (missed === undefined)
      queue.push({ alert: null, isReset: false, cursor }); // where the reader begins
    else for (const item of itemsOf(missed, least)) queue.push(item);
  } catch (error) {
    unlisten();
    throw error;
  }
  const waiting = held;
  held = null;
  for (const item of waiting) queue.push(item);
  return queue;
}

function itemsOf({ alerts, cursor }: News, least: number): readonly AlertNewsItem[] {
  const rows = alerts.filter(({ severity }) => severity >= least);
  return rows.map((alert, index) => ({ alert, isReset: false, cursor: index === rows.length - 1 ? cursor : null }));
}

/** Something to show again: at once, when the database tells of it, and every `ms`. What nobody fetched in time is not made up for. */
export function looks(news: LiveNews, organization: string, ms: number, state?: string): BoundedQueue<true> {
  const queue: BoundedQueue<true> = new BoundedQueue<true>(2, () => {
    timer.stop();
    unlisten();
  });
  const look = () => {
    if (queue.length === 0) queue.push(true);
  };
  const timer = every(ms, look);
  const unlisten = news.listen(organization, {
    onNews: () => {},
    onState: (notice) => {
      if ('state' in notice && notice.state === state) look();
    },
    onReset: look,
  });
  look();
  return queue;
}

/** Who is in a room, its reader included: at once, and when somebody comes or goes. */
export function presentUsers(
  { news, presence }: { readonly news: LiveNews; readonly presence: Presence },
  place: { readonly organization: string; readonly room: string; readonly user: string },
): AsyncIterableIterator<readonly PresentUser[], undefined> {
  const { organization, room } = place;
  const queue: BoundedQueue<true> = new BoundedQueue<true>(2, () => {
    unlisten();
    leave();
  });
  const unlisten = news.listen(organization, {
    onNews: () => {},
    onState: (notice) => {
      if ('presence' in notice && notice.presence === room && queue.length === 0) queue.push(true);
    },
  });
  const leave = presence.enter(place);
  queue.push(true);
  return converted(queue, () => presence.present(organization, room));
}
