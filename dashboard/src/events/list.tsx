import type { RefObject } from 'react';
import { IconButton } from '../kit/button.tsx';
import { shortHost } from '../kit/entity.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { Cell, Head, Rows } from '../kit/rows.tsx';
import { Value } from '../kit/value.tsx';
import { summary } from './summary.ts';
import type { EventRow } from './use-results.ts';

interface ListProps {
  readonly rows: readonly EventRow[];
  readonly openId: string | undefined;
  readonly cursor: number;
  readonly onOpen: (event: EventRow) => void;
  readonly shape: 'full' | 'short' | 'card';
  /** Columns that the reader chose, in place of host and user. */
  readonly fields: readonly string[];
  readonly onField: (field: string) => void;
  readonly onNearEnd?: () => void;
  readonly onTop: (isAtTop: boolean) => void;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly isHovered: RefObject<boolean>;
  readonly end: React.ReactNode;
}

const COLUMNS = {
  full: '112px minmax(96px, 132px) minmax(88px, 130px) minmax(72px, 104px) minmax(200px, 1fr)',
  short: '112px minmax(90px, 136px) minmax(0, 1fr)',
  card: 'minmax(0, 1fr)',
};

const chosen = (fields: readonly string[]): string => `112px minmax(96px, 132px) ${'minmax(90px, 1fr) '.repeat(fields.length)}minmax(160px, 1.4fr)`;

export function EventList({ rows, openId, cursor, onOpen, shape, fields, onField, onNearEnd, onTop, scroller, isHovered, end }: ListProps) {
  return (
    <Rows
      label="Events"
      items={rows}
      keyOf={(event) => event.id}
      columns={shape === 'full' && fields.length > 0 ? chosen(fields) : COLUMNS[shape]}
      height={shape === 'card' ? 56 : undefined}
      head={shape === 'card' ? undefined : <ListHead isFull={shape === 'full'} fields={fields} onField={onField} />}
      row={(event) => (shape === 'card' ? <Card event={event} /> : <Line event={event} isFull={shape === 'full'} fields={fields} />)}
      rowClass={(event) => (event.id === openId ? 'rows-open' : '')}
      onRow={onOpen}
      cursor={cursor}
      onTop={onTop}
      scroller={scroller}
      isHovered={isHovered}
      end={end}
      {...(onNearEnd === undefined ? {} : { onNearEnd })}
    />
  );
}

/** Of one field, by its dotted name; none where the event does not have it. */
function valuesOf(fields: unknown, name: string): readonly string[] {
  const value = typeof fields === 'object' && fields !== null && Object.hasOwn(fields, name) ? (fields as Readonly<Record<string, unknown>>)[name] : undefined;
  return [value].flat().flatMap((each) => (each === undefined || each === null ? [] : [typeof each === 'string' ? each : JSON.stringify(each)]));
}

interface HeadProps extends Pick<ListProps, 'fields' | 'onField'> {
  readonly isFull: boolean;
}
const ListHead = ({ isFull, fields, onField }: HeadProps) => (
  <>
    <Head>
      Time <ZoneTag />
    </Head>
    <Head>Dataset</Head>
    {isFull && fields.length === 0 && <Head>Host</Head>}
    {isFull && fields.length === 0 && <Head>User</Head>}
    {isFull &&
      fields.map((field) => (
        <Head key={field}>
          <span className="event-column">
            <span className="cut" title={field}>
              {field}
            </span>
            <IconButton icon="close" label={`Without the column ${field}`} onClick={() => onField(field)} />
          </span>
        </Head>
      ))}
    <Head>What</Head>
  </>
);

function Line({ event, isFull, fields }: { readonly event: EventRow; readonly isFull: boolean; readonly fields: readonly string[] }) {
  const hasUsual = isFull && fields.length === 0;
  const text = summary(event, isFull ? 'apart' : 'within');
  return (
    <>
      <Cell className="event-time">
        <Moment at={event.time} />
      </Cell>
      <Cell className="quiet">
        <Value field="event.dataset" value={event.dataset} />
      </Cell>
      {hasUsual && (
        <Cell>
          {event.host !== null && (
            <Value field="host.name" value={event.host}>
              <code>{shortHost(event.host)}</code>
            </Value>
          )}
        </Cell>
      )}
      {hasUsual && (
        <Cell>
          {event.user !== null && (
            <Value field="user.name" value={event.user}>
              <code>{event.user}</code>
            </Value>
          )}
        </Cell>
      )}
      {isFull &&
        fields.map((field) => (
          <Cell key={field}>
            {valuesOf(event.fields, field).map((value) => (
              <Value key={value} field={field} value={value}>
                <code>{value}</code>
              </Value>
            ))}
          </Cell>
        ))}
      <Cell className="event-what">
        {event.kind === 'alert' && <span className="event-kind">alert</span>}
        <span className="cut" title={text}>
          {text}
        </span>
        {hasUsual && !text.includes(event.destinationIp ?? event.sourceIp ?? '\0') && (
          <span className="event-flow cut">
            <Flow event={event} />
          </span>
        )}
      </Cell>
    </>
  );
}

/** Source to destination, each a value of its own. */
export function Flow({ event }: { readonly event: EventRow }) {
  const { sourceIp, sourcePort, destinationIp, destinationPort } = event;
  if (sourceIp === null && destinationIp === null) return null;
  return (
    <code>
      {sourceIp !== null && (
        <Value field="source.ip" value={sourceIp}>
          {sourceIp}
        </Value>
      )}
      {sourcePort !== null && <span className="faint">:{sourcePort}</span>}
      {destinationIp !== null && (
        <>
          <span className="faint"> → </span>
          <Value field="destination.ip" value={destinationIp}>
            {destinationIp}
          </Value>
        </>
      )}
      {destinationPort !== null && <span className="faint">:{destinationPort}</span>}
    </code>
  );
}

function Card({ event }: { readonly event: EventRow }) {
  return (
    <span role="cell" className="event-card">
      <span className="event-card-line">
        <Moment at={event.time} />
        <span className="faint cut">{event.dataset}</span>
        <span className="event-card-host cut">
          <code>{shortHost(event.host ?? event.sourceIp ?? '')}</code>
        </span>
      </span>
      <span className="cut">{summary(event)}</span>
    </span>
  );
}
