// The most frequent values of a few fields within the search: what is there, and a click away from looking closer.
import { useContext, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EventFacetDocument } from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { count, exactCount } from '../kit/numbers.ts';
import { isMoving } from '../kit/range.ts';
import { ValueContext } from '../kit/value.tsx';
import { filterOf, rangeOf, spanOf, type EventsSearch } from './address.ts';

const FIELDS: readonly { readonly field: string; readonly name: string }[] = [
  { field: 'event.dataset', name: 'Dataset' },
  { field: 'host.name', name: 'Host' },
  { field: 'user.name', name: 'User' },
  { field: 'process.name', name: 'Process' },
  { field: 'source.ip', name: 'Source' },
  { field: 'destination.ip', name: 'Destination' },
  { field: 'destination.port', name: 'Port' },
  { field: 'event.code', name: 'Event code' },
  { field: 'event.action', name: 'Action' },
  { field: 'observer.name', name: 'Sensor' },
];
const SHOWN = 6;
const EVERY_MS = 30_000;

export function Facets({ search }: { readonly search: EventsSearch }) {
  return (
    <aside className="facets" aria-label="Frequent values">
      {FIELDS.map(({ field, name }, index) => (
        <Facet key={field} field={field} name={name} search={search} isOpenAtFirst={index < 3} />
      ))}
    </aside>
  );
}

function Facet({
  field,
  name,
  search,
  isOpenAtFirst,
}: {
  readonly field: string;
  readonly name: string;
  readonly search: EventsSearch;
  readonly isOpenAtFirst: boolean;
}) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { filter } = useContext(ValueContext);
  const top = useFresh(EventFacetDocument, {
    key: isOpen ? JSON.stringify([field, search.q, search.from, search.to]) : null,
    variables: () => {
      const span = spanOf(search);
      const { from, to } = filterOf(search, span);
      return { field, from: from ?? '', to: to ?? '', first: SHOWN, filter: search.q === undefined ? {} : { search: search.q } };
    },
    what: name,
    ...(isMoving(rangeOf(search)) ? { everyMs: EVERY_MS } : {}),
  });
  const values = top.data?.eventTop ?? [];
  const most = values[0]?.count ?? 1;
  return (
    <section className={`facet ${top.isLoading ? 'facet-loading' : ''}`}>
      <h2>
        <button type="button" className="facet-head" aria-expanded={isOpen} title={field} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} size={14} />
          {name}
        </button>
      </h2>
      {isOpen && (
        <ul>
          {values.map((value) => (
            <li key={value.name} className="facet-row">
              <span className="facet-bar" style={{ width: `${(value.count / most) * 100}%` }} />
              <button type="button" className="facet-value cut" title={`Filter for ${field} ${value.name}`} onClick={() => filter(field, value.name, false)}>
                {value.name}
              </button>
              <span className="facet-count number" title={exactCount(value.count)}>
                {count(value.count)}
              </span>
              <button
                type="button"
                className="facet-out"
                aria-label={`Filter out ${value.name}`}
                title="Filter out"
                onClick={() => filter(field, value.name, true)}
              >
                <Icon name="minus" size={13} />
              </button>
            </li>
          ))}
          {values.length === 0 && !top.isLoading && <li className="facet-none">{top.problem === undefined ? 'No values' : 'Not loaded'}</li>}
        </ul>
      )}
    </section>
  );
}
