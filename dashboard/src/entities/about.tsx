// When it was seen, whose it is, where it stands, and who tells of it.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Fresh } from '../data/fresh.ts';
import type { EntityAboutQuery, EntityType } from '../gql/graphql.ts';
import { Ago, Moment } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { Value } from '../kit/value.tsx';

const CRITICALITY = ['none', 'low', 'medium', 'high', 'critical'];

export function About({ about, type }: { readonly about: Fresh<EntityAboutQuery>; readonly type: EntityType }) {
  const entity = about.data?.entity;
  return (
    <Panel title="Known" className="entity-about" actions={<Stale problem={about.problem} at={about.at} />}>
      {entity === undefined &&
        (about.problem === undefined ? <Waiting rows={7} label="Loading what is known" /> : <Failed problem={about.problem} onRetry={about.reload} />)}
      {entity !== undefined && (
        <dl className="entity-facts">
          <Fact name="First seen">
            {entity.firstSeen === null ? (
              <span className="faint">{entity.lastSeen === null ? 'never' : 'not known: it is in too many events'}</span>
            ) : (
              <Seen at={entity.firstSeen} />
            )}
          </Fact>
          <Fact name="Last seen">{entity.lastSeen === null ? <span className="faint">never</span> : <Seen at={entity.lastSeen} />}</Fact>
          {(type === 'host' || type === 'address') && <AssetFact asset={entity.asset} />}
          {type === 'address' && (
            <Fact name="Zone">
              {(entity.zones ?? []).map(({ id, name, cidr, kind }) => (
                <span key={id} className="entity-zone">
                  {name} <span className="faint">{kind}</span> <code>{cidr}</code>
                </span>
              ))}
              {entity.zones?.length === 0 && <span className="faint">in none</span>}
              {entity.zones === null && <Unseen what="zones" />}
            </Fact>
          )}
          <Fact name="Datasets">
            <Names field="event.dataset" rows={entity.activity.datasets} />
          </Fact>
          <Fact name="Sensors">
            <Names field="observer.name" rows={entity.activity.sensors} />
          </Fact>
        </dl>
      )}
    </Panel>
  );
}

const Seen = ({ at }: { readonly at: string }) => (
  <>
    <Moment at={at} isLong />{' '}
    <span className="faint">
      <Ago at={at} suffix=" ago" />
    </span>
  </>
);

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="entity-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const Unseen = ({ what }: { readonly what: string }) => <span className="faint">your roles do not show {what}</span>;

type Asset = EntityAboutQuery['entity']['asset'];
function AssetFact({ asset }: { readonly asset: Asset }) {
  if (asset === null)
    return (
      <Fact name="Asset">
        <span className="faint">none is known</span>
      </Fact>
    );
  return (
    <>
      <Fact name="Asset">
        {asset.name} <span className="faint">{asset.kind}</span>
      </Fact>
      <Fact name="Criticality">
        {asset.criticality} <span className="faint">{CRITICALITY[asset.criticality]}</span>
      </Fact>
      <Fact name="Owner">{asset.owner ?? <span className="faint">nobody is named</span>}</Fact>
      <Fact name="Also">
        {[...asset.hostnames.map((name) => ['host', name] as const), ...asset.addresses.map((name) => ['address', name] as const)].map(([type, value]) => (
          <Link key={`${type} ${value}`} className="entity-link" to="/entities/$type/$value" params={{ type, value }} search={{}}>
            <code>{value}</code>
          </Link>
        ))}
      </Fact>
    </>
  );
}

function Names({ field, rows }: { readonly field: string; readonly rows: readonly { readonly name: string; readonly count: number }[] }) {
  if (rows.length === 0) return <span className="faint">none in this range</span>;
  return (
    <>
      {rows.slice(0, 6).map(({ name, count }) => (
        <span key={name} className="entity-name" title={plural(count, 'event')}>
          <Value field={field} value={name} />
        </span>
      ))}
      {rows.length > 6 && <span className="faint"> and {rows.length - 6} more</span>}
    </>
  );
}
