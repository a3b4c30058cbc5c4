// How many recovery codes are left, and new ones.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { HealthShape } from '../kit/severity.tsx';
import { callSignedIn } from '../session/tokens.ts';
import { CodesDialog } from './codes-dialog.tsx';
import type { OwnFactors } from './own.ts';
import { useProof } from './proof.tsx';

const FEW = 3;

/** Says nothing to who has no second factor: codes come with the first. */
export function RecoveryPanel({
  factors: { totpSince, passkeys, recoveryCodes },
  onChanged,
}: {
  readonly factors: OwnFactors;
  readonly onChanged: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const { isBusy, problem, field, run, reset } = useProof();
  if (totpSince === null && passkeys === 0) return null;
  const close = () => {
    setAsking(false);
    reset();
  };
  return (
    <Panel title="Recovery codes">
      <div className="account-text">
        <p className="account-state">
          <HealthShape health={recoveryCodes > FEW ? 'good' : recoveryCodes > 0 ? 'waiting' : 'bad'} />
          <span>
            {recoveryCodes === 0
              ? 'None is left: without your device only an administrator could let you in.'
              : `${plural(recoveryCodes, 'code')} left. Each lets you in once, without your device.`}
          </span>
        </p>
        <Button onClick={() => setAsking(true)}>New recovery codes</Button>
      </div>
      <AskDialog
        isOpen={isAsking}
        title="New recovery codes"
        action="Make new ones"
        isBusy={isBusy}
        problem={problem}
        onDo={() =>
          void run('New codes could not be made.', async (proof) => {
            const made = await callSignedIn<{ readonly recoveryCodes: readonly string[] }>('POST', '/auth/recovery-codes', proof);
            close();
            setCodes(made.recoveryCodes);
            onChanged();
          })
        }
        onCancel={close}
      >
        <p>Those of before hold no more.</p>
        {field}
      </AskDialog>
      <CodesDialog codes={codes} onKept={() => setCodes([])} />
    </Panel>
  );
}
