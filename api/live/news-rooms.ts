// Rooms of things that change and are kept: alerts, findings, assets, sets of rules. Their messages carry a cursor.
import { pageOfAlerts } from '../../store/queries/alerts.ts';
import type { AlertRow } from '../../store/queries/alerts.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import type { ChangeKind } from '../../store/queries/live.ts';
import { versionsOf } from '../../store/queries/reference.ts';
import type { AssetRow } from '../../store/queries/reference.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import type { z } from 'zod';
import { alertDocument } from '../alert-view.ts';
import type { InOrganization } from '../database.ts';
import { publicIdOf } from '../event-view.ts';
import { notFound } from '../gate/problem.ts';
import { isoOf } from '../time.ts';
import type { LiveNews, News } from './news.ts';
import type { alertFilter, findingFilter } from './protocol.ts';
import type { OpenSource, Say, Source } from './room.ts';

export interface NewsRooms {
  readonly news: LiveNews;
  readonly run: InOrganization;
  readonly organization: string;
}

/** What each kind of room is to be told of after an absence. */
export const KINDS: Readonly<Record<'organization' | 'alerts' | 'alert' | 'asset' | 'findings' | 'rules', readonly ChangeKind[]>> = {
  organization: ['alert', 'finding', 'asset', 'rules'],
  alerts: ['alert'],
  alert: ['alert'],
  asset: ['alert', 'asset'],
  findings: ['finding'],
  rules: ['rules'],
};

/** Documents of one piece of news are said one after the other, the last with the cursor: who has that has had them all. */
function newsSource({ news, organization }: NewsRooms, documentsOf: (news: News) => Promise<readonly object[]>): Source {
  return {
    open(say, fail) {
      const withCursor = async (item: News) => {
        const documents = await documentsOf(item);
        return documents.map((document, index) => (index === documents.length - 1 ? { ...document, cursor: item.cursor } : document));
      };
      const tell = inOrder(withCursor, say, fail);
      const close = news.listen(organization, { onNews: tell, onReset: (cursor) => say({ reset: true, cursor }) });
      return { close, documentsOf: withCursor } satisfies OpenSource;
    },
  };
}

/** Each only after the one before, also when it takes longer to find out. */
function inOrder(documentsOf: (news: News) => Promise<readonly object[]>, say: Say, fail: (error: unknown) => void): (news: News) => void {
  let before: Promise<void> = Promise.resolve();
  return (news) => {
    before = before
      .then(async () => {
        for (const document of await documentsOf(news)) say(document);
      })
      .catch(fail);
  };
}

/** Of an alert that does not fit the filter any more: that it is gone, so that a list stays right. */
export function alertsRoom(rooms: NewsRooms, filter: z.infer<typeof alertFilter> | undefined): Source {
  const search = filter?.search === undefined ? undefined : parseSearch(filter.search);
  const least = filter?.minSeverity === undefined ? 0 : SEVERITIES.indexOf(filter.minSeverity);
  const isOneOf = ({ severity, status }: AlertRow) => severity >= least && (filter?.status?.includes(status) ?? true);
  return newsSource(rooms, async ({ organization, alerts }) => {
    const fitting = alerts.filter(isOneOf).map(({ id }) => id);
    const found =
      search === undefined || fitting.length === 0
        ? new Set(fitting)
        : new Set((await rooms.run(organization, (sql) => pageOfAlerts(sql, { search, ids: fitting }, null, fitting.length))).map(({ id }) => id));
    return alerts.flatMap((alert): readonly object[] =>
      found.has(alert.id) ? [{ alert: alertDocument(alert) }] : filter === undefined ? [] : [{ gone: alert.id }],
    );
  });
}

export const alertRoom = (rooms: NewsRooms, id: string): Source =>
  newsSource(rooms, async ({ alerts }) => alerts.filter((alert) => alert.id === id).map((alert) => ({ alert: alertDocument(alert) })));

/** The asset, when it changes, and alerts about it: of a host that it is called, or of an address that it has. */
export async function assetRoom(rooms: NewsRooms, id: string): Promise<Source> {
  const load = async () => (await rooms.run(rooms.organization, (sql) => versionsOf(sql, 'asset', id)))[0];
  let asset = await load();
  if (asset === undefined) throw notFound('such asset');
  let isFresh = false; // it may have changed before the room began to listen
  return newsSource(rooms, async ({ assets, alerts }) => {
    const documents: object[] = [];
    const hasChanged = assets.includes(id);
    if (hasChanged || !isFresh) asset = (await load()) ?? asset;
    isFresh = true;
    if (hasChanged && asset !== undefined) documents.push({ asset: assetDocument(asset) });
    return [...documents, ...alerts.filter((alert) => isAbout(alert, asset)).map((alert) => ({ alert: alertDocument(alert) }))];
  });
}

function isAbout({ entities }: AlertRow, asset: AssetRow | undefined): boolean {
  if (asset === undefined) return false;
  const names = new Set([...asset.hostnames, ...asset.addresses]);
  return entities.some(({ value }) => names.has(value.toLowerCase()));
}

/** As in lists: without drafts and suppressed ones. */
export const isShown = ({ status, suppressedBy }: FindingRow): boolean => status === 'production' && suppressedBy === null;

export function findingsRoom(rooms: NewsRooms, filter: z.infer<typeof findingFilter> | undefined): Source {
  const least = filter?.minSeverity === undefined ? 0 : SEVERITIES.indexOf(filter.minSeverity);
  return newsSource(rooms, async ({ findings }) =>
    findings.filter((finding) => isShown(finding) && finding.severity >= least).map((finding) => ({ finding: findingDocument(finding) })),
  );
}

export const rulesRoom = (rooms: NewsRooms): Source => newsSource(rooms, async ({ ruleSets }) => ruleSets.map((ruleSet) => ({ ruleSet })));

/** Everything of an organization, in short: what changed, and enough of it for a line. */
export const organizationRoom = (rooms: NewsRooms): Source =>
  newsSource(rooms, async ({ alerts, findings, assets, ruleSets }) => [
    ...findings.filter(isShown).map((row) => ({ finding: headOf({ ...row, id: publicIdOf(row) }) })),
    ...alerts.map((row) => ({ alert: { ...headOf(row), revision: row.revision, status: row.status } })),
    ...assets.map((id) => ({ asset: { id } })),
    ...ruleSets.map((ruleSet) => ({ ruleSet })),
  ]);

const headOf = ({ id, title, severity }: { readonly id: string; readonly title: string; readonly severity: number }) => ({
  id,
  title,
  severity: SEVERITIES[severity] ?? 'informational',
});

function findingDocument(row: FindingRow) {
  const { kind, ruleId, ruleVersion, title, tags, entities, fields, eventCount, reason, revision } = row;
  return {
    id: publicIdOf(row),
    time: isoOf(row.time),
    kind,
    rule: ruleId,
    ruleVersion,
    title,
    severity: SEVERITIES[row.severity] ?? 'informational',
    tags,
    entities,
    fields,
    eventCount,
    reason,
    revision,
    events: row.events.map((event) => ({ ...event, id: publicIdOf(event), time: isoOf(event.time) })),
  };
}

const assetDocument = ({ validFrom, validTo, writtenAt, ...asset }: AssetRow) => ({
  ...asset,
  validFrom: isoOf(validFrom),
  validTo: validTo === null ? null : isoOf(validTo),
  writtenAt: isoOf(writtenAt),
});
