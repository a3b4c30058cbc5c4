// What its newest events name beside it, each with a page of its own where it is an entity.
import { Link } from '@tanstack/react-router';
import type { Fresh } from '../data/fresh.ts';
import type { EntityAboutQuery, EntityType, RelationFragment } from '../gql/graphql.ts';
import { entityIcon, Icon } from '../kit/icon.tsx';
import { Ago } from '../kit/moment.tsx';
import { count, exactCount, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Value } from '../kit/value.tsx';

type Activity = EntityAboutQuery['entity']['activity'];
interface Kind {
  readonly title: string;
  /** Null: it has no page, and `field` says where to look for it. */
  readonly type: EntityType | null;
  readonly field: string;
  readonly rows: (activity: Activity) => readonly RelationFragment[];
}
const KINDS: readonly Kind[] = [
  { title: 'Its addresses', type: 'address', field: 'host.ip', rows: ({ ownAddresses }) => ownAddresses },
  { title: 'Hosts that have it', type: 'host', field: 'host.name', rows: ({ ownHosts }) => ownHosts },
  { title: 'Users', type: 'user', field: 'user.name', rows: ({ users }) => users },
  { title: 'Hosts', type: 'host', field: 'host.name', rows: ({ hosts }) => hosts },
  { title: 'Addresses in traffic', type: 'address', field: 'related.ip', rows: ({ addresses }) => addresses },
  { title: 'Domains', type: 'domain', field: 'dns.question.name', rows: ({ domains }) => domains },
  { title: 'Processes', type: null, field: 'process.name', rows: ({ processes }) => processes },
];

/** Nothing while nothing is known: what failed is said above. */
export function RelatedPanels({ about }: { readonly about: Fresh<EntityAboutQuery> }) {
  const activity = about.data?.entity.activity;
  if (activity === undefined) return null;
  const found = KINDS.map((kind) => ({ ...kind, related: kind.rows(activity) })).filter(({ related }) => related.length > 0);
  return (
    <section className="entity-related" aria-label="Related">
      <p className="entity-sample faint">
        {activity.eventsLookedAt === 0
          ? 'No event of this range names it.'
          : activity.isWhole
            ? `Related in its ${plural(activity.eventsLookedAt, 'event')} of this range.`
            : `Related in its newest ${plural(activity.eventsLookedAt, 'event')} of this range.`}
      </p>
      {found.map((kind) => (
        <Panel key={kind.title} title={kind.title} note={kind.related.length >= 20 ? 'the 20 most frequent' : undefined} isFlush>
          <Related kind={kind} related={kind.related} />
        </Panel>
      ))}
    </section>
  );
}

function Related({ kind, related }: { readonly kind: Kind; readonly related: readonly RelationFragment[] }) {
  const most = related[0]?.count ?? 1;
  return (
    <ul className="entity-bars">
      {related.map(({ name, count: events, lastSeen }) => (
        <li key={name} className="entity-bar-row">
          <span className="entity-bar" style={{ width: `${(events / most) * 100}%` }} />
          <Icon name={entityIcon(kind.type ?? 'process')} size={14} />
          {kind.type === null ? (
            <span className="cut">
              <Value field={kind.field} value={name} />
            </span>
          ) : (
            <Link className="cut" to="/entities/$type/$value" params={{ type: kind.type, value: name }} search={{}} title={name}>
              <code>{name}</code>
            </Link>
          )}
          <span className="entity-ago quiet" title="Last seen together">
            <Ago at={lastSeen} />
          </span>
          <span className="number entity-number" title={`${exactCount(events)} events`}>
            {count(events)}
          </span>
        </li>
      ))}
    </ul>
  );
}
