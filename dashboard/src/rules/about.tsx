// What is known of one rule: what it finds, what people said of it, who wrote it.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Copy } from '../kit/copy.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { changeWords, count } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { SeverityMark } from '../kit/severity.tsx';
import { EFFECT_MS } from './change.ts';
import type { RuleFull } from './rule.tsx';
import { percent, stateMeaning, StateMark, Verdicts } from './words.tsx';

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
const None = () => <span className="faint">not named</span>;

export function About({ rule }: { readonly rule: RuleFull }) {
  const { hits, hitsTwoDays, suppressed, noise, lastHitAt, logsource } = rule;
  const inForceAt = new Date(Date.parse(rule.writtenAt) + EFFECT_MS).toISOString();
  return (
    <>
      {rule.shadowedBecause !== null && <p className="rule-notice">Its findings make no alerts for now: {rule.shadowedBecause}</p>}
      <Panel title="What it does">
        {rule.description !== null && <p className="rule-about">{rule.description}</p>}
        <dl className="rule-facts">
          <Fact name="Level">
            <SeverityMark severity={rule.level} />
          </Fact>
          <Fact name="State">
            <StateMark rule={rule} /> <span className="faint">{stateMeaning(rule.state)}</span>
          </Fact>
          <Fact name="Findings, 24 h">
            {count(hits)} <span className="faint">{changeWords(hits, Math.max(0, hitsTwoDays - hits))}</span>
          </Fact>
          <Fact name="Of all findings">{percent(noise)}</Fact>
          <Fact name="Met an exception, 24 h">
            <Link to="/rules/exceptions" search={{ rule: rule.id }} className="crumb">
              {count(suppressed)}
            </Link>
          </Fact>
          <Fact name="Newest finding, 30 d">{lastHitAt === null ? 'none' : <Ago at={lastHitAt} suffix=" ago" />}</Fact>
          <Fact name="Verdicts, 30 d">
            <Verdicts rule={rule} />
          </Fact>
          <Fact name="Alerts">
            <Link to="/alerts" search={{ view: 'all', q: rule.title }} className="crumb">
              Show its alerts
            </Link>
          </Fact>
        </dl>
      </Panel>
      <Panel title="What it is">
        <dl className="rule-facts">
          <Fact name="Kind">{rule.kind === 'rule' ? 'rule over single events' : rule.kind}</Fact>
          {logsource !== null && (
            <Fact name="Log source">{[logsource.product, logsource.category, logsource.service].filter((one) => one !== null).join(' · ')}</Fact>
          )}
          <Fact name="Version">
            {rule.version}, <Moment at={rule.writtenAt} isLong /> by {rule.writtenBy}
          </Fact>
          <Fact name="Rule set">
            {count(rule.set)}, in force from <Moment at={inForceAt} isLong />
          </Fact>
          <Fact name="Author">{rule.author ?? <None />}</Fact>
          <Fact name="Licence">{rule.license ?? <None />}</Fact>
          <Fact name="Id">
            <Copy text={rule.id} label="rule id" length={24} />
          </Fact>
          {rule.tags.length > 0 && <Fact name="Tags">{rule.tags.join(', ')}</Fact>}
          {rule.falsepositives.length > 0 && <Fact name="False positives">{rule.falsepositives.join('; ')}</Fact>}
          {rule.references.length > 0 && (
            <Fact name="References">
              {rule.references.map((reference) =>
                /^https?:\/\//.test(reference) ? (
                  <a key={reference} className="crumb rule-reference" href={reference} target="_blank" rel="noreferrer">
                    {reference}
                  </a>
                ) : (
                  <span key={reference} className="rule-reference">
                    {reference}
                  </span>
                ),
              )}
            </Fact>
          )}
        </dl>
      </Panel>
    </>
  );
}

export const AboutNew = () => (
  <Panel title="A new rule">
    <div className="rule-about">
      <p>
        One document in{' '}
        <a href="https://sigmahq.io/docs/basics/rules.html" target="_blank" rel="noreferrer" className="crumb">
          Sigma
        </a>
        : a rule, a correlation or a filter. What is wrong is said under its line while you write.
      </p>
      <p>
        Under Try you see what it would have met. Saved, it is a draft: its findings are stored as shadows, so you can see what it does before it wakes anybody.
      </p>
    </div>
  </Panel>
);
