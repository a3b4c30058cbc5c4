// Whether everything adds up: the last closing of the books, what did not, and the days that are signed.
import { useFresh } from '../data/fresh.ts';
import { LedgerDocument, type LedgerQuery } from '../gql/graphql.ts';
import { Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';

const EVERY_MS = 15_000; // the books are closed once a minute

export function Ledger() {
  const { data, problem, reload } = useFresh(LedgerDocument, { key: 'ledger', variables: () => ({}), what: 'The ledger', everyMs: EVERY_MS });
  if (data === undefined)
    return (
      <Panel title="Ledger">{problem === undefined ? <Waiting rows={2} label="Loading the ledger" /> : <Failed problem={problem} onRetry={reload} />}</Panel>
    );
  const { closedAt, breaks, reports } = data.ledger;
  const [last] = reports;
  return (
    <Panel title="Ledger" note="every record passed, dropped or rejected, and the next stage reads what this one wrote" isFlush>
      {closedAt === null ? (
        <Empty icon="pipeline" title="The books were not closed yet">
          They are closed once a minute by the ticker, which runs beside the API.
        </Empty>
      ) : (
        <p className="part-detail">
          {breaks.length === 0 ? 'Everything adds up' : 'It does not add up'} as of <Moment at={closedAt} isLong />, over the last seven days.
          {last !== undefined && (
            <>
              {' '}
              Signed up to {last.day}, <code title={last.hash}>{last.hash.slice(0, 12)}</code>.
            </>
          )}
        </p>
      )}
      {breaks.length > 0 && <Breaks breaks={breaks} />}
    </Panel>
  );
}

function Breaks({ breaks }: { readonly breaks: LedgerQuery['ledger']['breaks'] }) {
  return (
    <Table label="What does not add up" columns={['Found', 'What', 'Stage', 'Where', { ofNumbers: 'Records' }, 'Detail']}>
      {breaks.map(({ at, kind, stage, topic, partition, from, to, count, detail }) => (
        <tr key={`${at} ${kind} ${stage} ${topic} ${partition} ${from}`}>
          <td>
            <Moment at={at} isLong />
          </td>
          <td>{kind}</td>
          <td>{stage}</td>
          <td>
            <code>
              {topic}/{partition} [{from}, {to})
            </code>
          </td>
          <td className="n">{exactCount(count)}</td>
          <td>{detail}</td>
        </tr>
      ))}
    </Table>
  );
}
