// Where the link of an invitation leads: who it is for, and how they will sign in: a password that they choose, or an identity provider. The token stands behind `#`, which browsers do not send.
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { useTitle } from '../kit/title.ts';
import { Mark } from '../shell/mark.tsx';
import { call } from './api.ts';
import { NewPasswordForm } from './new-password-form.tsx';
import { useProviders, type Provider } from './providers.ts';
import { RefusalNote, useStep } from './step.tsx';
import { expectSession } from './tokens.ts';
import './login.css';

interface Invited {
  readonly organization: string;
  readonly organizationName: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly expiresAt: string;
}

export function InvitationPage() {
  const navigate = useNavigate();
  const [token] = useState(() => window.location.hash.slice(1));
  const [invited, setInvited] = useState<Invited>();
  const { isBusy, refusal, run } = useStep();
  const providers = useProviders(invited?.organization);
  useTitle('Invitation');
  useEffect(() => {
    void run(async () => setInvited(await call<Invited>('POST', '/auth/invitations/look', { token })));
    // Once a link.
  }, [token]);

  const accept = (organization: string, password: string) =>
    run(async () => {
      await call('POST', '/auth/invitations/accept', { token, password });
      await navigate({ to: '/login', search: organization === 'default' ? {} : { organization }, replace: true });
    });
  const acceptBy = ({ start }: Provider) =>
    run(async () => {
      const { location } = await call<{ readonly location: string }>('POST', start.replace(/\/start$/, '/accept'), { token });
      expectSession();
      window.location.assign(location);
    });
  return (
    <main className="login">
      <div className="login-card">
        <div className="login-mark">
          <Mark size={34} />
        </div>
        <h1>{invited === undefined ? 'Invitation' : `Welcome, ${invited.name}`}</h1>
        {invited === undefined ? (
          <>
            <RefusalNote refusal={refusal} />
            {refusal !== null && (
              <p className="login-note">
                Accepted already? <Link to="/login">Sign in</Link>
              </p>
            )}
          </>
        ) : (
          <>
            <p className="quiet">
              You are invited to {invited.organizationName} as {invited.roles.join(', ')}, until <Moment at={invited.expiresAt} isLong />.
            </p>
            <NewPasswordForm
              label="Accept the invitation"
              user={invited.name}
              action="Accept"
              busyAction="Accepting"
              isBusy={isBusy}
              refusal={refusal}
              onChosen={(password) => void accept(invited.organization, password)}
            />
            {providers.length > 0 && (
              <div className="login-ways">
                {providers.map((provider) => (
                  <Button key={provider.name} disabled={isBusy} onClick={() => void acceptBy(provider)}>
                    {provider.label}, without a password here
                  </Button>
                ))}
              </div>
            )}
            <p className="login-note">You sign in as {invited.name} afterwards.</p>
          </>
        )}
      </div>
    </main>
  );
}
