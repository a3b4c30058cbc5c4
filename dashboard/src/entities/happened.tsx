// What rules found of it: alerts, rules by their findings, the newest findings.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Fresh } from '../data/fresh.ts';
import type { EntityRecordsQuery } from '../gql/graphql.ts';
import { Ago } from '../kit/moment.tsx';
import { count, exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { SeverityShape, severityWord, StatusMark } from '../kit/severity.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';

type Records = Fresh<EntityRecordsQuery>;
type Entity = EntityRecordsQuery['entity'];

/** A list of records, or why there is none. `rows` are null for who may not see them. */
function RecordsPanel<K extends 'alerts' | 'findings' | 'rules'>({
  records,
  of,
  title,
  none,
  className,
  note,
  children,
}: {
  readonly records: Records;
  readonly of: K;
  readonly title: string;
  readonly none: string;
  readonly className: string;
  readonly note?: (rows: NonNullable<Entity[K]>) => string | undefined;
  readonly children: (rows: NonNullable<Entity[K]>) => readonly ReactNode[];
}) {
  const rows = records.data?.entity[of];
  const items = rows === undefined || rows === null ? [] : children(rows);
  return (
    <Panel
      title={title}
      note={rows === undefined || rows === null ? undefined : note?.(rows)}
      isFlush
      className={className}
      actions={<Stale problem={records.problem} at={records.at} />}
    >
      {records.data === undefined &&
        (records.problem === undefined ? (
          <Waiting rows={5} label={`Loading ${title.toLowerCase()}`} />
        ) : (
          <Failed problem={records.problem} onRetry={records.reload} />
        ))}
      {rows === null && <p className="faint entity-end">Your roles do not show alerts and findings.</p>}
      {rows !== undefined && rows !== null && items.length === 0 && <p className="faint entity-end">{none}</p>}
      {items.length > 0 && <ul className="entity-rows">{items}</ul>}
    </Panel>
  );
}

export function AlertsAbout({ records }: { readonly records: Records }) {
  return (
    <RecordsPanel
      records={records}
      of="alerts"
      title="Alerts"
      none="No alert of this range is about it."
      className="entity-alerts"
      note={({ edges, pageInfo }) => (pageInfo.hasNextPage ? `the ${edges.length} that changed last` : undefined)}
    >
      {({ edges }) =>
        edges.map(({ node }) => (
          <li key={node.id}>
            <Link className="entity-row" to="/alerts/$alertId" params={{ alertId: node.id }} search={{}}>
              <SeverityShape severity={node.severity} />
              <span className="hidden-text">{severityWord(node.severity)}: </span>
              <span className="cut">{node.title}</span>
              <StatusMark status={node.status} verdict={node.verdict} bare />
              <span className="number" title="Score">
                {node.score}
              </span>
              <span className="entity-ago faint">
                <Ago at={node.lastTime} />
              </span>
            </Link>
          </li>
        ))
      }
    </RecordsPanel>
  );
}

export function RulesAbout({ records }: { readonly records: Records }) {
  return (
    <RecordsPanel records={records} of="rules" title="Rules that met it" none="No rule met an event of it in this range." className="entity-rules">
      {(rules) =>
        rules.map((rule) => (
          <li key={rule.ruleId}>
            <Link className="entity-row" to="/rules/rule/$ruleId" params={{ ruleId: rule.ruleId }} search={{}}>
              <SeverityShape severity={rule.severity} />
              <span className="hidden-text">{severityWord(rule.severity)}: </span>
              <span className="cut">{rule.title}</span>
              <span />
              <span className="number" title={`${exactCount(rule.count)} findings`}>
                {count(rule.count)}
              </span>
              <span className="entity-ago faint">
                <Ago at={rule.lastTime} />
              </span>
            </Link>
          </li>
        ))
      }
    </RecordsPanel>
  );
}

export function FindingsAbout({ records }: { readonly records: Records }) {
  return (
    <RecordsPanel
      records={records}
      of="findings"
      title="Newest findings"
      none="No finding of this range is about it."
      className="entity-findings"
      note={({ edges, pageInfo }) => (pageInfo.hasNextPage ? `the newest ${edges.length}` : undefined)}
    >
      {({ edges }) =>
        edges.map(({ node }) => {
          const [event] = node.events;
          const row = (
            <>
              <SeverityShape severity={node.severity} />
              <span className="hidden-text">{severityWord(node.severity)}: </span>
              <span className="cut">{node.rule.title}</span>
              <span />
              <span />
              <span className="entity-ago faint">
                <Ago at={node.time} />
              </span>
            </>
          );
          return (
            <li key={node.id}>
              {event === undefined ? (
                <span className="entity-row">{row}</span>
              ) : (
                <Link className="entity-row" to="/events/$eventId" params={{ eventId: event.id }} search={{}} title="The first event that it rests on">
                  {row}
                </Link>
              )}
            </li>
          );
        })
      }
    </RecordsPanel>
  );
}
