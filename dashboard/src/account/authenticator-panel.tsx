// The application that shows six digits: set up, and taken away.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { HealthShape } from '../kit/severity.tsx';
import { report } from '../kit/undo.tsx';
import { Authenticator, CodeField, type Proposal } from '../session/authenticator.tsx';
import { callSignedIn } from '../session/tokens.ts';
import { CodesDialog } from './codes-dialog.tsx';
import type { OwnFactors } from './own.ts';
import { useProof } from './proof.tsx';

interface Props {
  readonly factors: OwnFactors;
  readonly onChanged: () => void;
}

export function AuthenticatorPanel({ factors, onChanged }: Props) {
  const [asking, setAsking] = useState<'set-up' | 'take-away'>();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const { totpSince, isRequired, passkeys } = factors;
  const close = () => setAsking(undefined);
  return (
    <Panel title="Authenticator application" note={isRequired ? 'your organization wants a second factor of your role' : undefined}>
      <div className="account-text">
        {totpSince === null ? (
          <p className="account-state quiet">
            <HealthShape health={passkeys > 0 ? 'off' : 'waiting'} /> <span>Not set up. With it, your password alone lets nobody in.</span>
          </p>
        ) : (
          <p className="account-state">
            <HealthShape health="good" />
            <span>
              Set up <Moment at={totpSince} isLong />.
            </span>
          </p>
        )}
        {totpSince === null ? (
          <Button kind="main" onClick={() => setAsking('set-up')}>
            Set up an application
          </Button>
        ) : (
          <Button onClick={() => setAsking('take-away')}>Take away the application</Button>
        )}
      </div>
      {asking === 'set-up' && (
        <SetUp
          onCancel={close}
          onDone={(given) => {
            close();
            setCodes(given);
            onChanged();
          }}
        />
      )}
      {asking === 'take-away' && (
        <TakeAway
          onCancel={close}
          onDone={() => {
            close();
            report({ text: 'The application is taken away' });
            onChanged();
          }}
        />
      )}
      <CodesDialog codes={codes} onKept={() => setCodes([])} />
    </Panel>
  );
}

function SetUp({ onDone, onCancel }: { readonly onDone: (codes: readonly string[]) => void; readonly onCancel: () => void }) {
  const [proposal, setProposal] = useState<Proposal>();
  const [code, setCode] = useState('');
  const { isBusy, problem, field, run } = useProof();
  const act = () =>
    void (proposal === undefined
      ? run('The application could not be set up.', async (proof) => setProposal(await callSignedIn<Proposal>('POST', '/auth/setup-mfa', proof)))
      : run('The application could not be set up.', async () => {
          const { recoveryCodes } = await callSignedIn<{ readonly recoveryCodes: readonly string[] }>('POST', '/auth/verify-mfa', { code: code.trim() });
          onDone(recoveryCodes);
        }));
  return (
    <AskDialog
      isOpen
      title="Set up an authenticator application"
      action={proposal === undefined ? 'Show the QR code' : 'Confirm'}
      isBusy={isBusy}
      problem={problem}
      onDo={act}
      onCancel={onCancel}
    >
      {proposal === undefined ? (
        <>
          <p>Any application that shows codes by time will do. From then on, signing in asks for a code of it after the password.</p>
          {field}
        </>
      ) : (
        <>
          <Authenticator proposal={proposal} />
          <CodeField label="Code that the application shows" isWrong={problem !== undefined} onText={setCode} />
        </>
      )}
    </AskDialog>
  );
}

function TakeAway({ onDone, onCancel }: { readonly onDone: () => void; readonly onCancel: () => void }) {
  const [code, setCode] = useState('');
  const { isBusy, problem, run } = useProof();
  return (
    <AskDialog
      isOpen
      title="Take away the application"
      action="Take it away"
      isBusy={isBusy}
      problem={problem}
      onDo={() =>
        void run('The application could not be taken away.', async () => {
          await callSignedIn('POST', '/auth/disable-mfa', { code: code.trim() });
          onDone();
        })
      }
      onCancel={onCancel}
    >
      <p>Without another factor your password alone lets you in, and whoever knows it. Prove that it is you:</p>
      <CodeField label="Code of the application, or a recovery code" isWrong={problem !== undefined} isForRecovery onText={setCode} />
    </AskDialog>
  );
}
