// Enrolling a sensor: what it is called, how it proves who it is, and then the credential, once.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { EnrolSensorDocument, SensorFormatsDocument, type EnrolledFragment, type SensorAccess } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, RequestId } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { Enrolled } from './enrolled.tsx';
import { KINDS, SILENCES } from './kinds.ts';
import { useMay } from './roles.ts';
import { kindWord } from './words.tsx';
import './sensors.css';

export function EnrolPage() {
  const [enrolled, setEnrolled] = useState<EnrolledFragment>();
  const navigate = useNavigate();
  const may = useMay();
  useTitle('Enrol a sensor');
  return (
    <Page
      title={
        <>
          <Link to="/pipeline/sensors" className="crumb">
            Sensors
          </Link>{' '}
          <span className="faint">/</span> {enrolled === undefined ? 'Enrol' : `${enrolled.sensor.name} is enrolled`}
        </>
      }
      tools={
        enrolled !== undefined && (
          <Button kind="main" onClick={() => void navigate({ to: '/pipeline/sensors/$sensorId', params: { sensorId: enrolled.sensor.id } })}>
            I have kept it: show the sensor
          </Button>
        )
      }
    >
      <div className="page-scroll sensors sensors-narrow">
        {enrolled !== undefined ? (
          <Enrolled enrolled={enrolled} isRotated={false} />
        ) : may.change ? (
          <EnrolForm mayBindSpiffe={may.bindSpiffe} onEnrolled={setEnrolled} />
        ) : (
          <Panel title="Enrol a sensor">
            <Empty icon="pipeline" title="Your role may not enrol sensors">
              An administrator or an engineer of your organization can.
            </Empty>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function EnrolForm({ mayBindSpiffe, onEnrolled }: { readonly mayBindSpiffe: boolean; readonly onEnrolled: (enrolled: EnrolledFragment) => void }) {
  const { kind = 'token' } = useSearch({ from: '/inside/pipeline/sensors/enrol' });
  const navigate = useNavigate();
  const formats = useFresh(SensorFormatsDocument, { key: 'formats', variables: () => ({}), what: 'The formats' }).data?.sensorFormats ?? [];
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const choose = (next: SensorAccess) => void navigate({ to: '/pipeline/sensors/enrol', search: next === 'token' ? {} : { kind: next }, replace: true });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string): string | null => {
      const value = data.get(name);
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
    };
    const silence = text('silence');
    setBusy(true);
    const result = await tell(
      EnrolSensorDocument,
      {
        input: {
          name: text('name') ?? '',
          access: kind,
          format: text('format') ?? 'auto',
          source: text('source'),
          silenceSeconds: silence === null ? null : Number(silence),
          spiffeId: text('spiffeId'),
          csr: text('csr'),
        },
      },
      'The enrolment',
    );
    setBusy(false);
    if ('problem' in result) setProblem(result.problem);
    else onEnrolled(result.data.enrolSensor);
  };
  return (
    <form className="sensor-form" onSubmit={(event) => void submit(event)} aria-label="Enrol a sensor">
      <Panel title="What it is">
        <div className="sensor-fields">
          <label className="field">
            <span>Name: lower-case letters, digits and dashes; its events carry it</span>
            <input
              className="input"
              name="name"
              required
              autoFocus
              pattern="[a-z0-9][a-z0-9\-]{0,39}"
              maxLength={40}
              placeholder="web-01"
              spellCheck={false}
              autoComplete="off"
            />
          </label>
          <label className="field">
            <span>Format of its records; empty: recognised record by record</span>
            <input className="input" name="format" list="sensor-formats" placeholder="auto" spellCheck={false} autoComplete="off" />
            <datalist id="sensor-formats">
              {formats.map((format) => (
                <option key={format} value={format} />
              ))}
            </datalist>
          </label>
          {kind !== 'sasl' && (
            <label className="field">
              <span>Source: last part of its topic; empty: sensors</span>
              <input
                className="input"
                name="source"
                pattern="[a-z0-9][a-z0-9\-]{0,39}"
                maxLength={40}
                placeholder="sensors"
                spellCheck={false}
                autoComplete="off"
              />
            </label>
          )}
          <label className="field">
            <span>Alert when it says nothing for</span>
            <select className="input" name="silence" defaultValue="">
              {SILENCES.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
      </Panel>
      <Panel title="How it proves who it is">
        <div className="sensor-kinds" role="radiogroup" aria-label="Credential">
          {KINDS.filter(({ access }) => access !== 'spiffe' || mayBindSpiffe).map(({ access, about, goesInBy }) => (
            <label key={access} className="sensor-kind">
              <input type="radio" name="access" value={access} checked={access === kind} onChange={() => choose(access)} />
              <span>
                <strong>{kindWord(access)}</strong>
                <span className="quiet">{about}</span>
                <span className="faint">Goes in by {goesInBy}.</span>
              </span>
            </label>
          ))}
        </div>
        {kind === 'spiffe' && (
          <label className="field">
            <span>SPIFFE ID of its workload</span>
            <input
              className="input"
              name="spiffeId"
              required
              pattern="spiffe://[a-z0-9._\-]+(/[A-Za-z0-9._\-]+)+"
              placeholder="spiffe://prod.example/agent/web-01"
              spellCheck={false}
            />
          </label>
        )}
        {kind === 'mtls' && (
          <label className="field">
            <span>Certificate request (PKCS #10, PEM), so that the key stays with the sensor; empty: a key is made here and shown once</span>
            <textarea className="input mono" name="csr" rows={3} spellCheck={false} placeholder="-----BEGIN CERTIFICATE REQUEST-----" />
          </label>
        )}
      </Panel>
      {problem !== undefined && (
        <div className="sensor-notice" role="alert">
          <p>{problem.advice}</p>
          <RequestId problem={problem} />
        </div>
      )}
      <div className="sensor-buttons">
        <Button kind="main" type="submit" disabled={isBusy}>
          {isBusy ? 'Enrolling' : 'Enrol'}
        </Button>
        <Button kind="quiet" onClick={() => void navigate({ to: '/pipeline/sensors' })}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
