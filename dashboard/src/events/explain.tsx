// What a search means and what it would read, asked before it is.
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { SearchExplanationDocument, type CountSource, type SearchCostFragment, type SearchExplanationQuery } from '../gql/graphql.ts';
import { IconButton } from '../kit/button.tsx';
import { count, exactCount, plural } from '../kit/numbers.ts';
import { barSeconds, toIso } from '../kit/range.ts';
import { spanOf, type EventsSearch } from './address.ts';
import { BARS } from './histogram.tsx';
import './explain.css';

const READS: Record<SearchCostFragment['servedBy'], string> = {
  sums: 'sums; no event is read',
  values: 'the index of values',
  host: 'events of one host, newest first',
  time: 'events one after the other, newest first',
};
const SOURCES: Record<CountSource, string> = {
  days: 'sums of days',
  hours: 'sums of hours',
  minutes: 'sums of minutes',
  index: 'the events that the index of values names',
  events: 'all events of the range',
};

/** @param text As it stands in the box, asked or not. */
export function Explain({ text, search }: { readonly text: string; readonly search: EventsSearch }) {
  const [isOpen, setOpen] = useState(false);
  const explained = useFresh(SearchExplanationDocument, {
    key: isOpen ? JSON.stringify([text, search.from, search.to]) : null,
    variables: () => {
      const span = spanOf(search);
      const range = { from: toIso(span.from), to: toIso(span.to) };
      return { filter: text === '' ? {} : { search: text }, ...range, spanSeconds: barSeconds(span, BARS) };
    },
    what: 'The explanation',
  });
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton icon="scale" label="What this search reads" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover explain" align="end" sideOffset={10} collisionPadding={8} aria-label="What this search reads">
          {explained.problem !== undefined ? (
            <p>{explained.problem.advice}</p>
          ) : explained.isLoading || explained.data === undefined ? (
            <p className="quiet">Asking</p>
          ) : (
            <Explained explanation={explained.data.searchExplanation} />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Explained({ explanation }: { readonly explanation: SearchExplanationQuery['searchExplanation'] }) {
  const { meaning, canonical, eventsInRange, page, count: counted, countSource, isCountRefused, advice } = explanation;
  return (
    <dl>
      <dt>Finds</dt>
      <dd>{meaning}</dd>
      <dt>Reads as</dt>
      <dd>
        <code>{canonical}</code>
      </dd>
      <dt>In the range</dt>
      <dd title={exactCount(eventsInRange)}>{plural(eventsInRange, 'event')}</dd>
      <dt>A page reads</dt>
      <dd>
        {READS[page.servedBy]}
        <Looks cost={page} />
      </dd>
      <dt>The histogram reads</dt>
      <dd>
        {SOURCES[countSource]}
        {isCountRefused ? <strong> · too many, so it is not drawn</strong> : <Looks cost={counted} />}
      </dd>
      {advice !== null && (
        <>
          <dt>Instead</dt>
          <dd>{advice}</dd>
        </>
      )}
    </dl>
  );
}

function Looks({ cost: { events, cost, costLimit, values } }: { readonly cost: SearchCostFragment }) {
  if (events === 0) return null;
  return (
    <span className="quiet">
      {values.length > 0 && ` for ${values.join(', ')}`} · at most {count(events)} looked at, {Math.ceil((cost / costLimit) * 100)} % of what one request may
    </span>
  );
}
