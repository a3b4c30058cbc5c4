// The organization wants a second factor and there is none yet: one is set up before the first page is shown.
import { useEffect, useState } from 'react';
import { Button } from '../kit/button.tsx';
import { call, type Challenge } from './api.ts';
import { Authenticator, CodeField, type Proposal } from './authenticator.tsx';
import { RefusalNote, StepForm, useStep } from './step.tsx';
import { proveCode } from './tokens.ts';

interface EnrolStepProps {
  readonly challenge: Challenge;
  /** Given the recovery codes, which are shown this once. */
  readonly onSignedIn: (codes: readonly string[]) => void;
  readonly onBack: () => void;
}

export function EnrolStep({ challenge, onSignedIn, onBack }: EnrolStepProps) {
  const [proposal, setProposal] = useState<Proposal>();
  const { isBusy, refusal, run } = useStep();
  useEffect(() => {
    void run(async () => setProposal(await call<Proposal>('POST', '/auth/setup-mfa', { mfaToken: challenge.token })));
    // Once a challenge.
  }, [challenge.token]);
  return (
    <>
      <p className="quiet">Your organization asks for one of your role.</p>
      {proposal === undefined && <RefusalNote refusal={refusal} />}
      {proposal !== undefined && (
        <StepForm label="Set up a second factor" onSubmit={(field) => void run(async () => onSignedIn(await proveCode(challenge, field('code').trim())))}>
          <Authenticator proposal={proposal} />
          <CodeField label="Code that the application shows" isWrong={refusal?.status === 401} />
          <RefusalNote refusal={refusal} />
          <Button kind="main" type="submit" disabled={isBusy}>
            {isBusy ? 'Checking' : 'Go on'}
          </Button>
        </StepForm>
      )}
      <div className="login-ways">
        <Button kind="quiet" onClick={onBack}>
          Begin again
        </Button>
      </div>
    </>
  );
}
