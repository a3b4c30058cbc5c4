// What would become of records: pasted or dropped, never sent anywhere but to the API, and written nowhere.
import { Link } from '@tanstack/react-router';
import { useState, type DragEvent, type FormEvent } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { SensorFormatsDocument, TrySensorDocument, type TrySensorMutation } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, RequestId } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useMay } from './roles.ts';
import './sensors.css';

type Trial = TrySensorMutation['trySensor'];
type Tried = Trial['results'][number];
const MOST_BYTES = 262_144;

export function TryPage() {
  const may = useMay();
  useTitle('Try records');
  return (
    <Page
      title={
        <>
          <Link to="/pipeline/sensors" className="crumb">
            Sensors
          </Link>{' '}
          <span className="faint">/</span> Try records
        </>
      }
    >
      <div className="page-scroll sensors">
        {may.change ? (
          <TryPanel format={null} sensor={null} />
        ) : (
          <Panel title="Try records">
            <Empty icon="pipeline" title="Your role may not try records">
              An administrator or an engineer of your organization can, and anybody with a checkout: <code>./goshawk sensor try FILE</code>.
            </Empty>
          </Panel>
        )}
      </div>
    </Page>
  );
}

export function TryPanel({ format: given, sensor }: { readonly format: string | null; readonly sensor: string | null }) {
  const formats = useFresh(SensorFormatsDocument, { key: 'formats', variables: () => ({}), what: 'The formats' }).data?.sensorFormats ?? [];
  const [text, setText] = useState('');
  const [format, setFormat] = useState(given ?? '');
  const [trial, setTrial] = useState<Trial>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const result = await tell(TrySensorDocument, { input: { text, format: format === '' ? null : format, sensor } }, 'The trial');
    setBusy(false);
    setProblem('problem' in result ? result.problem : undefined);
    setTrial('problem' in result ? undefined : result.data.trySensor);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) void take(file);
  };
  const take = async (file: File) => setText(await file.slice(0, MOST_BYTES).text());
  return (
    <Panel title="Try records" note="written nowhere">
      <form className="sensor-form" aria-label="Try records" onSubmit={(event) => void run(event)}>
        <label className="field">
          <span>Records, one a line, or JSON documents: paste them, or drop a file here</span>
          <textarea
            className={`input mono sensor-records${isOver ? ' sensor-records-over' : ''}`}
            rows={7}
            required
            value={text}
            spellCheck={false}
            onChange={({ target }) => setText(target.value)}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          />
        </label>
        <div className="sensor-buttons">
          <label className="field sensor-inline">
            <span>Format</span>
            <input
              className="input"
              list="try-formats"
              placeholder="recognised"
              value={format}
              spellCheck={false}
              onChange={({ target }) => setFormat(target.value.trim())}
            />
            <datalist id="try-formats">
              {formats.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
          <label className="button button-quiet sensor-file">
            Choose a file
            <input
              type="file"
              className="hidden-text"
              onChange={({ target }) => {
                const file = target.files?.[0];
                if (file !== undefined) void take(file);
              }}
            />
          </label>
          <Button kind="main" type="submit" icon="play" disabled={isBusy || text.trim() === ''}>
            {isBusy ? 'Trying' : 'Try'}
          </Button>
        </div>
      </form>
      {problem !== undefined && (
        <div className="sensor-notice" role="alert">
          <p>{problem.advice}</p>
          <RequestId problem={problem} />
        </div>
      )}
      {trial !== undefined && !isBusy && <Outcome trial={trial} />}
    </Panel>
  );
}

function Outcome({ trial: { records, isCut, results } }: { readonly trial: Trial }) {
  const refused = results.filter((one) => one.refused !== null).length;
  const unparsed = results.filter((one) => one.unparsed !== null).length;
  const events = results.filter(({ dataset }) => dataset !== null).length;
  return (
    <div className="sensor-outcome" role="status" aria-label="What would become of them">
      <p>
        {plural(records, 'record')} {isCut ? '(the first of them) ' : ''}would become {plural(events, 'event')}
        {unparsed > 0 && `, ${unparsed} of them kept as text`}
        {refused > 0 && `; ${refused} would be set aside`}.
      </p>
      <Table label="Results" columns={['Record', 'Outcome', 'Format', 'Dataset', 'Fields', 'Rules that match it alone']}>
        {results.map((one, index) => (
          <Result key={`${one.record} ${index}`} tried={one} />
        ))}
      </Table>
    </div>
  );
}

function Result({ tried: { record, format, confidence, dataset, refused, unparsed, isDuplicate, fields, rules } }: { readonly tried: Tried }) {
  return (
    <tr>
      <th scope="row">{record}</th>
      <td className="sensor-reason">
        {refused !== null ? (
          <>
            set aside: <code>{refused.code}</code> {refused.reason}
          </>
        ) : unparsed !== null ? (
          `kept as text: ${unparsed}`
        ) : isDuplicate ? (
          'repeats one before it: counts once'
        ) : dataset === null ? (
          'holds no event'
        ) : (
          'becomes an event'
        )}
      </td>
      <td>
        {format ?? <span className="faint">none</span>} {confidence !== null && <span className="faint">{Math.round(confidence * 100)} % sure</span>}
      </td>
      <td>{dataset}</td>
      <td className="sensor-reason">
        {fields.length > 0 && (
          <details>
            <summary>{plural(fields.length, 'field')}</summary>
            <dl className="sensor-tried">
              {fields.map(({ name, value }) => (
                <div key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>
                    <code>{value}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </td>
      <td>{rules.map(({ title }) => title).join(', ')}</td>
    </tr>
  );
}
