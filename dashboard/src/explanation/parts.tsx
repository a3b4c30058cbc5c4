// A rule part by part, each with what it asks for, what the event has there, and which part of that met.
import { useState } from 'react';
import type { ExplainedKind } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { MarkedParts } from '../kit/marked-text.tsx';
import { count } from '../kit/numbers.ts';
import type { ExplainedPart } from './deciding.ts';
import './explanation.css';

type ExplainedValue = ExplainedPart['values'][number];

const WORDS: Record<ExplainedKind, string> = {
  logsource: 'Log source',
  condition: 'Condition',
  selection: 'Selection',
  filter: 'Filter',
  and: 'All of',
  or: 'One of',
  not: 'Not',
  entry: '',
};
const MOST_VALUES = 6;
const MOST_SEEN = 4;

export function Parts({ parts, label }: { readonly parts: readonly ExplainedPart[]; readonly label: string }) {
  return (
    <ol className="explained" aria-label={label}>
      {parts.map((part, index) => (
        <PartLine key={`${index} ${part.text}`} part={part} />
      ))}
    </ol>
  );
}

export function Holds({ holds }: { readonly holds: boolean }) {
  return (
    <span className={holds ? 'explained-holds' : 'explained-fails'}>
      <Icon name={holds ? 'check' : 'close'} size={14} />
      <span className="hidden-text">{holds ? 'holds' : 'does not hold'}: </span>
    </span>
  );
}

function PartLine({ part }: { readonly part: ExplainedPart }) {
  const { depth, kind, text, holds } = part;
  const isWord = kind === 'and' || kind === 'or' || kind === 'not';
  return (
    <li className={`explained-part explained-${kind}`} style={{ '--depth': depth } as React.CSSProperties}>
      <Holds holds={holds} />
      <span className="explained-body">
        <span>
          {WORDS[kind] !== '' && <span className="faint">{WORDS[kind]} </span>}
          {!isWord && <code>{text}</code>}
          {kind === 'logsource' && !holds && <span className="faint"> the event has {part.seen.length === 0 ? 'none' : part.seen.join(', ')}</span>}
        </span>
        {kind === 'entry' && (
          <>
            <Wanted part={part} />
            <Seen part={part} />
          </>
        )}
      </span>
    </li>
  );
}

/** What is asked for, those that hold first. */
function Wanted({ part: { values, valueCount } }: { readonly part: ExplainedPart }) {
  const [isAll, setAll] = useState(false);
  const sorted = values.toSorted((a, b) => Number(b.holds) - Number(a.holds));
  const shown = isAll ? sorted : sorted.slice(0, MOST_VALUES);
  return (
    <span className="explained-values">
      <span className="faint">wants </span>
      {shown.map(({ value, holds }, index) => (
        <span key={`${index} ${value}`}>
          <Holds holds={holds} />
          <code>{value}</code>
        </span>
      ))}
      {valueCount > shown.length && (
        <Button kind="quiet" onClick={() => setAll(true)} disabled={isAll}>
          {isAll ? `and ${count(valueCount - shown.length)} more` : `all ${count(valueCount)}`}
        </Button>
      )}
    </span>
  );
}

/** What is there, with what met marked in it. */
export function Seen({ part: { values, seen, has, foundAs, text } }: { readonly part: ExplainedPart }) {
  const met = values.flatMap((value) => value.met).slice(0, MOST_SEEN);
  if (met.length === 0 && text.startsWith('keyword')) return null;
  return (
    <span className="explained-values">
      <span className="faint">{met.length > 0 ? 'met ' : 'has '}</span>
      {met.map((one, index) => (
        <Met key={`${index} ${one.before}`} met={one} />
      ))}
      {has === 'missing' && 'no such field'}
      {has === 'null_value' && 'null'}
      {has === 'object' && 'neither a text nor a list of texts'}
      {met.length === 0 && has === 'value' && seen.slice(0, MOST_SEEN).map((one, index) => <code key={`${index} ${one}`}>{one}</code>)}
      {met.length === 0 && seen.length > MOST_SEEN && <span className="faint">and {count(seen.length - MOST_SEEN)} more</span>}
      {foundAs !== null && (
        <span className="faint">
          {' '}
          as <code>{foundAs}</code>
        </span>
      )}
    </span>
  );
}

export function Met({ met: { path, before, part, after } }: { readonly met: ExplainedValue['met'][number] }) {
  return (
    <span className="explained-met">
      <code>
        <MarkedParts marked={{ before, part, after }} />
      </code>
      {path !== null && (
        <span className="faint">
          {' '}
          in <code>{path}</code>
        </span>
      )}
    </span>
  );
}
