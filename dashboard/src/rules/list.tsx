// Rules, one a row; only those in view are in the page.
import { Link } from '@tanstack/react-router';
import { Cell, Head, Rows } from '../kit/rows.tsx';
import { SeverityMark, SeverityShape, severityWord } from '../kit/severity.tsx';
import { FileMark, Hits, percent, StateMark, Verdicts, type RuleRow } from './words.tsx';

interface ListProps {
  readonly rows: readonly RuleRow[];
  readonly cursor: number;
  /** Two lines a row, for a narrow place. */
  readonly isCompact: boolean;
  readonly onOpen: (rule: RuleRow) => void;
  readonly onNearEnd: () => void;
  readonly end: string;
}
const COLUMNS = '92px minmax(220px, 2fr) 104px 116px 70px 132px minmax(110px, 1fr) minmax(110px, 1fr)';

export function RulesList({ rows, cursor, isCompact, onOpen, onNearEnd, end }: ListProps) {
  return (
    <Rows
      label="Rules"
      items={rows}
      keyOf={({ id }) => id}
      columns={isCompact ? 'minmax(0, 1fr)' : COLUMNS}
      height={isCompact ? 58 : undefined}
      head={isCompact ? undefined : <ListHead />}
      row={(rule) => (isCompact ? <Card rule={rule} /> : <Line rule={rule} />)}
      rowClass={({ state }) => (state === 'retired' ? 'rules-retired' : '')}
      onRow={onOpen}
      cursor={cursor}
      onNearEnd={onNearEnd}
      end={<p className="rows-end">{end}</p>}
    />
  );
}

const ListHead = () => (
  <>
    <Head>Level</Head>
    <Head>Rule</Head>
    <Head>State</Head>
    <Head className="rules-number">Findings, 24 h</Head>
    <Head className="rules-number">Noise</Head>
    <Head>Verdicts, 30 d</Head>
    <Head>Author</Head>
    <Head>From</Head>
  </>
);

function Title({ rule: { id, title } }: { readonly rule: RuleRow }) {
  return (
    <Link to="/rules/rule/$ruleId" params={{ ruleId: id }} className="rules-title" title={title}>
      {title}
    </Link>
  );
}

function Line({ rule }: { readonly rule: RuleRow }) {
  const { level, kind, noise, author, file, suppressed } = rule;
  return (
    <>
      <Cell>
        <SeverityMark severity={level} />
      </Cell>
      <Cell>
        <Title rule={rule} /> {kind !== 'rule' && <span className="faint">{kind}</span>}
      </Cell>
      <Cell>
        <StateMark rule={rule} />
      </Cell>
      <Cell className="rules-number" title={suppressed === 0 ? undefined : `${suppressed} of them met an exception`}>
        <Hits rule={rule} />
      </Cell>
      <Cell className="rules-number" title="Share of all findings of 24 hours">
        {percent(noise)}
      </Cell>
      <Cell>
        <Verdicts rule={rule} />
      </Cell>
      <Cell className="quiet" title={author ?? undefined}>
        {author ?? <span className="faint">not named</span>}
      </Cell>
      <Cell className="quiet">{file === null ? 'written here' : <FileMark file={file} />}</Cell>
    </>
  );
}

function Card({ rule }: { readonly rule: RuleRow }) {
  return (
    <span role="cell" className="rules-card">
      <span className="rules-line">
        <SeverityShape severity={rule.level} />
        <span className="hidden-text">{severityWord(rule.level)}: </span>
        <span className="cut">
          <Title rule={rule} />
        </span>
      </span>
      <span className="rules-line quiet">
        <StateMark rule={rule} />
        <span className="rules-end">
          <Hits rule={rule} /> in 24 h
        </span>
      </span>
    </span>
  );
}
