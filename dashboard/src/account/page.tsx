// Who one is here: password, second factors, and where one is signed in.
import { useState } from 'react';
import { useTitle } from '../kit/title.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { AuthenticatorPanel } from './authenticator-panel.tsx';
import { IdentitiesPanel } from './identities-panel.tsx';
import { useOwn } from './own.ts';
import { PasskeysPanel } from './passkeys-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { RecoveryPanel } from './recovery-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';
import './account.css';

export function AccountPage() {
  const viewer = useViewer();
  const { data: factors, problem, reload } = useOwn('/auth/mfa', 'Your second factors');
  const [passwords, setPasswords] = useState(0);
  useTitle('Your account');
  return (
    <Page title="Your account">
      <div className="page-scroll account">
        <p className="quiet">
          {viewer !== undefined && (
            <>
              You are <strong>{viewer.user}</strong> of <strong>{viewer.organization}</strong>, {viewer.roles.join(', ')}.
            </>
          )}
        </p>
        {factors === undefined && (
          <Panel title="Second factors">
            {problem === undefined ? <Waiting rows={4} label="Loading your second factors" /> : <Failed problem={problem} onRetry={reload} />}
          </Panel>
        )}
        {factors !== undefined && (
          <>
            <AuthenticatorPanel factors={factors} onChanged={reload} />
            <PasskeysPanel onChanged={reload} />
            <RecoveryPanel factors={factors} onChanged={reload} />
          </>
        )}
        <IdentitiesPanel />
        <PasswordPanel onChanged={() => setPasswords((n) => n + 1)} />
        <SessionsPanel key={passwords} />
      </div>
    </Page>
  );
}
