// Hunts, one a row; only those in view are in the page.
import { Link } from '@tanstack/react-router';
import type { HuntRowFragment } from '../gql/graphql.ts';
import { Ago, Moment } from '../kit/moment.tsx';
import { count } from '../kit/numbers.ts';
import { Cell, Head, Rows } from '../kit/rows.tsx';
import { SeverityShape, severityWord } from '../kit/severity.tsx';
import { aimOf, HuntMark } from './words.tsx';

interface ListProps {
  readonly rows: readonly HuntRowFragment[];
  readonly cursor: number;
  /** Two lines a row, for a narrow place. */
  readonly isCompact: boolean;
  readonly onOpen: (hunt: HuntRowFragment) => void;
  readonly onNearEnd: () => void;
  readonly end: string;
}
const COLUMNS = 'minmax(180px, 2fr) minmax(160px, 2fr) 230px 90px 90px 300px minmax(120px, 1fr)';

export function HuntList({ rows, cursor, isCompact, onOpen, onNearEnd, end }: ListProps) {
  return (
    <Rows
      label="Hunts"
      items={rows}
      keyOf={({ id }) => id}
      columns={isCompact ? 'minmax(0, 1fr)' : COLUMNS}
      height={isCompact ? 58 : undefined}
      head={isCompact ? undefined : <ListHead />}
      row={(hunt) => (isCompact ? <Card hunt={hunt} /> : <Line hunt={hunt} />)}
      onRow={onOpen}
      cursor={cursor}
      onNearEnd={onNearEnd}
      end={<p className="rows-end">{end}</p>}
    />
  );
}

const ListHead = () => (
  <>
    <Head>Hunt</Head>
    <Head>For</Head>
    <Head>State</Head>
    <Head className="hunt-number">Found</Head>
    <Head className="hunt-number">New</Head>
    <Head>Range</Head>
    <Head>Begun</Head>
  </>
);

const Name = ({ hunt: { id, name } }: { readonly hunt: HuntRowFragment }) => (
  <Link to="/hunts/hunt/$huntId" params={{ huntId: id }} title={name}>
    {name}
  </Link>
);

function Line({ hunt }: { readonly hunt: HuntRowFragment }) {
  return (
    <>
      <Cell>
        <SeverityShape severity={hunt.severity} /> <span className="hidden-text">{severityWord(hunt.severity)}: </span>
        <Name hunt={hunt} />
      </Cell>
      <Cell className={hunt.query === null ? 'quiet' : 'mono quiet'} title={aimOf(hunt)}>
        {aimOf(hunt)}
      </Cell>
      <Cell>
        <HuntMark hunt={hunt} />
      </Cell>
      <Cell className="hunt-number">{count(hunt.matches)}</Cell>
      <Cell className="hunt-number" title="Found by no hunt before">
        {count(hunt.newFindings)}
      </Cell>
      <Cell className="quiet">
        <Moment at={hunt.from} isDated /> to <Moment at={hunt.to} isDated />
      </Cell>
      <Cell className="quiet">
        <Ago at={hunt.createdAt} suffix=" ago" /> by {hunt.createdBy}
      </Cell>
    </>
  );
}

function Card({ hunt }: { readonly hunt: HuntRowFragment }) {
  return (
    <span role="cell" className="hunt-card">
      <span className="hunt-line">
        <SeverityShape severity={hunt.severity} />
        <span className="hidden-text">{severityWord(hunt.severity)}: </span>
        <span className="cut">
          <Name hunt={hunt} />
        </span>
      </span>
      <span className="hunt-line quiet">
        <HuntMark hunt={hunt} />
        <span className="hunt-end">{count(hunt.matches)} found</span>
      </span>
    </span>
  );
}
