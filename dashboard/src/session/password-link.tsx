// Where the link of who forgot the password leads: another password, once. The token stands behind `#`, which browsers do not send.
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Moment } from '../kit/moment.tsx';
import { useTitle } from '../kit/title.ts';
import { Mark } from '../shell/mark.tsx';
import { call } from './api.ts';
import { NewPasswordForm } from './new-password-form.tsx';
import { RefusalNote, useStep } from './step.tsx';
import './login.css';

interface Whose {
  readonly organization: string;
  readonly organizationName: string;
  readonly name: string;
  readonly expiresAt: string;
}

export function PasswordLinkPage() {
  const navigate = useNavigate();
  const [token] = useState(() => window.location.hash.slice(1));
  const [whose, setWhose] = useState<Whose>();
  const { isBusy, refusal, run } = useStep();
  useTitle('New password');
  useEffect(() => {
    void run(async () => setWhose(await call<Whose>('POST', '/auth/password-link/look', { token })));
    // Once a link.
  }, [token]);

  const choose = (organization: string, password: string) =>
    run(async () => {
      await call('POST', '/auth/password-link/accept', { token, password });
      await navigate({ to: '/login', search: organization === 'default' ? {} : { organization }, replace: true });
    });
  return (
    <main className="login">
      <div className="login-card">
        <div className="login-mark">
          <Mark size={34} />
        </div>
        <h1>{whose === undefined ? 'New password' : `New password for ${whose.name}`}</h1>
        {whose === undefined ? (
          <>
            <RefusalNote refusal={refusal} />
            {refusal !== null && (
              <p className="login-note">
                Chosen already? <Link to="/login">Sign in</Link>
              </p>
            )}
          </>
        ) : (
          <>
            <p className="quiet">
              At {whose.organizationName}. This link works once, until <Moment at={whose.expiresAt} isLong />.
            </p>
            <NewPasswordForm
              label="Choose a new password"
              user={whose.name}
              action="Change the password"
              busyAction="Changing"
              isBusy={isBusy}
              refusal={refusal}
              onChosen={(password) => void choose(whose.organization, password)}
            />
            <p className="login-note">All your sessions end, and you sign in as {whose.name} afterwards; a second factor stays as it is.</p>
          </>
        )}
      </div>
    </main>
  );
}
