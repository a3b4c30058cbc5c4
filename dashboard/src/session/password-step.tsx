// Name and password, or one of the other ways in: a passkey, or an identity provider of the organization.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../kit/button.tsx';
import { call, type Challenge } from './api.ts';
import { hasPasskeys, showPasskey } from './passkey.ts';
import { RefusalNote, StepForm, useStep, type Refusal } from './step.tsx';
import { expectSession, signIn, signInByPasskey } from './tokens.ts';

interface Provider {
  readonly name: string;
  /** As the organization calls it: `Sign in with Corp`. */
  readonly label: string;
  /** Path that sends the browser there. */
  readonly start: string;
}
interface PasswordStepProps {
  readonly onSignedIn: () => void;
  readonly onChallenge: (challenge: Challenge, organization: string) => void;
}

const PROVIDER_WORDS: Readonly<Record<string, string>> = {
  PROVIDER_UNAVAILABLE: 'The identity provider cannot be reached now. Try again, or sign in with name and password.',
  ORGANIZATION_SUSPENDED: 'Your organization is suspended.',
};
const OTHERWISE = 'Signing in by the identity provider failed. Begin again; if it stays, an administrator finds the reason under the request id.';

export function PasswordStep({ onSignedIn, onChallenge }: PasswordStepProps) {
  const { next, organization = 'default', problem, requestId = null } = useSearch({ from: '/login' });
  const navigate = useNavigate();
  const [isAskingWhere, setAskingWhere] = useState(organization !== 'default');
  const { isBusy, refusal, run } = useStep();
  const providers = useProviders(organization);
  const fromProvider: Refusal | null = problem === undefined ? null : { text: PROVIDER_WORDS[problem] ?? OTHERWISE, status: 401, requestId };

  const withPassword = (field: (name: string) => string) =>
    run(async () => {
      const where = field('organization').trim() || 'default';
      const challenge = await signIn(field('username'), field('password'), where);
      if (challenge === null) onSignedIn();
      else onChallenge(challenge, where);
    });
  return (
    <>
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
      <p className="login-note">The first start prints a name and a password once, in the terminal it was started from.</p>
    </>
  );
}

/** Of the organization; none while they cannot be had, since there are other ways in. */
function useProviders(organization: string): readonly Provider[] {
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  useEffect(() => {
    let isOver = false;
    void call<{ readonly providers: readonly Provider[] }>('GET', `/auth/oidc?${new URLSearchParams({ organization })}`).then(
      (found) => !isOver && setProviders(found.providers),
      () => !isOver && setProviders([]),
    );
    return () => {
      isOver = true;
    };
  }, [organization]);
  return providers;
}
