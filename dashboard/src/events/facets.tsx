// The most frequent values of a few fields within the search: what is there, and a click away from looking closer.
import { useContext, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EventFacetDocument } from '../gql/graphql.ts';
import { IconButton } from '../kit/button.tsx';
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
  const [own, setOwn] = useState(ownFacets);
  const keep = (fields: readonly string[]) => {
    localStorage.setItem(OWN_KEY, JSON.stringify(fields));
    setOwn(fields);
  };
  return (
    <aside className="facets" aria-label="Frequent values">
      {FIELDS.map(({ field, name }, index) => (
        <Facet key={field} field={field} name={name} search={search} isOpenAtFirst={index < 3} />
      ))}
      {own.map((field) => (
        <Facet key={field} field={field} name={field} search={search} isOpenAtFirst onRemove={() => keep(own.filter((other) => other !== field))} />
      ))}
      <form
        className="facet-add"
        onSubmit={(event) => {
          event.preventDefault();
          const field = new FormData(event.currentTarget).get('field');
          event.currentTarget.reset();
          if (typeof field === 'string' && FIELD.test(field.trim())) keep([...own.filter((other) => other !== field.trim()), field.trim()].slice(-MOST_OWN));
        }}
      >
        <input
          className="input"
          name="field"
          placeholder="Another field"
          aria-label="Show the values of another field"
          title="Its ECS name; Enter adds it"
          maxLength={200}
          spellCheck={false}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </form>
    </aside>
  );
}

const OWN_KEY = 'goshawk.facets';
const MOST_OWN = 8;
const FIELD = /^@?\w[\w.@-]*$/;
/** Fields that the reader added in this browser. What cannot be read counts as none. */
function ownFacets(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(OWN_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((field): field is string => typeof field === 'string' && FIELD.test(field)).slice(0, MOST_OWN) : [];
  } catch {
    return [];
  }
}

function Facet({
  field,
  name,
  search,
  isOpenAtFirst,
  onRemove,
}: {
  readonly field: string;
  readonly name: string;
  readonly search: EventsSearch;
  readonly isOpenAtFirst: boolean;
  readonly onRemove?: () => void;
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
      <h2 className="facet-title">
        <button type="button" className="facet-head" aria-expanded={isOpen} title={field} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} size={14} />
          <span className="cut">{name}</span>
        </button>
        {onRemove !== undefined && <IconButton icon="close" label={`Without ${field}`} onClick={onRemove} />}
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
