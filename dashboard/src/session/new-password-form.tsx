// Choosing a password, twice so that a slip is noticed, by somebody who holds a link.
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { RefusalNote, StepForm, type Refusal } from './step.tsx';

interface NewPasswordFormProps {
  readonly label: string;
  /** Whose it is, for password managers. */
  readonly user: string;
  readonly action: string;
  readonly busyAction: string;
  readonly isBusy: boolean;
  readonly refusal: Refusal | null;
  readonly onChosen: (password: string) => void;
}

export function NewPasswordForm({ label, user, action, busyAction, isBusy, refusal, onChosen }: NewPasswordFormProps) {
  const [isMismatch, setMismatch] = useState(false);
  const submit = (field: (name: string) => string) => {
    const isSame = field('password') === field('again');
    setMismatch(!isSame);
    if (isSame) onChosen(field('password'));
  };
  return (
    <StepForm label={label} onSubmit={submit}>
      <input type="hidden" name="username" autoComplete="username" value={user} />
      <label className="field">
        <span>Choose a password: four unrelated words, or what a password manager makes</span>
        <input className="input" name="password" type="password" autoComplete="new-password" required autoFocus />
      </label>
      <label className="field">
        <span>Once more</span>
        <input className="input" name="again" type="password" autoComplete="new-password" required aria-invalid={isMismatch} />
      </label>
      {isMismatch && (
        <p className="login-error" role="alert">
          The two are not the same.
        </p>
      )}
      <RefusalNote refusal={refusal} />
      <Button kind="main" type="submit" disabled={isBusy}>
        {isBusy ? busyAction : action}
      </Button>
    </StepForm>
  );
}
