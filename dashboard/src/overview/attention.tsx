// What needs somebody now, and which entities it is about.
import { Link } from '@tanstack/react-router';
import type { AlertRowFragment } from '../gql/graphql.ts';
import { EntityTag, shortHost } from '../kit/entity.tsx';
import { Icon } from '../kit/icon.tsx';
import { Ago } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { SEVERITIES, SeverityShape, severityRank, severityWord, StatusMark } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useOpenAlerts } from '../shell/open-alerts.tsx';
import { atRisk } from './risk.ts';

const SHOWN = 6;

const byNeed = (a: AlertRowFragment, b: AlertRowFragment): number =>
  Number(a.status !== 'open') - Number(b.status !== 'open') ||
  severityRank(b.severity) - severityRank(a.severity) ||
  b.score - a.score ||
  b.lastTime.localeCompare(a.lastTime);

export function Attention() {
  const open = useOpenAlerts();
  const alerts = open.alerts ?? [];
  const waiting = alerts.filter(({ status }) => status === 'open');
  const oldest = waiting.reduce<string | undefined>((found, { time }) => (found === undefined || time < found ? time : found), undefined);
  return (
    <Panel
      title="Needs you now"
      isFlush
      className="overview-attention"
      note={
        oldest === undefined ? undefined : (
          <>
            oldest <Ago at={oldest} />
          </>
        )
      }
      actions={
        <>
          <Stale problem={open.problem} at={open.at} />
          <Link className="button button-quiet" to="/alerts">
            All alerts
          </Link>
        </>
      }
    >
      {open.alerts === undefined && open.problem !== undefined && <Failed problem={open.problem} onRetry={open.reload} />}
      {open.alerts === undefined && open.problem === undefined && <Waiting rows={7} label="Loading open alerts" />}
      {open.alerts !== undefined && (
        <>
          <ul className="tally" aria-label="Open alerts by severity">
            {SEVERITIES.map((severity) => {
              const n = waiting.filter((alert) => alert.severity === severity).length;
              return (
                <li key={severity} className={n === 0 ? 'tally-none' : ''}>
                  <Link to="/alerts" search={{ view: 'open', min: severity, sort: 'severity' }} title={`${plural(n, 'open alert')}, ${severityWord(severity)}`}>
                    <span className="tally-count number">
                      {n === 0 && open.isCut(severity) ? '?' : n}
                      {n > 0 && open.isCut(severity) && '+'}
                    </span>
                    <span className="tally-word">
                      <SeverityShape severity={severity} size={9} />
                      {severityWord(severity)}
                    </span>
                  </Link>
                </li>
              );
            })}
          </ul>
          {alerts.length === 0 && (
            <Empty icon="check" title="Nothing waits">
              Alerts show here seconds after a rule meets an event.
            </Empty>
          )}
          <ul className="needs">
            {[...alerts]
              .sort(byNeed)
              .slice(0, SHOWN)
              .map((alert) => (
                <li key={alert.id}>
                  <Link to="/alerts/$alertId" params={{ alertId: alert.id }} search={{}} className="need">
                    <SeverityShape severity={alert.severity} />
                    <span className="hidden-text">{severityWord(alert.severity)}: </span>
                    <span className="need-title cut">{alert.title}</span>
                    <span className="need-who cut">
                      <code title={alert.entities[0]?.value}>{shortHost(alert.entities[0]?.value ?? '')}</code>
                    </span>
                    <StatusMark status={alert.status} verdict={alert.verdict} bare />
                    <span className="need-ago">
                      <Ago at={alert.lastTime} />
                    </span>
                  </Link>
                </li>
              ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

export function AtRisk() {
  const open = useOpenAlerts();
  const entities = atRisk(open.alerts ?? []).slice(0, 8);
  const most = entities[0]?.risk ?? 1;
  return (
    <Panel
      title="Entities at risk"
      note={open.isCut('informational') ? `from the worst and newest ${open.alerts?.length ?? 0} alerts` : 'from alerts not closed'}
      isFlush
      className="overview-risk"
      actions={<Stale problem={open.problem} at={open.at} />}
    >
      {open.alerts === undefined ? (
        <Waiting rows={6} label="Loading entities" />
      ) : (
        <ul className="bars">
          {entities.map((entity) => (
            <li key={`${entity.type} ${entity.value}`} className="bar-row">
              <span className="bar" style={{ width: `${(entity.risk / most) * 100}%` }} />
              <SeverityShape severity={entity.worst} size={10} />
              <span className="hidden-text">{severityWord(entity.worst)}</span>
              <EntityTag type={entity.type} value={entity.value} length={28} />
              <span className="bar-end quiet">{plural(entity.alerts, 'alert')}</span>
              <span className="bar-number number" title="Sum of the scores of its alerts">
                {count(entity.risk)}
              </span>
            </li>
          ))}
          {entities.length === 0 && (
            <li className="overview-none">
              <Icon name="check" />
              No open alert names anybody.
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}
