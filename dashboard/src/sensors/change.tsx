// Rotating and revoking: each asks first and says what will happen.
import { useState } from 'react';
import { tell } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { RevokeSensorDocument, RotateSensorDocument, type EnrolledFragment, type SensorQuery } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { OVERLAPS } from './kinds.ts';

type Sensor = NonNullable<SensorQuery['sensor']>;

interface ChangeProps<R> {
  readonly sensor: Sensor;
  readonly isOpen: boolean;
  readonly onDone: (result: R) => void;
  readonly onCancel: () => void;
}

export function Rotate({ sensor, isOpen, onDone, onCancel }: ChangeProps<EnrolledFragment>) {
  const [overlap, setOverlap] = useState('86400');
  const [csr, setCsr] = useState('');
  const { isBusy, problem, run } = useChange(async () => {
    const result = await tell(
      RotateSensorDocument,
      { id: sensor.id, overlapSeconds: Number(overlap), csr: csr.trim() === '' ? null : csr.trim() },
      'The rotation',
    );
    if ('problem' in result) return result.problem;
    onDone(result.data.rotateSensor);
    return undefined;
  });
  return (
    <AskDialog
      isOpen={isOpen}
      title={`Rotate the credential of ${sensor.name}`}
      action="Make a new one"
      isBusy={isBusy}
      problem={problem}
      onDo={run}
      onCancel={onCancel}
    >
      <p>A new credential is made and shown once. Nothing is lost while both hold: change the sensor meanwhile.</p>
      <label className="field">
        <span>The present one still holds</span>
        <select className="input" value={overlap} onChange={({ target }) => setOverlap(target.value)}>
          {OVERLAPS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {sensor.access === 'mtls' && (
        <label className="field">
          <span>Certificate request (PEM); empty: a key is made here and shown once</span>
          <textarea className="input mono" rows={3} value={csr} spellCheck={false} onChange={({ target }) => setCsr(target.value)} />
        </label>
      )}
    </AskDialog>
  );
}

export function Revoke({ sensor, isOpen, onDone, onCancel }: ChangeProps<void>) {
  const { isBusy, problem, run } = useChange(async () => {
    const result = await tell(RevokeSensorDocument, { id: sensor.id }, 'The end of the sensor');
    if ('problem' in result) return result.problem;
    onDone();
    return undefined;
  });
  return (
    <AskDialog
      isOpen={isOpen}
      title={`Revoke ${sensor.name}`}
      action={`Revoke ${sensor.name}`}
      isBusy={isBusy}
      problem={problem}
      onDo={run}
      onCancel={onCancel}
    >
      <p>
        This cannot be undone. What the sensor has is refused within two seconds, also on connections that are open: its records wait at the sender, or are lost
        there.
      </p>
      <p>What it sent stays. The name may be enrolled again, with a new credential.</p>
    </AskDialog>
  );
}

function useChange(work: () => Promise<Problem | undefined>) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = () => {
    setBusy(true);
    void work().then((found) => {
      setBusy(false);
      setProblem(found);
    });
  };
  return { isBusy, problem, run };
}
