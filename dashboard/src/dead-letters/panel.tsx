// Records that were set aside, each with the reason and its own place, so that it can be found and sent again.
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { DeadLettersDocument, type PipelineHealthQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { bytes, count, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Content } from './content.tsx';
import { Reasons } from './reasons.tsx';
import { Redrive } from './redrive.tsx';
import './dead-letters.css';

const PAGE = 25;
const MOST = 200;
const EVERY_MS = 15_000;

interface DeadLettersProps {
  /** Null while they are not known. */
  readonly counts: PipelineHealthQuery['pipeline']['deadLetterCounts'];
  readonly refused: PipelineHealthQuery['pipeline']['refusedSources'];
  readonly code: string | undefined;
  readonly open: string | undefined;
  readonly onCode: (code: string) => void;
  readonly onOpen: (id: string) => void;
}

export function DeadLetters({ counts, refused, code, open, onCode, onOpen }: DeadLettersProps) {
  const [first, setFirst] = useState(PAGE);
  const fresh = useFresh(DeadLettersDocument, {
    key: `${code ?? ''} ${first}`,
    variables: () => ({ first, filter: code === undefined ? {} : { code } }),
    what: 'Dead letters',
    everyMs: EVERY_MS,
  });
  const edges = fresh.data?.deadLetters.edges ?? [];
  const hasMore = fresh.data?.deadLetters.pageInfo.hasNextPage === true;
  return (
    <Panel title="Dead letters" note="set aside with their reason; nothing is thrown away" isFlush actions={<Stale problem={fresh.problem} at={fresh.at} />}>
      {(refused ?? []).map(({ topic, count: n, code: reason, isThrottled }) => (
        <p key={topic} className="letter-source" role="note">
          <Icon name="warning" size={14} /> <code>{topic}</code>: {plural(n, 'record')} refused within 10 minutes, mostly {reason}. Its owner should look at
          what it sends{isThrottled && '; it is read more slowly while this lasts'}.
        </p>
      ))}
      {counts !== null && counts !== undefined && counts.length > 0 && (
        <ul className="codes" aria-label="Dead letters by code">
          <li>
            <button type="button" className="code" aria-pressed={code === undefined} onClick={() => onCode('')}>
              All <span className="faint number">{count(counts.reduce((sum, { count: n }) => sum + n, 0))}</span>
            </button>
          </li>
          {counts.map(({ name, count: n }) => (
            <li key={name}>
              <button type="button" className="code" aria-pressed={code === name} onClick={() => onCode(name)}>
                {name} <span className="faint number">{count(n)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {fresh.data === undefined &&
        (fresh.problem === undefined ? <Waiting rows={5} label="Loading dead letters" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {fresh.data !== undefined && edges.length === 0 && (
        <Empty icon="check" title="No record was set aside">
          A record that cannot be read, or that breaks a rule of its topic, would be listed here with the reason, and could be sent again after a fix.
        </Empty>
      )}
      {fresh.data !== undefined && edges.length > 0 && <Reasons reasons={fresh.data.deadLetterReasons} />}
      {code !== undefined && <Redrive key={code} filter={{ code }} what={`All with ${code}`} />}
      {edges.length > 0 && (
        <div className="letters" role="table" aria-label="Dead letters">
          <div role="rowgroup">
            <div className="letter-row letter-head" role="row">
              <span role="columnheader">
                Time <ZoneTag />
              </span>
              <span role="columnheader">Code</span>
              <span role="columnheader">Reason</span>
              <span role="columnheader">Stage</span>
              <span role="columnheader">From</span>
              <span role="columnheader" className="n">
                Size
              </span>
            </div>
          </div>
          <div role="rowgroup">
            {edges.map(({ node: letter }) => {
              const isOpen = letter.id === open;
              return (
                <div key={letter.id}>
                  <div className="letter-row" role="row">
                    <span role="cell">
                      <button type="button" className="letter-open" aria-expanded={isOpen} onClick={() => onOpen(isOpen ? '' : letter.id)}>
                        <Icon name={isOpen ? 'down' : 'right'} size={14} />
                        <Moment at={letter.at} isLong />
                      </button>
                    </span>
                    <span role="cell" className="cut">
                      <code>{letter.code}</code>
                    </span>
                    <span role="cell" className="cut" title={letter.message}>
                      {letter.message}
                    </span>
                    <span role="cell" className="cut quiet">
                      {letter.stage}
                    </span>
                    <span role="cell" className="cut" title={`${letter.topic} partition ${letter.partition} offset ${letter.offset}`}>
                      <code>
                        {letter.topic} {letter.partition}:{letter.offset}
                      </code>
                    </span>
                    <span role="cell" className="n quiet">
                      {bytes(letter.bytes)}
                    </span>
                  </div>
                  {isOpen && (
                    <div className="letter-more">
                      <p>{letter.message}</p>
                      <p className="quiet">
                        {letter.meaning} Set aside by version {letter.version}
                        {letter.attempt > 1 && `, for the ${letter.attempt}. time`}.
                        {letter.redrivenAt !== null && (
                          <>
                            {' '}
                            Sent again <Moment at={letter.redrivenAt} isLong /> by {letter.redrivenBy}.
                          </>
                        )}
                        {letter.without !== '' && ` ${letter.without}.`}
                      </p>
                      <Content id={letter.id} />
                      <Redrive key={letter.id} filter={{ ids: [letter.id] }} what="This one" />
                      <p className="faint">
                        <code>./goshawk dead-letters show {letter.id}</code> shows all of it.
                      </p>
                    </div>
                  )}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {hasMore && (
        <div className="letters-end">
          {first < MOST ? (
            <Button kind="quiet" onClick={() => setFirst(Math.min(MOST, first + 50))}>
              Show more
            </Button>
          ) : (
            <span className="faint">
              <code>./goshawk dead-letters list</code> lists them all.
            </span>
          )}
        </div>
      )}
    </Panel>
  );
}
