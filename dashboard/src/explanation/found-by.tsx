// What an event was found for, on its own page: each finding, why it was made, and the way to the rule.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { EventDetailQuery, ExplainedRuleFragment } from '../gql/graphql.ts';
import { IconButton } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { SeverityMark } from '../kit/severity.tsx';
import { FindingExplanation } from './finding.tsx';
import './found-by.css';

type Finding = NonNullable<NonNullable<EventDetailQuery['event']>['findings']>[number];

export function FoundBy({ findings, onRule }: { readonly findings: readonly Finding[]; readonly onRule: (rule: ExplainedRuleFragment) => void }) {
  return (
    <section className="found-by" aria-label="Why it matched">
      <h3>
        Why it matched <span className="faint number">{plural(findings.length, 'finding')}</span>
      </h3>
      {findings.map((finding, index) => (
        <FoundByOne key={finding.id} finding={finding} isFirst={index === 0} onRule={onRule} />
      ))}
    </section>
  );
}

function FoundByOne({
  finding,
  isFirst,
  onRule,
}: {
  readonly finding: Finding;
  readonly isFirst: boolean;
  readonly onRule: (rule: ExplainedRuleFragment) => void;
}) {
  const { id, revision, severity, rule, kind } = finding;
  const [isOpen, setOpen] = useState(isFirst);
  return (
    <div className="found-by-one">
      <p className="found-by-head">
        <SeverityMark severity={severity} bare />
        <Link to="/rules/rule/$ruleId" params={{ ruleId: rule.id }} className="cut">
          {rule.title}
        </Link>
        {kind === 'correlation' && <span className="faint">several events together</span>}
        <IconButton icon={isOpen ? 'up' : 'down'} label={isOpen ? 'Close' : 'Explain'} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      </p>
      {isOpen && <FindingExplanation id={id} revision={revision} onRule={onRule} />}
    </div>
  );
}
