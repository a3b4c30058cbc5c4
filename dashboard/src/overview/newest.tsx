// The events that came last. They stand still while the pointer is on them.
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { Flow } from '../events/list.tsx';
import { summary } from '../events/summary.ts';
import { NewestEventsDocument, type NewestEventsQuery } from '../gql/graphql.ts';
import { shortHost } from '../kit/entity.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { Value } from '../kit/value.tsx';

const SHOWN = 12;
const EVERY_MS = 2000;

export function Newest() {
  const [isHeld, setHeld] = useState(false);
  const fresh = useFresh(NewestEventsDocument, { key: 'newest', variables: () => ({ first: SHOWN }), what: 'The newest events', everyMs: EVERY_MS });
  const kept = useRef<NewestEventsQuery>(undefined);
  if (!isHeld || kept.current === undefined) kept.current = fresh.data;
  const events = (kept.current?.events.edges ?? []).map(({ node }) => node);
  return (
    <Panel
      title="Newest events"
      note={isHeld ? 'held while the pointer is here' : undefined}
      isFlush
      className="overview-newest"
      actions={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          <Link className="button button-quiet" to="/events" search={{ live: '1' }}>
            Live tail
          </Link>
        </>
      }
    >
      {fresh.data === undefined &&
        (fresh.problem === undefined ? <Waiting rows={SHOWN} label="Loading events" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {fresh.data !== undefined && events.length === 0 && (
        <p className="overview-none">No event is stored yet. The first appears about a second after a sensor writes to its topic.</p>
      )}
      {events.length > 0 && (
        <div className="newest" role="table" aria-label="Newest events" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
          <div role="rowgroup">
            <div className="newest-row newest-head" role="row">
              <span role="columnheader">
                Time <ZoneTag />
              </span>
              <span role="columnheader">Dataset</span>
              <span role="columnheader">Host</span>
              <span role="columnheader">What</span>
              <span role="columnheader">Flow</span>
            </div>
          </div>
          <div role="rowgroup">
            {events.map((event) => (
              <div key={event.id} className="newest-row" role="row">
                <span role="cell" className="quiet">
                  <Moment at={event.time} />
                </span>
                <span role="cell" className="cut quiet">
                  <Value field="event.dataset" value={event.dataset} />
                </span>
                <span role="cell" className="cut">
                  {event.host !== null && (
                    <Value field="host.name" value={event.host}>
                      <code>{shortHost(event.host)}</code>
                    </Value>
                  )}
                </span>
                <span role="cell" className="cut">
                  <Link to="/events/$eventId" params={{ eventId: event.id }} search={{}} title={summary(event)}>
                    {summary(event, 'apart')}
                  </Link>
                </span>
                <span role="cell" className="cut quiet">
                  <Flow event={event} />
                </span>
              </div>
            ))}
          </div>
        </div>
      )}
    </Panel>
  );
}
