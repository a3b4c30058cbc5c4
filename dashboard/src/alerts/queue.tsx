import { Link } from '@tanstack/react-router';
import { useRef, type RefObject } from 'react';
import { EntityTag } from '../kit/entity.tsx';
import { Icon } from '../kit/icon.tsx';
import { Ago } from '../kit/moment.tsx';
import { count } from '../kit/numbers.ts';
import { Cell, Head, Rows } from '../kit/rows.tsx';
import { SeverityMark, SeverityShape, severityWord, StatusMark } from '../kit/severity.tsx';
import type { AlertRow, Queue } from './use-queue.ts';
import './queue.css';

interface QueueProps {
  readonly queue: Queue;
  readonly openId: string | undefined;
  readonly cursor: number;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (id: string) => void;
  readonly onOpen: (alert: AlertRow, index: number) => void;
  /** Two lines a row, for a narrow place. */
  readonly isCompact: boolean;
  readonly isAtTop: RefObject<boolean>;
  readonly isHovered: RefObject<boolean>;
}

const WIDE_COLUMNS = '18px 92px minmax(240px, 1.4fr) minmax(200px, 1fr) 64px 128px 92px 56px';

export function QueueList({ queue, openId, cursor, selected, onSelect, onOpen, isCompact, isAtTop, isHovered }: QueueProps) {
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div className="queue">
      {queue.waiting > 0 && (
        <button
          type="button"
          className="rows-new queue-new"
          onClick={() => {
            queue.letIn();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          <Icon name="up" size={14} />
          {count(queue.waiting)}
          {queue.isWaitingCut && '+'} new
        </button>
      )}
      <Rows
        label="Alerts"
        items={queue.rows}
        keyOf={(alert) => alert.id}
        columns={isCompact ? '18px minmax(0, 1fr)' : WIDE_COLUMNS}
        height={isCompact ? 62 : undefined}
        head={isCompact ? undefined : <WideHead />}
        row={(alert) =>
          isCompact ? (
            <CompactRow alert={alert} isSelected={selected.has(alert.id)} onSelect={onSelect} />
          ) : (
            <WideRow alert={alert} isSelected={selected.has(alert.id)} onSelect={onSelect} />
          )
        }
        rowClass={(alert) =>
          `${alert.id === openId ? 'rows-open' : ''} ${alert.status === 'closed' ? 'queue-closed' : ''} ${alert.status === 'open' ? 'queue-unread' : ''}`
        }
        onRow={onOpen}
        cursor={cursor}
        onNearEnd={queue.loadMore}
        onTop={(isTop) => {
          isAtTop.current = isTop;
          if (isTop && queue.waiting > 0 && !isHovered.current) queue.letIn();
        }}
        scroller={scroller}
        isHovered={isHovered}
        end={
          <p className="rows-end">
            {queue.hasMore ? 'Loading more' : `${count(queue.rows.length)} ${queue.rows.length === 1 ? 'alert' : 'alerts'}, no more in this range`}
          </p>
        }
      />
    </div>
  );
}

const WideHead = () => (
  <>
    <Head>
      <span className="hidden-text">Selected</span>
    </Head>
    <Head>Severity</Head>
    <Head>Alert</Head>
    <Head>About</Head>
    <Head className="queue-number">Events</Head>
    <Head>Status</Head>
    <Head>Assignee</Head>
    <Head className="queue-number">Last</Head>
  </>
);

interface RowProps {
  readonly alert: AlertRow;
  readonly isSelected: boolean;
  readonly onSelect: (id: string) => void;
}

function Tick({ alert, isSelected, onSelect }: RowProps) {
  return (
    <Cell className="queue-tick">
      <input type="checkbox" checked={isSelected} aria-label={`Select ${alert.title}`} onChange={() => onSelect(alert.id)} />
    </Cell>
  );
}

function WideRow(props: RowProps) {
  const { alert } = props;
  const [first, second] = alert.entities;
  return (
    <>
      <Tick {...props} />
      <Cell>
        <SeverityMark severity={alert.severity} />
      </Cell>
      <Cell title={alert.title}>
        <Link to="/alerts/$alertId" params={{ alertId: alert.id }} search={(now) => now} className="queue-title">
          {alert.title}
        </Link>
        {alert.labels.length > 0 && (
          <span className="queue-labels">
            {alert.labels.slice(0, 3).map((label) => (
              <span key={label} className="tag">
                {label}
              </span>
            ))}
          </span>
        )}
      </Cell>
      <Cell className="queue-about">
        {first !== undefined && <EntityTag {...first} isShort />}
        {second !== undefined && <EntityTag {...second} isShort />}
        {alert.entities.length > 2 && <span className="faint">+{alert.entities.length - 2}</span>}
      </Cell>
      <Cell className="queue-number">{count(alert.eventCount)}</Cell>
      <Cell>
        <StatusMark status={alert.status} verdict={alert.verdict} />
      </Cell>
      <Cell className="quiet">{alert.assignee ?? ''}</Cell>
      <Cell className="queue-number quiet">
        <Ago at={alert.lastTime} />
      </Cell>
    </>
  );
}

function CompactRow(props: RowProps) {
  const { alert } = props;
  const [first] = alert.entities;
  return (
    <>
      <Tick {...props} />
      <span role="cell" className="queue-card">
        <span className="queue-line">
          <SeverityShape severity={alert.severity} />
          <span className="hidden-text">{severityWord(alert.severity)}: </span>
          <Link to="/alerts/$alertId" params={{ alertId: alert.id }} search={(now) => now} className="queue-title cut" title={alert.title}>
            {alert.title}
          </Link>
          <span className="queue-ago">
            <Ago at={alert.lastTime} />
          </span>
        </span>
        <span className="queue-line queue-second">
          <StatusMark status={alert.status} verdict={alert.verdict} bare />
          {first !== undefined && <EntityTag {...first} isShort />}
          <span className="queue-ago">{alert.assignee ?? ''}</span>
        </span>
      </span>
    </>
  );
}
