// The two questions that are asked before something is done to alerts: what the verdict is, and who takes it.
import { useState } from 'react';
import type { Verdict } from '../gql/graphql.ts';
import { Button, Key } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { plural } from '../kit/numbers.ts';
import { verdictWord } from '../kit/severity.tsx';
import type { AlertRow } from './use-queue.ts';

const VERDICTS: readonly { readonly verdict: Verdict; readonly about: string }[] = [
  { verdict: 'true_positive', about: 'Something bad happened, and the rule was right.' },
  { verdict: 'benign', about: 'The rule was right, but this was allowed.' },
  { verdict: 'false_positive', about: 'The rule was wrong.' },
];

interface CloseProps {
  readonly alerts: readonly AlertRow[];
  readonly onClose: (verdict: Verdict, reason: string) => void;
  readonly onCancel: () => void;
}

/** Open while there are alerts to close. */
export function CloseDialog({ alerts, onClose, onCancel }: CloseProps) {
  const [reason, setReason] = useState('');
  const finish = (verdict: Verdict) => {
    onClose(verdict, reason);
    setReason('');
  };
  return (
    <DialogFrame
      title={alerts.length === 1 ? `Close “${alerts[0]?.title ?? ''}”` : `Close ${plural(alerts.length, 'alert')}`}
      isOpen={alerts.length > 0}
      onClose={onCancel}
      isSmall
      onKeyDown={(event) => {
        const chosen = VERDICTS[Number(event.key) - 1];
        if (chosen === undefined || event.target instanceof HTMLTextAreaElement) return;
        event.preventDefault();
        finish(chosen.verdict);
      }}
    >
      <div className="verdicts">
        {VERDICTS.map(({ verdict, about }, index) => (
          <button key={verdict} type="button" className="verdict" autoFocus={index === 0} onClick={() => finish(verdict)}>
            <span>
              <strong>{verdictWord(verdict)}</strong>
              <span className="quiet">{about}</span>
            </span>
            <Key>{index + 1}</Key>
          </button>
        ))}
      </div>
      <label className="field">
        <span>Why, if there is something to say</span>
        <textarea className="input" rows={2} value={reason} maxLength={2_000} onChange={(event) => setReason(event.target.value)} />
      </label>
    </DialogFrame>
  );
}

interface AssignProps {
  readonly alerts: readonly AlertRow[];
  readonly user: string | undefined;
  /** Names that have alerts now. */
  readonly people: readonly string[];
  readonly onAssign: (name: string) => void;
  readonly onCancel: () => void;
}

/** Open while there are alerts to assign. */
export function AssignDialog({ alerts, user, people, onAssign, onCancel }: AssignProps) {
  const [name, setName] = useState('');
  const names = [...new Set([...(user === undefined ? [] : [user]), ...people])];
  const finish = (chosen: string) => {
    onAssign(chosen);
    setName('');
  };
  return (
    <DialogFrame
      title={<>Assign {alerts.length === 1 ? 'this alert' : plural(alerts.length, 'alert')}</>}
      isOpen={alerts.length > 0}
      onClose={onCancel}
      isSmall
    >
      <div className="verdicts">
        {names.map((person) => (
          <button key={person} type="button" className="verdict" onClick={() => finish(person)}>
            <span>
              <strong>{person}</strong>
              {person === user && <span className="quiet">You</span>}
            </span>
          </button>
        ))}
        <button type="button" className="verdict" onClick={() => finish('')}>
          <span>
            <strong>Nobody</strong>
          </span>
        </button>
      </div>
      <form
        className="assign-other"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') finish(name.trim());
        }}
      >
        <label className="field">
          <span>Somebody else, by user name</span>
          <input className="input" value={name} onChange={(event) => setName(event.target.value)} spellCheck={false} autoCapitalize="none" />
        </label>
        <Button type="submit" disabled={name.trim() === ''}>
          Assign
        </Button>
      </form>
    </DialogFrame>
  );
}
