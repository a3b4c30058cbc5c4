// An exception out of an alert, in one step: which fields, for which rules, what it would have suppressed, who answers for it, until when.
import { useState, type FormEvent } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { AddExceptionDocument, EndExceptionDocument, ExceptionDraftDocument, ExceptionEffectDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { plural, shorten } from '../kit/numbers.ts';
import { Failed, RequestId, Waiting } from '../kit/states.tsx';
import { report } from '../kit/undo.tsx';
import { conditionLines, dayAhead, endOfDay } from './conditions.ts';
import './exception-dialog.css';

const DAYS = 30;

interface ExceptionDialogProps {
  readonly alert: { readonly id: string; readonly title: string };
  readonly user: string | undefined;
  readonly onClose: () => void;
}

export function ExceptionDialog({ alert, user, onClose }: ExceptionDialogProps) {
  return (
    <DialogFrame title={<>Exception for “{alert.title}”</>} onClose={onClose} className="exception-dialog">
      <ExceptionForm alert={alert} user={user} onClose={onClose} />
    </DialogFrame>
  );
}

function ExceptionForm({ alert, user, onClose }: ExceptionDialogProps) {
  /** Names; undefined: what the rules met. */
  const [picked, setPicked] = useState<readonly string[]>();
  const [isForAll, setForAll] = useState(false);
  const [owner, setOwner] = useState(user ?? '');
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => dayAhead(DAYS, Date.now()));
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const draft = useFresh(ExceptionDraftDocument, {
    key: `${alert.id} ${picked?.join(' ') ?? ''}`,
    variables: () => ({ alertId: alert.id, fields: picked === undefined ? null : [...picked] }),
    what: 'The draft of an exception',
  });
  const drafted = draft.data?.exceptionDraft;
  const conditions = draft.isLoading ? undefined : drafted?.conditions;
  const names = picked ?? (drafted === undefined ? [] : namesOf(drafted.conditions));
  const isEmpty = names.length === 0;
  const ruleIds = isForAll ? [] : [...(drafted?.ruleIds ?? [])];
  const effect = useFresh(ExceptionEffectDocument, {
    key: conditions === undefined || isEmpty ? null : JSON.stringify([conditions, ruleIds]),
    variables: () => ({ conditions, ruleIds }),
    what: 'The effect of the exception',
  });
  const expiresAt = endOfDay(until, Date.now());
  const isReady = conditions !== undefined && !isEmpty && owner.trim() !== '' && reason.trim() !== '' && expiresAt !== null;

  if (drafted === undefined)
    return draft.problem === undefined ? <Waiting rows={8} label="Loading what the alert has" /> : <Failed problem={draft.problem} onRetry={draft.reload} />;

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    const input = { ruleIds, conditions, owner: owner.trim(), reason: reason.trim(), expiresAt };
    void tell(AddExceptionDocument, { input }, 'The exception').then((result) => {
      setBusy(false);
      if ('problem' in result) return setProblem(result.problem);
      const { id } = result.data.addException;
      report({
        text: 'Exception saved, in force in ten seconds; this alert stays as it is',
        undo: () =>
          void tell(EndExceptionDocument, { id }, 'The end of the exception').then(
            (ended) => 'problem' in ended && report({ text: `${ended.problem.title} ${ended.problem.advice}`, isFailure: true }),
          ),
      });
      onClose();
    });
  };
  return (
    <form className="exception-form" onSubmit={save} aria-label="Exception">
      <Fields fields={drafted.fields} names={names} onPick={setPicked} />
      <div className="exception-rest">
        <section aria-label="What it says">
          <h3>It holds where all of this is so</h3>
          {isEmpty ? (
            <p className="quiet">Pick at least one field.</p>
          ) : (
            conditionLines(drafted.conditions).map((line) => (
              <code key={line} className="exception-line">
                {line}
              </code>
            ))
          )}
          <label className="exception-tick">
            <input type="checkbox" checked={isForAll} onChange={({ target }) => setForAll(target.checked)} />
            For every rule, not only {drafted.ruleIds.length === 1 ? 'the rule' : `the ${drafted.ruleIds.length} rules`} of this alert
          </label>
        </section>
        <Effect isAsked={!isEmpty} isLoading={effect.isLoading || draft.isLoading} problem={effect.problem} effect={effect.data?.exceptionEffect} />
        <label className="field">
          <span>Reason</span>
          <input
            className="input"
            required
            maxLength={2000}
            value={reason}
            placeholder="Why this is known and allowed"
            onChange={({ target }) => setReason(target.value)}
          />
        </label>
        <div className="exception-pair">
          <label className="field">
            <span>Owner, who answers for it</span>
            <input className="input" required maxLength={200} value={owner} spellCheck={false} onChange={({ target }) => setOwner(target.value)} />
          </label>
          <label className="field">
            <span>Ends at the end of</span>
            <input
              className="input"
              type="date"
              required
              value={until}
              min={dayAhead(0, Date.now())}
              max={dayAhead(365, Date.now())}
              aria-invalid={expiresAt === null}
              onChange={({ target }) => setUntil(target.value)}
            />
            {expiresAt === null && <span className="field-error">A day from today on, within a year.</span>}
          </label>
        </div>
        {problem !== undefined && (
          <div className="exception-notice" role="alert">
            <p>{problem.advice}</p>
            <RequestId problem={problem} />
          </div>
        )}
        <div className="exception-buttons">
          <Button kind="main" type="submit" disabled={!isReady || isBusy}>
            {isBusy ? 'Saving' : 'Save the exception'}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </form>
  );
}

/** `Image` of `Image|startswith`. */
const namesOf = (conditions: unknown): readonly string[] =>
  typeof conditions === 'object' && conditions !== null ? Object.keys(conditions).map((key) => key.split('|')[0] ?? key) : [];

interface Field {
  readonly name: string;
  readonly value: string;
}

function Fields({
  fields,
  names,
  onPick,
}: {
  readonly fields: readonly Field[];
  readonly names: readonly string[];
  readonly onPick: (names: readonly string[]) => void;
}) {
  const [part, setPart] = useState('');
  const byName = new Map<string, string[]>();
  for (const { name, value } of fields) byName.set(name, [...(byName.get(name) ?? []), value]);
  const wanted = part.toLowerCase();
  const shown = [...byName].filter(([name, values]) => names.includes(name) || [name, ...values].some((text) => text.toLowerCase().includes(wanted)));
  return (
    <fieldset className="exception-fields">
      <legend>Fields</legend>
      <input
        className="input"
        type="search"
        aria-label="Part of a field's name or value"
        placeholder="Part of a name or value"
        value={part}
        onChange={({ target }) => setPart(target.value)}
      />
      <div className="exception-list" tabIndex={0} role="group" aria-label="Fields of the alert">
        {shown.map(([name, values]) => (
          <label key={name} className="exception-tick">
            <input
              type="checkbox"
              checked={names.includes(name)}
              onChange={({ target }) => onPick(target.checked ? [...names, name] : names.filter((one) => one !== name))}
            />
            <span>
              {name}
              <code title={values.join('\n')}>{values.map((value) => shorten(value, 60)).join(' | ')}</code>
            </span>
          </label>
        ))}
        {shown.length === 0 && <p className="quiet">No field holds “{part}”.</p>}
      </div>
    </fieldset>
  );
}

interface EffectProps {
  readonly isAsked: boolean;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly effect: { readonly looked: number; readonly suppressed: number; readonly isWhole: boolean; readonly alerts: number } | undefined;
}

function Effect({ isAsked, isLoading, problem, effect }: EffectProps) {
  return (
    <section className="exception-effect" aria-label="Effect on the last seven days" role="status">
      <h3>The last seven days with it</h3>
      {!isAsked && <p className="quiet">Nothing to look at yet.</p>}
      {isAsked && problem !== undefined && <p>{problem.advice}</p>}
      {isAsked && problem === undefined && (isLoading || effect === undefined) && <p className="quiet">Looking at the findings of the last seven days</p>}
      {isAsked && problem === undefined && !isLoading && effect !== undefined && (
        <p>
          <strong className="number">{plural(effect.suppressed, 'finding')}</strong> of {effect.looked} {effect.isWhole ? '' : '(the newest) '}would not have
          made alerts; <strong className="number">{plural(effect.alerts, 'alert')}</strong> would have lost a finding.
        </p>
      )}
    </section>
  );
}
