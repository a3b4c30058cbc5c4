// One event: what it says, its typed fields, what was added to it, the sensor's own document, and where it came from.
import { useEffect, useMemo, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { FoundBy } from '../explanation/found-by.tsx';
import { markerOf } from '../explanation/marks.ts';
import { EventDetailDocument, type EventDetailQuery, type ExplainedRuleFragment } from '../gql/graphql.ts';
import { Button, IconButton, Segments } from '../kit/button.tsx';
import { Copy, copyText } from '../kit/copy.tsx';
import { Document } from '../kit/document.tsx';
import { isContextField } from '../kit/fields.ts';
import { Moment } from '../kit/moment.tsx';
import { duration, exactCount } from '../kit/numbers.ts';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { toMs } from '../kit/time.ts';
import { useTitle } from '../kit/title.ts';
import { Around } from './around.tsx';
import { Fields, flatten, type Field } from './fields-table.tsx';
import { Flow } from './list.tsx';
import { summary } from './summary.ts';
import './detail.css';

type EventFull = NonNullable<EventDetailQuery['event']>;
type Tab = 'fields' | 'context' | 'native' | 'origin';

export function EventDetail({ id, isSplit, onBack }: { readonly id: string; readonly isSplit: boolean; readonly onBack: () => void }) {
  const [tab, setTab] = useState<Tab>('fields');
  const fresh = useFresh(EventDetailDocument, { key: id, variables: () => ({ id }), what: 'The event' });
  const event = fresh.isLoading ? undefined : fresh.data?.event;
  useTitle(event === undefined || event === null ? 'Event' : summary(event));
  const back = <IconButton icon={isSplit ? 'close' : 'left'} label={isSplit ? 'Close the event' : 'Back to the list'} onClick={onBack} />;

  let body: React.ReactNode;
  if (event === undefined)
    body =
      fresh.problem === undefined ? (
        <Waiting rows={12} label="Loading the event" />
      ) : (
        <Failed problem={fresh.problem} onRetry={fresh.reload} stillWorks="The list stays as it was." />
      );
  else if (event === null)
    body = (
      <Empty
        icon="events"
        title="This event is not stored"
        action={
          <Button kind="main" onClick={fresh.reload}>
            Look again
          </Button>
        }
      >
        Events from the tail are stored within a second or so. Older ones go with the retention; those that an alert rests on are kept with it.
      </Empty>
    );
  else body = <Told event={event} tab={tab} onTab={setTab} isSplit={isSplit} />;
  return (
    <article className="event" aria-label="Event">
      <div className="event-top">
        {back}
        <span className="event-top-title">Event</span>
        <span className="detail-actions-inline">
          {event !== undefined && event !== null && (
            <>
              <Around event={event} />
              <IconButton icon="copy" label="Copy the event as JSON" onClick={() => void copyText(asJson(event))} />
            </>
          )}
          <IconButton icon="chain" label="Copy the link to this event" onClick={() => void copyText(location.href)} />
        </span>
      </div>
      <div className="event-scroll" tabIndex={0}>
        {body}
      </div>
    </article>
  );
}

function Told({ event, tab, onTab, isSplit }: { readonly event: EventFull; readonly tab: Tab; readonly onTab: (tab: Tab) => void; readonly isSplit: boolean }) {
  const [explained, setExplained] = useState<readonly ExplainedRuleFragment[]>([]);
  useEffect(() => setExplained([]), [event.id]);
  const mark = useMemo(() => markerOf(explained), [explained]);
  const all = flatten(event.fields);
  const context = all.filter(({ name }) => isContextField(name));
  const own = all.filter(({ name }) => !isContextField(name));
  return (
    <>
      <header className="event-head">
        {!isSplit && <h1 className="hidden-text">Event</h1>}
        <h2 className="event-title">{summary(event)}</h2>
        <p className="quiet">
          <Moment at={event.time} isLong />
        </p>
        <p className="quiet">{[event.dataset, event.action, event.outcome].filter((part) => part !== null).join(' · ')}</p>
        <p>
          <Flow event={event} />
        </p>
      </header>
      {event.findings !== null && event.findings.length > 0 && (
        <FoundBy findings={event.findings} onRule={(rule) => setExplained((before) => [...before, rule])} />
      )}
      <div className="event-tabs">
        <Segments<Tab>
          label="Parts of the event"
          value={tab}
          onChange={onTab}
          choices={[
            {
              value: 'fields',
              label: (
                <>
                  Fields <span className="segment-count">{own.length}</span>
                </>
              ),
            },
            {
              value: 'context',
              label: (
                <>
                  Context <span className="segment-count">{context.length}</span>
                </>
              ),
            },
            { value: 'native', label: 'Native' },
            { value: 'origin', label: 'Origin' },
          ]}
        />
      </div>
      {tab === 'fields' && <Fields fields={[...own, ...labels(event.labels)]} mark={mark} />}
      {tab === 'context' &&
        (context.length === 0 ? (
          <p className="event-none">Nothing is known about what this event names: no geography, asset or zone.</p>
        ) : (
          <Fields fields={context} />
        ))}
      {tab === 'native' && (
        <div className="event-native">
          <Document value={event.native} label="Native document" mark={mark} />
        </div>
      )}
      {tab === 'origin' && <Origin event={event} />}
    </>
  );
}

/** Its fields by their names, and the sensor's own document. */
const asJson = ({ id, fields, native }: EventFull): string => JSON.stringify({ id, fields, native }, null, 2);

const labels = (value: unknown): Field[] => flatten(value).map(({ name, values }) => ({ name: `labels.${name}`, values }));

function Origin({ event }: { readonly event: EventFull }) {
  const { topic, partition, offset, appendedAt, parser, parserVersion } = event.provenance;
  const behind = toMs(appendedAt) - toMs(event.time);
  return (
    <dl className="facts event-origin">
      <dt>Topic</dt>
      <dd>
        <Copy text={topic} label="topic" length={40} />
      </dd>
      <dt>Partition</dt>
      <dd>
        <code>{partition}</code>
      </dd>
      <dt>Offset</dt>
      <dd title={exactCount(offset)}>
        <code>{offset}</code>
      </dd>
      <dt>Happened</dt>
      <dd>
        <Moment at={event.time} isLong />
      </dd>
      <dt>Appended</dt>
      <dd>
        <Moment at={appendedAt} isLong />{' '}
        <span className="faint">{behind >= 0 ? `${duration(behind)} later` : `${duration(-behind)} earlier: the sensor's clock is ahead`}</span>
      </dd>
      <dt>Stored</dt>
      <dd>
        {event.storedAt === null ? (
          <span className="faint">not yet</span>
        ) : (
          <>
            <Moment at={event.storedAt} isLong /> <span className="faint">{duration(toMs(event.storedAt) - toMs(appendedAt))} later</span>
          </>
        )}
      </dd>
      <dt>Sensor</dt>
      <dd>{event.sensor}</dd>
      <dt>Parser</dt>
      <dd>
        {parser}, version {parserVersion}
      </dd>
      <dt>Id</dt>
      <dd>
        <Copy text={event.id} label="event id" length={30} />
      </dd>
    </dl>
  );
}
