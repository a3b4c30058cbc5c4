// Why a finding was made; asked for when it is looked at.
import { useEffect, useRef, type ReactNode } from 'react';
import { useFresh } from '../data/fresh.ts';
import { FindingExplanationDocument, type ExplainedRuleFragment, type MissingExplanation } from '../gql/graphql.ts';
import { Failed, Waiting } from '../kit/states.tsx';
import { CorrelationStory } from './correlation.tsx';
import { RuleStory } from './rule.tsx';

const MISSING: Record<MissingExplanation, string> = {
  no_rule: 'No rule made it, so there are no parts to show.',
  rule_gone: 'The version of the rule that made it is not known any more, or cannot be read by this version of Goshawk.',
  event_gone: 'The event is neither stored yet nor kept any more.',
};

const AGAIN_MS = 2000;
const MOST_TRIES = 5;

interface FindingExplanationProps {
  readonly id: string;
  /** Of the finding: another one is explained anew. */
  readonly revision: number;
  /** What is known without asking; in place of an explanation until there is one. */
  readonly children?: ReactNode;
  /** Told of the rule once it is explained. */
  readonly onRule?: (rule: ExplainedRuleFragment) => void;
}

export function FindingExplanation({ id, revision, children, onRule }: FindingExplanationProps) {
  const fresh = useFresh(FindingExplanationDocument, { key: `${id} ${revision}`, variables: () => ({ id }), what: 'The explanation' });
  const finding = fresh.isLoading ? undefined : fresh.data?.finding;
  const { missing = null, rule = null, correlation = null } = finding?.explanation ?? {};
  const tries = useRef(0);
  useEffect(() => {
    if (missing !== 'event_gone' || tries.current === MOST_TRIES) return undefined;
    tries.current += 1; // it may be on its way
    const timer = window.setTimeout(fresh.reload, AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [missing, fresh.at]);
  useEffect(() => {
    if (rule !== null) onRule?.(rule);
  }, [rule]);
  if (rule !== null) return <RuleStory rule={rule} />;
  if (finding !== undefined && finding !== null && correlation !== null) return <CorrelationStory correlation={correlation} time={finding.time} />;
  return (
    <>
      {children}
      {fresh.problem !== undefined && <Failed problem={fresh.problem} onRetry={fresh.reload} />}
      {fresh.problem === undefined && fresh.isLoading && <Waiting rows={2} label="Asking the rule" />}
      {finding === null && <p className="faint">The finding is not stored yet.</p>}
      {missing !== null && <p className="faint">{MISSING[missing]}</p>}
    </>
  );
}
