// Another password.
import { useState, type FormEvent } from 'react';
import { Button } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import { RequestId } from '../kit/states.tsx';
import { report } from '../kit/undo.tsx';
import { callSignedIn } from '../session/tokens.ts';
import { useViewer } from '../shell/viewer.tsx';
import { useProof } from './proof.tsx';

/** @param onChanged Other sessions have ended. */
export function PasswordPanel({ onChanged }: { readonly onChanged: () => void }) {
  const viewer = useViewer();
  const [isMismatch, setMismatch] = useState(false);
  const { isBusy, problem, run } = useProof();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const isSame = data.get('newPassword') === data.get('again');
    setMismatch(!isSame);
    if (!isSame) return;
    void run('The password could not be changed.', async () => {
      await callSignedIn('POST', '/auth/change-password', { currentPassword: data.get('currentPassword'), newPassword: data.get('newPassword') });
      form.reset();
      report({ text: 'Your password is changed; your other sessions have ended' });
      onChanged();
    });
  };
  return (
    <Panel title="Password" note="changing it ends your other sessions">
      <form className="account-form" aria-label="Change the password" onSubmit={submit}>
        <input type="hidden" name="username" autoComplete="username" value={viewer?.user ?? ''} />
        <label className="field">
          <span>Present one</span>
          <input className="input" name="currentPassword" type="password" autoComplete="current-password" required />
        </label>
        <label className="field">
          <span>New one: four unrelated words, or what a password manager makes</span>
          <input className="input" name="newPassword" type="password" autoComplete="new-password" required />
        </label>
        <label className="field">
          <span>New one, once more</span>
          <input className="input" name="again" type="password" autoComplete="new-password" required aria-invalid={isMismatch} />
        </label>
        {isMismatch && (
          <p className="field-error" role="alert">
            The two are not the same.
          </p>
        )}
        {problem !== undefined && (
          <div role="alert">
            <p className="field-error">{problem.advice}</p>
            <RequestId problem={problem} />
          </div>
        )}
        <div>
          <Button type="submit" disabled={isBusy}>
            {isBusy ? 'Changing' : 'Change the password'}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
