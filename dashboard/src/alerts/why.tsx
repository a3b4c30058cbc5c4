// Why it was noticed: which fields met which rule, and whose rule that is.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { FindingExplanation } from '../explanation/finding.tsx';
import { Button, IconButton } from '../kit/button.tsx';
import { Copy } from '../kit/copy.tsx';
import { Icon } from '../kit/icon.tsx';
import { Moment } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { SeverityMark } from '../kit/severity.tsx';
import type { AlertFull } from './detail.tsx';
import { readTag } from './story.ts';

const SHOWN = 4;
const KINDS: Record<string, string> = {
  rule: 'single event',
  correlation: 'several events together',
  feature: 'unusual behaviour',
  platform: 'by the platform',
  hunt: 'found by a hunt',
};

export function Why({ alert }: { readonly alert: AlertFull }) {
  const [isAll, setAll] = useState(false);
  const findings = isAll ? alert.findings : alert.findings.slice(0, SHOWN);
  return (
    <section className="part" aria-label="Why it matched">
      <h3>
        Why it matched <span className="faint number">{plural(alert.findingCount, 'finding')}</span>
      </h3>
      {findings.map((finding, index) => (
        <Finding key={finding.id} finding={finding} isFirst={index === 0} />
      ))}
      {alert.findings.length > SHOWN && (
        <Button kind="quiet" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${count(alert.findings.length)}`}
        </Button>
      )}
      {alert.findingCount > alert.findings.length && (
        <p className="faint part-note">
          The first and last {alert.findings.length} of {count(alert.findingCount)} findings.
        </p>
      )}
    </section>
  );
}

function Finding({ finding, isFirst }: { readonly finding: AlertFull['findings'][number]; readonly isFirst: boolean }) {
  const [isOpen, setOpen] = useState(isFirst);
  const values = finding.matchedFields.length > 0 && (
    <dl className="matched">
      {finding.matchedFields.map(({ name, value }, index) => (
        <div key={`${name} ${index}`}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
  return (
    <div className="finding">
      <div className="finding-head">
        <SeverityMark severity={finding.severity} bare />
        <span className="finding-title">{finding.rule.title}</span>
        <span className="faint">
          {KINDS[finding.kind] ?? finding.kind}
          {finding.eventCount > 1 && `, ${plural(finding.eventCount, 'event')}`}
          {finding.status !== 'production' && `, ${finding.status}`}
          {finding.revision > 1 && `, revision ${finding.revision}`}
          {finding.isWithdrawn && ', withdrawn'}
        </span>
        <span className="finding-time">
          <Moment at={finding.time} />
        </span>
        <IconButton icon={isOpen ? 'up' : 'down'} label={isOpen ? 'Values only' : 'Explain'} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      </div>
      {isOpen ? (
        <FindingExplanation id={finding.id} revision={finding.revision}>
          {values}
        </FindingExplanation>
      ) : (
        values
      )}
      {finding.reason !== null && <p className="finding-reason">{finding.reason}</p>}
      {finding.supersedes !== null && (
        <p className="finding-reason faint">
          Replaces finding <Copy text={finding.supersedes} label="finding id" length={14} />.
        </p>
      )}
    </div>
  );
}

export function Rules({ alert }: { readonly alert: AlertFull }) {
  return (
    <section className="part" aria-label="Rules">
      <h3>{alert.rules.length === 1 ? 'Rule' : 'Rules'}</h3>
      {alert.rules.map((rule) => (
        <div key={rule.id} className="rule">
          <div className="finding-head">
            <Link to="/rules/rule/$ruleId" params={{ ruleId: rule.id }} className="finding-title">
              {rule.title}
            </Link>
            {rule.reference !== null && /^https?:/.test(rule.reference) && (
              <a className="rule-link" href={rule.reference} target="_blank" rel="noreferrer">
                Source <Icon name="link" size={13} />
              </a>
            )}
          </div>
          {rule.description !== null && <p className="rule-text">{rule.description}</p>}
          <dl className="facts rule-facts">
            <dt>Author</dt>
            <dd>{rule.author ?? <span className="faint">not named</span>}</dd>
            <dt>Licence</dt>
            <dd>{rule.license ?? <span className="faint">not named</span>}</dd>
            <dt>Id</dt>
            <dd>
              <Copy text={rule.id} label="rule id" length={36} />
            </dd>
            <dt>Version</dt>
            <dd>
              <Copy text={rule.version} label="rule version" length={16} />
            </dd>
            {rule.tags.length > 0 && (
              <>
                <dt>Tags</dt>
                <dd className="rule-tags">{rule.tags.map((tag) => readTag(tag).text).join(', ')}</dd>
              </>
            )}
          </dl>
        </div>
      ))}
    </section>
  );
}
