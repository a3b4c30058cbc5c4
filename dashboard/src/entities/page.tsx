// All that is known of one host, user, address and so on, on one page.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EntityAboutDocument, EntityOverTimeDocument, EntityRecordsDocument, type EntityType } from '../gql/graphql.ts';
import { Copy } from '../kit/copy.tsx';
import { entityFields } from '../kit/entity-fields.ts';
import { entityIcon, Icon } from '../kit/icon.tsx';
import { Page } from '../kit/panel.tsx';
import { barSeconds, isMoving, resolveRange, toIso } from '../kit/range.ts';
import { RangePicker } from '../kit/range-picker.tsx';
import { fieldTerm } from '../kit/search-language.ts';
import { Empty } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { About } from './about.tsx';
import { rangeOf, readType, typeWord } from './address.ts';
import { AlertsAbout, FindingsAbout, RulesAbout } from './happened.tsx';
import { FeaturesTable, OverTime } from './over-time.tsx';
import { RelatedPanels } from './related.tsx';
import './page.css';

const BARS = 60;
const EVERY_MS = 30_000;

export function EntityPage() {
  const { type: text, value } = useParams({ from: '/inside/entities/$type/$value' });
  const type = readType(text);
  useTitle(type === null ? 'Entities' : value);
  if (type === null)
    return (
      <Page title="Entities">
        <Empty icon="thing" title="There is no such kind" action={<Link to="/entities">All entities</Link>}>
          There are pages of hosts, users, addresses, domains, hashes and service identities; this address says <code>{text}</code>.
        </Empty>
      </Page>
    );
  return <Profile key={`${type} ${value}`} type={type} value={value} />;
}

function Profile({ type, value }: { readonly type: EntityType; readonly value: string }) {
  const search = useSearch({ from: '/inside/entities/$type/$value' });
  const navigate = useNavigate();
  const range = rangeOf(search);
  const key = `${type} ${value} ${range.from} ${range.to}`;
  const moving = isMoving(range) ? { everyMs: EVERY_MS } : {};
  const within = () => {
    const { from, to } = resolveRange(range, Date.now());
    return { type, value, from: toIso(from), to: toIso(to) };
  };
  const about = useFresh(EntityAboutDocument, { key, variables: within, what: `What is known of this ${typeWord(type).toLowerCase()}`, ...moving });
  const records = useFresh(EntityRecordsDocument, { key, variables: within, what: 'Alerts and findings', ...moving });
  const overTime = useFresh(EntityOverTimeDocument, {
    key,
    variables: () => ({ ...within(), spanSeconds: barSeconds(resolveRange(range, Date.now()), BARS) }),
    what: 'Its events over time',
    ...moving,
  });
  const span = useMemo(() => resolveRange(range, Date.now()), [key, overTime.at]);
  const q = entityFields(type)
    .map((field) => fieldTerm(field, value, false))
    .join(' or ');
  return (
    <Page
      className="entity-page"
      title={
        <span className="entity-title">
          <Icon name={entityIcon(type)} size={20} />
          <span className="faint">{typeWord(type)}</span> <Copy text={value} label={typeWord(type).toLowerCase()} length={48} />
        </span>
      }
      tools={
        <>
          <Link className="button button-plain" to="/events" search={{ q, from: range.from, to: range.to }}>
            Its events
          </Link>
          <RangePicker range={range} onChange={(next) => void navigate({ to: '/entities/$type/$value', params: { type, value }, search: { ...next } })} />
        </>
      }
    >
      <div className="page-scroll">
        <div className="entity-grid">
          <About about={about} type={type} />
          <OverTime overTime={overTime} span={span} />
          <AlertsAbout records={records} />
          <RulesAbout records={records} />
          <RelatedPanels about={about} />
          <FindingsAbout records={records} />
          <FeaturesTable overTime={overTime} />
        </div>
      </div>
    </Page>
  );
}
