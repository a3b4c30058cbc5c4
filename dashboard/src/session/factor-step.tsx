// The second factor of who has one.
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import type { Challenge } from './api.ts';
import { CodeField } from './authenticator.tsx';
import { hasPasskeys, showPasskey } from './passkey.ts';
import { RefusalNote, StepForm, useStep } from './step.tsx';
import { proveCode, signInByPasskey } from './tokens.ts';

interface FactorStepProps {
  readonly challenge: Challenge;
  readonly organization: string;
  readonly onSignedIn: () => void;
  readonly onBack: () => void;
}

export function FactorStep({ challenge, organization, onSignedIn, onBack }: FactorStepProps) {
  const has = (method: Challenge['methods'][number]) => challenge.methods.includes(method);
  const [isRecovering, setRecovering] = useState(false);
  const { isBusy, refusal, setRefusal, run } = useStep();
  const isAskingCode = has('totp') || isRecovering;
  return (
    <>
      {isAskingCode && (
        <StepForm
          label="Second factor"
          onSubmit={(field) =>
            void run(async () => {
              await proveCode(challenge, field('code').trim());
              onSignedIn();
            })
          }
        >
          <CodeField
            label={isRecovering ? 'One of your recovery codes' : 'Code of your authenticator application'}
            isWrong={refusal?.status === 401}
            isForRecovery={isRecovering}
          />
          <RefusalNote refusal={refusal} />
          <Button kind="main" type="submit" disabled={isBusy}>
            {isBusy ? 'Checking' : 'Go on'}
          </Button>
        </StepForm>
      )}
      {!isAskingCode && <RefusalNote refusal={refusal} />}
      <div className="login-ways">
        {has('passkey') && hasPasskeys() && (
          <Button
            icon="person"
            kind={isAskingCode ? 'plain' : 'main'}
            disabled={isBusy}
            onClick={() =>
              void run(async () => {
                await signInByPasskey(organization, challenge, showPasskey);
                onSignedIn();
              })
            }
          >
            Use your passkey
          </Button>
        )}
        {has('recovery') && (
          <Button
            kind="quiet"
            onClick={() => {
              setRefusal(null);
              setRecovering(!isRecovering);
            }}
          >
            {isRecovering ? 'Not a recovery code' : 'Use a recovery code'}
          </Button>
        )}
        <Button kind="quiet" onClick={onBack}>
          Begin again
        </Button>
      </div>
      <p className="login-note">Device and recovery codes lost: an administrator of your organization can take the factors away.</p>
    </>
  );
}
