import { isIP } from 'node:net';
import type { Micros } from '../../../pipeline/core/index.ts';
import { pageOfAlerts } from '../../../store/queries/alerts.ts';
import { assetOf, entitiesIn, recordsAbout, rulesOf, windowsOf, zonesOf } from '../../../store/queries/entities.ts';
import type { EntityKey, EntityType, FeatureWindow, FollowedType } from '../../../store/queries/entities.ts';
import { activityOf, countsOf, sightingOf } from '../../../store/queries/entity-events.ts';
import type { EntityCounts, Sighting } from '../../../store/queries/entity-events.ts';
import { pageOfFindings } from '../../../store/queries/findings.ts';
import { readRange, spanFor, withoutNul } from '../../event-filter.ts';
import { mayDo } from '../../gate/permissions.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { cursorOf, pageSize, parseCursor, toConnection } from '../../paging.ts';
import type { ApiContext } from '../context.ts';

const DAY = 86_400_000_000;
const WEEK = 7 * DAY;
const MOST_DAYS = 31 * DAY;
const MOST_RELATED = 20;
const MOST_WINDOWS = 100;
const MOST_CHARACTERS = 512;

interface Range {
  readonly from: Micros;
  readonly to: Micros;
}
interface RangeArgs {
  readonly from?: Micros | null;
  readonly to?: Micros | null;
}
interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}
interface Profile extends EntityKey, Range {
  /** Asked once, for whichever of its fields is wanted. */
  readonly sighting: () => Promise<Sighting>;
}

export default {
  Query: {
    entity(_root: unknown, { type, value, ...range }: EntityKey & RangeArgs, { look, services }: ApiContext): Profile {
      const key = readKey(type, value);
      let sighting: Promise<Sighting> | undefined;
      return { ...key, ...rangeOf(range, services.wallMicros(), WEEK, MOST_DAYS), sighting: () => (sighting ??= look((sql) => sightingOf(sql, key))) };
    },
    async entities(
      _root: unknown,
      { type, search, first, after, ...range }: RangeArgs & PageArgs & { readonly type: FollowedType; readonly search?: string | null },
      { look, services }: ApiContext,
    ) {
      const size = pageSize(first);
      const within = rangeOf(range, services.wallMicros(), DAY, WEEK);
      const part = withoutNul(search ?? '', '/search');
      const behind = parseCursor(after, ANY_NAME)?.id ?? null;
      const { rows, stoppedAt } = await look((sql) => entitiesIn(sql, type, within, part, behind, size + 1));
      const connection = toConnection(
        rows.map((row) => ({ ...row, type, value: row.name })),
        size,
        ({ name }) => ({ at: 0, id: name }),
      );
      if (stoppedAt === null) return connection;
      return { ...connection, pageInfo: { ...connection.pageInfo, hasNextPage: true, endCursor: cursorOf({ at: 0, id: stoppedAt }) } };
    },
  },
  EntityProfile: {
    firstSeen: async ({ sighting }: Profile) => (await sighting()).first,
    lastSeen: async ({ sighting }: Profile) => (await sighting()).last,
    activity: (profile: Profile, _args: unknown, { look }: ApiContext) => look((sql) => activityOf(sql, profile, inRange(profile), MOST_RELATED)),
    counts(profile: Profile, { spanSeconds }: { readonly spanSeconds?: number | null }, { look }: ApiContext) {
      const { from, to } = profile;
      const range = readRange(from, to, spanSeconds ?? spanFor(from, to));
      return look((sql) => countsOf(sql, profile, range));
    },
    features: (profile: Profile, { first }: { readonly first?: number | null }, { look }: ApiContext) =>
      look((sql) => windowsOf(sql, profile, profile, Math.min(pageSize(first ?? 24), MOST_WINDOWS))),
    async findings(profile: Profile, { first, after }: PageArgs, { look, principal }: ApiContext) {
      if (!mayDo('EntityProfile.findings', principal)) return null;
      const size = pageSize(first);
      const filter = { ...inRange(profile), search: recordsAbout(profile) };
      const rows = await look((sql) => pageOfFindings(sql, filter, parseCursor(after), size + 1));
      return toConnection(rows, size, ({ time, id }) => ({ at: time, id }));
    },
    async alerts(profile: Profile, { first, after }: PageArgs, { look, principal }: ApiContext) {
      if (!mayDo('EntityProfile.alerts', principal)) return null;
      const size = pageSize(first);
      const filter = { ...inRange(profile), search: recordsAbout(profile) };
      const rows = await look((sql) => pageOfAlerts(sql, filter, parseCursor(after), size + 1));
      return toConnection(rows, size, ({ changedAt, id }) => ({ at: changedAt, id }));
    },
    rules: (profile: Profile, _args: unknown, { look, principal }: ApiContext) =>
      mayDo('EntityProfile.rules', principal) ? look((sql) => rulesOf(sql, profile, inRange(profile), MOST_RELATED)) : null,
    asset: async (profile: Profile, _args: unknown, { look, principal }: ApiContext) =>
      mayDo('EntityProfile.asset', principal) ? ((await look((sql) => assetOf(sql, profile, profile.to))) ?? null) : null,
    zones: (profile: Profile, _args: unknown, { look, principal }: ApiContext) =>
      mayDo('EntityProfile.zones', principal) ? look((sql) => zonesOf(sql, profile, profile.to)) : null,
  },
  EntityCounts: { buckets: ({ rows }: EntityCounts) => rows, spanSeconds: ({ spanMicros }: EntityCounts) => spanMicros / 1_000_000 },
  EntityFeature: { start: ({ windowStart }: FeatureWindow) => windowStart, spanSeconds: ({ windowMicros }: FeatureWindow) => windowMicros / 1_000_000 },
};

const ANY_NAME = /^[^\0]+$/;
const inRange = ({ from, to }: Range): Range => ({ from, to });

/** @throws ApiProblem INVALID_REQUEST */
function readKey(type: EntityType, value: string): EntityKey {
  const name = withoutNul(value, '/value').trim();
  if (name === '' || name.length > MOST_CHARACTERS) throw invalid('/value', `1 to ${MOST_CHARACTERS} characters.`);
  // PostgreSQL knows no zones such as fe80::1%eth0.
  if (type === 'address' && (isIP(name) === 0 || name.includes('%'))) throw invalid('/value', 'Write an address such as 10.0.0.1 or 2001:db8::1.');
  return { type, value: name };
}

/** @throws ApiProblem INVALID_REQUEST */
function rangeOf({ from, to }: RangeArgs, now: Micros, length: Micros, most: Micros): Range {
  const end = to ?? (typeof from === 'number' ? Math.min(from + length, Math.max(now, from + 1)) : now);
  const start = from ?? end - length;
  if (start >= end) throw invalid('/to', 'The range ends after it begins.');
  if (end - start > most) throw invalid('/from', `A range has at most ${most / DAY} days.`);
  return { from: start, to: end };
}

const invalid = (pointer: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer, detail }] });
