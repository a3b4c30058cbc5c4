// What is suppressed, by whom, why, and until when.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import { EndExceptionDocument, ExceptionsDocument, type ExceptionRowFragment } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { toMs } from '../kit/time.ts';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import type { ExceptionsSearch } from './address.ts';
import { conditionLines, endingWords } from './conditions.ts';
import { useMayWrite } from './roles.ts';
import { RuleTabs } from './tabs.tsx';
import './rules.css';

const PAGE = 50;
const MOST = 200;
const EVERY_MS = 30_000;

export function ExceptionsPage() {
  const search = useSearch({ from: '/inside/rules/exceptions' });
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const [first, setFirst] = useState(PAGE);
  /** Those that end when their ten seconds are over. */
  const [ending, setEnding] = useState<ReadonlySet<string>>(new Set());
  useTitle('Exceptions');
  const fresh = useFresh(ExceptionsDocument, {
    key: `${JSON.stringify(search)} ${first}`,
    variables: () => ({ first, filter: { ruleId: search.rule ?? null, withEnded: search.ended === '1' } }),
    what: 'The exceptions',
    everyMs: EVERY_MS,
  });
  const found = fresh.data?.exceptions;
  const rows = (found?.edges.map(({ node }) => node) ?? []).filter(({ id }) => search.ended === '1' || !ending.has(id));
  const show = (next: ExceptionsSearch) => void navigate({ to: '/rules/exceptions', search: next, replace: true, resetScroll: false });
  const end = (exception: ExceptionRowFragment) => {
    const keep = () => setEnding((now) => new Set([...now].filter((id) => id !== exception.id)));
    setEnding((now) => new Set([...now, exception.id]));
    report({
      text: `“${exception.reason}” ends`,
      undo: keep,
      // An exception that has ended cannot be brought back, so it is told after the ten seconds.
      commit: () =>
        void tell(EndExceptionDocument, { id: exception.id }, 'The end of the exception').then((result) => {
          if ('problem' in result) report({ text: `${result.problem.title} ${result.problem.advice}`, isFailure: true });
          keep();
          fresh.reload();
        }),
    });
  };
  return (
    <Page title="Exceptions" className="rules" tools={<Stale problem={fresh.problem} at={fresh.at} />}>
      <RuleTabs />
      <div className="page-scroll coverage">
        <div className="rules-filters">
          <Segments
            label="Which"
            value={search.ended === '1' ? 'all' : 'now'}
            choices={[
              { value: 'now', label: 'In force' },
              { value: 'all', label: 'With ended' },
            ]}
            onChange={(which) => show({ ...(search.rule === undefined ? {} : { rule: search.rule }), ...(which === 'all' ? { ended: '1' } : {}) })}
          />
          {search.rule !== undefined && (
            <Button kind="quiet" icon="close" onClick={() => show(search.ended === '1' ? { ended: '1' } : {})}>
              Of one rule
            </Button>
          )}
        </div>
        {found === undefined &&
          (fresh.problem === undefined ? <Waiting rows={8} label="Loading the exceptions" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {found !== undefined && (
          <Panel title="Exceptions" note={plural(rows.length, 'exception') + (found.pageInfo.hasNextPage ? ' of more' : '')} isFlush>
            {rows.length === 0 ? (
              <Empty icon="check" title="Nothing is suppressed">
                <p>An exception keeps what is known and allowed from making alerts: it stays stored, marked and counted.</p>
                <p>
                  Make one from an alert with <kbd className="key">e</kbd>: pick the fields, and see what it would have suppressed before you save it.
                </p>
              </Empty>
            ) : (
              <Table
                label="Exceptions"
                columns={['What it meets', 'Reason', 'Rules', { ofNumbers: 'Suppressed, 7 d' }, 'Owner', 'Ends', ...(mayWrite ? ['Action'] : [])]}
              >
                {rows.map((exception) => (
                  <Row key={exception.id} exception={exception} onEnd={mayWrite && !ending.has(exception.id) ? end : undefined} hasAction={mayWrite} />
                ))}
              </Table>
            )}
            {found.pageInfo.hasNextPage && (
              <div className="rules-more">
                {first < MOST ? (
                  <Button kind="quiet" onClick={() => setFirst(Math.min(MOST, first * 2))}>
                    Show more
                  </Button>
                ) : (
                  <span className="faint">The {MOST} newest are shown.</span>
                )}
              </div>
            )}
          </Panel>
        )}
      </div>
    </Page>
  );
}

interface RowProps {
  readonly exception: ExceptionRowFragment;
  readonly onEnd: ((exception: ExceptionRowFragment) => void) | undefined;
  readonly hasAction: boolean;
}

function Row({ exception, onEnd, hasAction }: RowProps) {
  const { conditions, reason, ruleIds, suppressed, owner, createdBy, createdAt, expiresAt, endedAt, endedBy, isActive } = exception;
  return (
    <tr className={isActive ? '' : 'rules-retired'}>
      <th scope="row" className="rules-wrap">
        {conditionLines(conditions).map((line) => (
          <code key={line} className="rules-condition">
            {line}
          </code>
        ))}
      </th>
      <td className="rules-wrap">{reason}</td>
      <td>
        {ruleIds.length === 0 && 'every rule'}
        {ruleIds.map((id) => (
          <Link key={id} to="/rules/rule/$ruleId" params={{ ruleId: id }} className="crumb rules-rule" title={id}>
            <code>{id.length > 13 ? `${id.slice(0, 12)}…` : id}</code>
          </Link>
        ))}
      </td>
      <td className="n">{count(suppressed)}</td>
      <td title={`Made by ${createdBy}, ${createdAt}`}>{owner}</td>
      <td>
        {endedAt !== null ? (
          <>
            ended <Moment at={endedAt} isLong /> by {endedBy}
          </>
        ) : (
          <span title={expiresAt}>
            {endingWords(toMs(expiresAt), Date.now())}, <Moment at={expiresAt} isLong />
          </span>
        )}
      </td>
      {hasAction && (
        <td>
          {isActive && (
            <Button kind="quiet" disabled={onEnd === undefined} onClick={() => onEnd?.(exception)}>
              {onEnd === undefined ? 'Ending' : 'End'}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}
