// What a hunt found: an event each, with the field that met.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { HuntFindingsDocument, type HuntFindingsQuery, type HuntRowFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { EntityTag } from '../kit/entity.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { count } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { Value } from '../kit/value.tsx';
import { isOver } from './words.tsx';

type Findings = NonNullable<HuntFindingsQuery['hunt']>['findings'];
const PAGE = 50;
/** A finding takes some seconds from its match. */
const EVERY_MS = 4_000;

export function FoundPanel({ hunt: { id, state, matches, newFindings } }: { readonly hunt: HuntRowFragment }) {
  const fresh = useFresh(HuntFindingsDocument, {
    key: `${id} ${matches > 0}`,
    variables: () => ({ id, first: PAGE }),
    what: 'What it found',
    everyMs: EVERY_MS,
  });
  const [older, setOlder] = useState<Findings>();
  const [problem, setProblem] = useState<Problem>();
  const first = fresh.data?.hunt?.findings;
  const edges = first && [...new Map([...first.edges, ...(older?.edges ?? [])].map((edge) => [edge.cursor, edge])).values()];
  const { hasNextPage, endCursor } = (older ?? first)?.pageInfo ?? { hasNextPage: false, endCursor: null };
  const more = () =>
    void ask(HuntFindingsDocument, { id, first: PAGE, after: endCursor ?? null }, 'Older ones').then((result) => {
      setProblem('data' in result ? undefined : result.problem);
      const page = 'data' in result ? result.data.hunt?.findings : undefined;
      if (page !== undefined) setOlder((before) => ({ edges: [...(before?.edges ?? []), ...page.edges], pageInfo: page.pageInfo }));
    });
  return (
    <Panel
      title="Found"
      note={`${count(matches)}, ${count(newFindings)} of them by no hunt before`}
      actions={<Stale problem={fresh.problem} at={fresh.at} />}
      isFlush
    >
      {edges === undefined &&
        (fresh.problem === undefined ? <Waiting rows={4} label="Loading what it found" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {edges?.length === 0 && (
        <Empty icon="hunt" title={isOver(state) ? 'It found nothing' : 'Nothing yet'}>
          {isOver(state) ? 'No event of the range has what it looked for.' : 'What it finds stands here as it goes, the newest events first.'}
        </Empty>
      )}
      {edges !== undefined && edges.length > 0 && (
        <Table
          label="Found"
          columns={['Event time', 'Found', 'In', 'About', 'Dataset']}
          end={
            <span className="hunt-zone faint">
              Times are <ZoneTag />
            </span>
          }
        >
          {edges.map(({ cursor, node }) => (
            <Row key={cursor} finding={node} isOver={isOver(state)} />
          ))}
        </Table>
      )}
      {hasNextPage && (
        <div className="hunt-more">
          {problem !== undefined && <p role="alert">{problem.advice}</p>}
          <Button kind="quiet" onClick={more}>
            Show older
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Row({ finding, isOver: mayBeGone }: { readonly finding: Findings['edges'][number]['node']; readonly isOver: boolean }) {
  if (finding === null)
    return (
      <tr>
        <td colSpan={5} className="faint">
          {mayBeGone ? 'A finding that is on its way, or that retention has dropped' : 'A finding that is on its way'}
        </td>
      </tr>
    );
  const [field] = finding.matchedFields;
  const [reference] = finding.events;
  const eventId = reference?.event?.id;
  return (
    <tr>
      <th scope="row">
        {eventId === undefined ? (
          <span title="Retention has dropped the event">
            <Moment at={finding.time} isDated />
          </span>
        ) : (
          <Link to="/events/$eventId" params={{ eventId }} search={{}}>
            <Moment at={finding.time} isDated />
          </Link>
        )}
      </th>
      <td>{finding.rule.title}</td>
      <td className="hunt-met">
        {field !== undefined && (
          <>
            <span className="faint">{field.name}</span> <Value field={field.name} value={field.value} length={60} />
          </>
        )}
      </td>
      <td>
        <span className="hunt-entities">
          {finding.entities.slice(0, 3).map(({ type, value }) => (
            <EntityTag key={`${type} ${value}`} type={type} value={value} length={28} isShort />
          ))}
        </span>
      </td>
      <td className="quiet">{reference?.dataset}</td>
    </tr>
  );
}
