// Name and password, or one of the other ways in: a passkey, or an identity provider of the organization.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { useCell } from '../kit/cell.ts';
import type { Challenge } from './api.ts';
import { hasPasskeys, showPasskey } from './passkey.ts';
import { providerRefusal } from './provider-refusal.ts';
import { useProviders } from './providers.ts';
import { signedOutOf } from './signed-out.ts';
import { RefusalNote, StepForm, useStep, type Refusal } from './step.tsx';
import { expectSession, signIn, signInByPasskey, wasEnded } from './tokens.ts';

interface PasswordStepProps {
  readonly onSignedIn: () => void;
  readonly onChallenge: (challenge: Challenge, organization: string) => void;
}

export function PasswordStep({ onSignedIn, onChallenge }: PasswordStepProps) {
  const { next, organization: said, problem, reason, requestId = null, state } = useSearch({ from: '/login' });
  const signedOut = signedOutOf(state);
  const organization = said ?? signedOut ?? 'default';
  const hasEnded = useCell(wasEnded);
  const navigate = useNavigate();
  const [isAskingWhere, setAskingWhere] = useState(organization !== 'default');
  const { isBusy, refusal, run } = useStep();
  const providers = useProviders(organization);
  const fromProvider: Refusal | null = problem === undefined ? null : { text: providerRefusal(problem, reason), status: 0, requestId };

  const withPassword = (field: (name: string) => string) =>
    run(async () => {
      const where = field('organization').trim() || 'default';
      const challenge = await signIn(field('username'), field('password'), where);
      if (challenge === null) onSignedIn();
      else onChallenge(challenge, where);
    });
  return (
    <>
      {hasEnded && problem === undefined && (
        <p className="login-done" role="status">
          Your session has ended: it was not used for long, or was ended elsewhere. Sign in to go on.
        </p>
      )}
      {signedOut !== null && (
        <p className="login-done" role="status">
          You are signed out, here and at your identity provider.
        </p>
      )}
      <StepForm label="Sign in" onSubmit={(field) => void withPassword(field)}>
        <label className="field">
          <span>Name</span>
          <input className="input" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        </label>
        <label className="field">
          <span>Password</span>
          <input className="input" name="password" type="password" autoComplete="current-password" required aria-invalid={refusal?.status === 401} />
        </label>
        {isAskingWhere && (
          <label className="field">
            <span>Organization</span>
            <input
              className="input"
              name="organization"
              defaultValue={organization}
              autoCapitalize="none"
              spellCheck={false}
              pattern="[a-z0-9][a-z0-9\-]{0,62}"
              title="Lower-case letters, digits and dashes"
              onBlur={({ target: { value, validity } }) => {
                if (validity.valid) void navigate({ to: '/login', search: (before) => ({ ...before, organization: value.trim() }), replace: true });
              }}
            />
          </label>
        )}
        <RefusalNote refusal={refusal ?? (isBusy ? null : fromProvider)} />
        <Button kind="main" type="submit" disabled={isBusy}>
          {isBusy ? 'Signing in' : 'Sign in'}
        </Button>
      </StepForm>
      <div className="login-ways">
        {hasPasskeys() && (
          <Button
            icon="person"
            disabled={isBusy}
            onClick={() =>
              void run(async () => {
                await signInByPasskey(organization, null, showPasskey);
                onSignedIn();
              })
            }
          >
            Use a passkey
          </Button>
        )}
        {providers.map(({ name, label, start }) => (
          <Button
            key={name}
            onClick={() => {
              expectSession();
              window.location.assign(`${start}?${new URLSearchParams({ return_to: next ?? '/' })}`);
            }}
          >
            {label}
          </Button>
        ))}
        {!isAskingWhere && (
          <Button kind="quiet" onClick={() => setAskingWhere(true)}>
            Another organization
          </Button>
        )}
      </div>
      <p className="login-note">Forgot your password? An administrator can make a link for a new one.</p>
      <p className="login-note">
        A new installation prints its first name and password once, in the terminal it was started from. Everybody else is invited by an administrator.
      </p>
    </>
  );
}
