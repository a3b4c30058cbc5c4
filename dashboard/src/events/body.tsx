// The list, or what is said in its place.
import type { ReactNode } from 'react';
import { Button } from '../kit/button.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import type { EventsSearch } from './address.ts';
import type { Results } from './use-results.ts';
import type { Tail } from './use-tail.ts';

const Unread = () => (
  <Empty icon="search" title="The search cannot be read">
    The box above marks the place. Quotation marks around a text look for it as it stands.
  </Empty>
);

interface BodyProps {
  readonly results: Results;
  readonly search: EventsSearch;
  readonly fault: boolean;
  readonly onWiden: () => void;
  readonly onClear: () => void;
  readonly onLive: () => void;
  readonly children: ReactNode;
}

export function Body({ results, search, fault, onWiden, onClear, onLive, children }: BodyProps) {
  if (fault) return <Unread />;
  if (results.isLoading && results.problem !== undefined)
    return (
      <Failed problem={results.problem} onRetry={results.reload} stillWorks="The live tail does not need what does not answer here, if it is the database." />
    );
  if (results.isLoading && results.rows.length === 0) return <Waiting rows={16} label="Loading events" />;
  if (results.rows.length > 0) return <div className={results.isLoading ? 'events-old' : 'events-now'}>{children}</div>;
  if (search.q !== undefined)
    return (
      <Empty
        icon="search"
        title="No event matches"
        action={
          <>
            <Button kind="main" onClick={onWiden}>
              Search the last 24 hours
            </Button>
            <Button kind="quiet" onClick={onClear}>
              Clear the search
            </Button>
          </>
        }
      >
        Words are looked for in the sensor’s own document, case aside. A star stands for anything: <code>process.name:*dump*</code>
      </Empty>
    );
  return (
    <Empty
      icon="events"
      title="No events in this range"
      action={
        <Button kind="main" onClick={onLive}>
          Watch for new ones
        </Button>
      }
    >
      Events appear here about a second after a sensor writes to its topic <code>raw.&lt;organization&gt;.&lt;source&gt;</code>, or a program posts to{' '}
      <code>/v2/events/bulk</code>. <code>./goshawk send --topic raw.default.zeek FILE</code> sends a file.
    </Empty>
  );
}

export function TailBody({ tail, fault, children }: { readonly tail: Tail; readonly fault: boolean; readonly children: ReactNode }) {
  if (fault) return <Unread />;
  if (tail.rows.length > 0) return children;
  if (tail.live.problem !== undefined) return <Failed problem={tail.live.problem} stillWorks="What is stored can be searched: stop the live tail." />;
  return (
    <Empty icon="play" title={tail.live.state === 'open' ? 'Waiting for the next event' : 'Connecting'}>
      Events show here as they leave enrichment, before they are stored.
    </Empty>
  );
}
