// Every event that contributed, with the place of its record on the topic, and the sensor's own document on demand.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { AlertEvidenceDocument } from '../gql/graphql.ts';
import { summary } from '../events/summary.ts';
import { Document } from '../kit/document.tsx';
import { Icon } from '../kit/icon.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { count, exactCount, plural } from '../kit/numbers.ts';
import { Failed, Waiting } from '../kit/states.tsx';
import type { AlertFull } from './detail.tsx';
import './evidence.css';

export function Evidence({ alert }: { readonly alert: AlertFull }) {
  const [open, setOpen] = useState<string>();
  const documents = useFresh(AlertEvidenceDocument, { key: open === undefined ? null : alert.id, variables: () => ({ id: alert.id }), what: 'The documents' });
  const native = new Map((documents.data?.alert?.events ?? []).map((event) => [event.id, event.event?.native]));
  return (
    <section className="part" aria-label="Contributing events">
      <h3>
        Contributing events <span className="faint number">{plural(alert.eventCount, 'event')}</span>
      </h3>
      <div className="evidence" role="table" aria-label="Contributing events" aria-rowcount={alert.events.length}>
        <div role="rowgroup">
          <div className="evidence-row evidence-head" role="row">
            <span role="columnheader">
              Time <ZoneTag />
            </span>
            <span role="columnheader">What</span>
            <span role="columnheader">Topic</span>
            <span role="columnheader" className="evidence-number">
              Partition
            </span>
            <span role="columnheader" className="evidence-number">
              Offset
            </span>
          </div>
        </div>
        <div role="rowgroup">
          {alert.events.map((event) => {
            const isOpen = open === event.id;
            return (
              <div key={event.id} className="evidence-item">
                <div className="evidence-row" role="row">
                  <span role="cell">
                    <button type="button" className="evidence-open" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? undefined : event.id)}>
                      <Icon name={isOpen ? 'down' : 'right'} size={14} />
                      <Moment at={event.time} />
                    </button>
                  </span>
                  <span role="cell" className="cut evidence-what">
                    <span className="faint">{event.dataset}</span>{' '}
                    {event.event === null ? <span className="faint">neither stored yet nor kept</span> : summary(event.event)}
                  </span>
                  <span role="cell" className="cut" title={event.topic}>
                    <code>{event.topic}</code>
                  </span>
                  <span role="cell" className="evidence-number">
                    <code>{event.partition}</code>
                  </span>
                  <span role="cell" className="evidence-number" title={exactCount(event.offset)}>
                    <code>{event.offset}</code>
                  </span>
                </div>
                {isOpen && (
                  <div className="evidence-document">
                    {documents.problem !== undefined && <Failed problem={documents.problem} onRetry={documents.reload} />}
                    {documents.problem === undefined && documents.isLoading && <Waiting rows={4} label="Loading the document" />}
                    {!documents.isLoading &&
                      (native.get(event.id) === undefined ? (
                        <p className="faint">The event is neither stored yet nor kept any more.</p>
                      ) : (
                        <Document value={native.get(event.id)} label="Native document" />
                      ))}
                    <Link className="evidence-link" to="/events/$eventId" params={{ eventId: event.id }} search={{}}>
                      All fields of this event <Icon name="right" size={13} />
                    </Link>
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {alert.eventCount > alert.events.length && (
        <p className="faint part-note">
          The first and last {Math.ceil(alert.events.length / 2)} of {count(alert.eventCount)} events.
        </p>
      )}
    </section>
  );
}
