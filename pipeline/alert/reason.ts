// What a revision changed and why, for people.
import type { Alert, Change } from '../../schemas/avro/types.gen.ts';
import type { Closing } from './decisions.ts';
import type { AlertingFinding, Content } from './merge.ts';

export function reasonOf(before: Content, after: Content, finding: AlertingFinding): string {
  const change = finding.revisable?.change ?? null;
  if (change !== null) return reasonOfChange(finding.ruleId, change);
  if (after.severity !== before.severity) return `Severity rose from ${before.severity} to ${after.severity} by ${finding.ruleId}.`;
  if (!before.ruleIds.includes(finding.ruleId)) return `A finding of ${finding.ruleId} joined.`;
  return `Another finding of ${finding.ruleId} joined.`;
}

export function reasonOfOpening({ ruleId, revisable }: AlertingFinding, closing?: Closing): string {
  const change = revisable?.change ?? null;
  const parts = ['Opened.', ...(closing === undefined ? [] : [reasonOfClosing(closing)]), ...(change === null ? [] : [reasonOfChange(ruleId, change)])];
  return parts.join(' ');
}

const VERDICTS: Readonly<Record<NonNullable<Closing['verdict']>, string>> = {
  true_positive: 'a true positive',
  false_positive: 'a false positive',
  benign: 'benign',
};
function reasonOfClosing({ verdict, decidedBy, reason }: Closing): string {
  const as = verdict === null ? 'without a verdict' : `as ${VERDICTS[verdict]}`;
  return `The last alert of this kind was closed ${as} by ${decidedBy}${reason === null ? '.' : `: ${reason.replace(/[.\s]+$/, '')}.`}`;
}

function reasonOfChange(ruleId: string, { code, before, after }: Change): string {
  switch (code) {
    case 'completed':
      return `A late event completed ${ruleId}: ${events(after)}.`;
    case 'extended':
      return `A late event changed a finding of ${ruleId}: it rests on ${events(after)} now, on ${events(before)} before.`;
    case 'replaced':
      return `A finding of ${ruleId} was replaced: an earlier event arrived later, so it begins with that and rests on ${events(after)}.`;
    default:
      return `A finding of ${ruleId} was withdrawn: with a late event in its place the condition is not met there.`;
  }
}

const events = (contribution: Change['after']): string => {
  const count = contribution?.eventCount ?? 0;
  return `${count} ${count === 1 ? 'event' : 'events'}`;
};

const KEPT_CHANGES = 20;
/** The last so many. */
export function withChange(changes: Alert['changes'], revision: number, { id, ruleId, revisable }: AlertingFinding): Alert['changes'] {
  const change = revisable?.change ?? null;
  return change === null ? changes : [...changes, { revision, findingId: id, ruleId, change }].slice(-KEPT_CHANGES);
}
