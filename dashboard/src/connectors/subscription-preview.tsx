// How much it would have taken of the last day, counted when somebody asks.
import { useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { PublishSubscriptionPreviewDocument, type PublishSubscriptionPreviewQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { RequestId } from '../kit/states.tsx';
import { KINDS, type recordsOf } from './subscription-draft.ts';

type Preview = PublishSubscriptionPreviewQuery['publishSubscriptionPreview'];
type Answer = { readonly key: string } & ({ readonly preview: Preview } | { readonly problem: Problem });

export function SubscriptionPreview({ input }: { readonly input: ReturnType<typeof recordsOf> }) {
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const key = JSON.stringify(input);
  const count = async () => {
    setBusy(true);
    const result = await ask(PublishSubscriptionPreviewDocument, { input }, 'The count');
    setBusy(false);
    setAnswer('data' in result ? { key, preview: result.data.publishSubscriptionPreview } : { key, problem: result.problem });
  };
  const shown = answer?.key === key ? answer : undefined; // of another question, it says nothing about this one
  return (
    <Panel
      title="Of the last day"
      note="what it would have taken, as far as it is stored"
      actions={
        <Button disabled={isBusy || input.kinds.length === 0} onClick={() => void count()}>
          {isBusy ? 'Counting' : 'Count'}
        </Button>
      }
    >
      <div role="status" aria-label="Of the last day">
        {shown === undefined && <p className="faint">{answer === undefined ? 'Not counted yet.' : 'Not counted since it was changed.'}</p>}
        {shown !== undefined && 'problem' in shown && (
          <div className="connector-notice" role="alert">
            <p>{shown.problem.advice}</p>
            <RequestId problem={shown.problem} />
          </div>
        )}
        {shown !== undefined && 'preview' in shown && <Counts preview={shown.preview} />}
      </div>
    </Panel>
  );
}

function Counts({ preview: { from, to, kinds } }: { readonly preview: Preview }) {
  return (
    <>
      <dl className="connector-facts">
        {kinds.map(({ kind, count, problem, datasets }) => (
          <div key={kind}>
            <dt>{KINDS.find((each) => each.kind === kind)?.word ?? kind}</dt>
            <dd>
              {count === null ? <span className="quiet">{problem}</span> : exactCount(count)}
              {datasets.length > 0 && <span className="faint"> {datasets.map(({ dataset, count: each }) => `${dataset} ${exactCount(each)}`).join(', ')}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p className="faint">
        <Moment at={from} isLong /> to <Moment at={to} isLong />
      </p>
    </>
  );
}
