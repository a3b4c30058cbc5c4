// How states of rules are called, and how their numbers are told.
import type { RuleRowFragment, RuleState } from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { change, count } from '../kit/numbers.ts';
import { HealthShape, type Health } from '../kit/severity.tsx';

export type RuleRow = RuleRowFragment;

const WORDS: Record<RuleState, { readonly word: string; readonly health: Health; readonly means: string }> = {
  draft: { word: 'Draft', health: 'off', means: 'It runs as a shadow: its findings are stored and marked, and wake nobody.' },
  test: { word: 'Test', health: 'waiting', means: 'Its findings are shown, and make no alerts.' },
  production: { word: 'Production', health: 'good', means: 'Its findings make alerts.' },
  retired: { word: 'Retired', health: 'off', means: 'It does not run. Versions and findings stay.' },
};
export const stateWord = (state: RuleState): string => WORDS[state].word;
export const stateMeaning = (state: RuleState): string => WORDS[state].means;

/** A rule in production that went over its budget says so in place of its state. */
export function StateMark({ rule: { state, shadowedBecause } }: { readonly rule: Pick<RuleRow, 'state' | 'shadowedBecause'> }) {
  const isShadow = shadowedBecause !== null;
  return (
    <span className="health-mark" title={isShadow ? shadowedBecause : WORDS[state].means}>
      <HealthShape health={isShadow ? 'bad' : WORDS[state].health} />
      <span>{isShadow ? 'Shadow' : WORDS[state].word}</span>
    </span>
  );
}

/** Findings of a day, and how that compares with the day before. */
export function Hits({ rule: { hits, hitsTwoDays } }: { readonly rule: Pick<RuleRow, 'hits' | 'hitsTwoDays'> }) {
  const before = Math.max(0, hitsTwoDays - hits);
  return (
    <span title={`${count(hits)} in 24 hours, ${count(before)} in the 24 hours before`}>
      {count(hits)} <span className="faint">{change(hits, before)}</span>
    </span>
  );
}

export const percent = (share: number): string => (share === 0 ? '0 %' : share < 0.01 ? 'below 1 %' : `${Math.round(share * 100)} %`);

/** Share of true positives among the alerts on which somebody said something; null when nobody did. */
export function verdictRatio({ truePositive, falsePositive, benign }: RuleRow['verdicts']): number | null {
  const said = truePositive + falsePositive + benign;
  return said === 0 ? null : truePositive / said;
}

export function Verdicts({ rule: { verdicts } }: { readonly rule: Pick<RuleRow, 'verdicts'> }) {
  const ratio = verdictRatio(verdicts);
  const { truePositive, falsePositive, benign, none } = verdicts;
  if (ratio === null) return <span className="faint">{none === 0 ? 'none' : 'none said'}</span>;
  return (
    <span title={`Of closed alerts of 30 days: ${truePositive} true positive, ${falsePositive} false positive, ${benign} benign, ${none} without a word`}>
      {percent(ratio)} true <span className="faint">of {count(truePositive + falsePositive + benign)}</span>
    </span>
  );
}

/** Of a rule that comes with the installation: its text is changed in its file. */
export const FileMark = ({ file }: { readonly file: string }) => (
  <span className="faint rule-file" title={file}>
    <Icon name="note" size={13} /> <span className="cut">{file}</span>
  </span>
);
