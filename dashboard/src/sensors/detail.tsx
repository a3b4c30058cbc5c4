// One sensor.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { SensorDocument, type EnrolledFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import type { SensorSearch } from './address.ts';
import { Revoke, Rotate } from './change.tsx';
import { Enrolled } from './enrolled.tsx';
import { Clock, Credentials, Facts, Refusals, Silences } from './facts.tsx';
import { History } from './history.tsx';
import { useMay } from './roles.ts';
import { Snippets } from './snippets.tsx';
import { TryPanel } from './try.tsx';
import { StateMark } from './words.tsx';
import './sensors.css';

const EVERY_MS = 10_000;

export function SensorPage() {
  const { sensorId } = useParams({ from: '/inside/pipeline/sensors/$sensorId' });
  const search = useSearch({ from: '/inside/pipeline/sensors/$sensorId' });
  const navigate = useNavigate();
  const may = useMay();
  const [rotated, setRotated] = useState<EnrolledFragment>();
  const fresh = useFresh(SensorDocument, { key: sensorId, variables: () => ({ id: sensorId }), what: 'The sensor', everyMs: EVERY_MS });
  const sensor = fresh.isLoading ? undefined : fresh.data?.sensor;
  useTitle(sensor?.name ?? 'Sensor');
  const show = (change: { readonly [K in keyof SensorSearch]: SensorSearch[K] | undefined }) =>
    void navigate({
      to: '/pipeline/sensors/$sensorId',
      params: { sensorId },
      search: Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined)) as SensorSearch,
      replace: true,
      resetScroll: false,
    });
  const done = () => {
    show({ ask: undefined });
    fresh.reload();
  };
  const mayChange = may.change && sensor !== null && sensor !== undefined && sensor.state !== 'revoked';
  return (
    <Page
      title={
        <>
          <Link to="/pipeline/sensors" className="crumb">
            Sensors
          </Link>{' '}
          <span className="faint">/</span> {sensor?.name ?? ''}
        </>
      }
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {sensor !== null && sensor !== undefined && <StateMark state={sensor.state} since={sensor.silentSince} />}
          {mayChange && sensor.access !== 'spiffe' && (
            <Button icon="refresh" onClick={() => show({ ask: 'rotate' })}>
              Rotate
            </Button>
          )}
          {mayChange && <Button onClick={() => show({ ask: 'revoke' })}>Revoke</Button>}
        </>
      }
    >
      <div className="page-scroll sensors">
        {fresh.isLoading &&
          (fresh.problem === undefined ? <Waiting rows={12} label="Loading the sensor" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {sensor === null && (
          <Panel title="Sensor">
            <Empty icon="search" title="There is no such sensor">
              The address is wrong, or it belongs to another organization.
            </Empty>
          </Panel>
        )}
        {rotated !== undefined && rotated.sensor.id === sensorId && <Enrolled enrolled={rotated} isRotated />}
        {sensor !== null && sensor !== undefined && (
          <>
            <div className="sensor-pair">
              <Facts sensor={sensor} />
              <History id={sensor.id} span={search.span ?? '24h'} onSpan={(span) => show({ span: span === '24h' ? undefined : span })} />
            </div>
            <Refusals refusals={sensor.refusals} />
            <div className="sensor-halves">
              <Clock skew={sensor.skew} />
              <Silences silences={sensor.silences} name={sensor.name} silenceSeconds={sensor.silenceSeconds} />
            </div>
            <Credentials credentials={sensor.credentials} />
            {sensor.state !== 'revoked' && (
              <Panel title="Configuration" note="a placeholder stands for the secret, which was shown once">
                <Snippets snippets={sensor.snippets} shown={search.shipper} onShow={(shipper) => show({ shipper })} />
              </Panel>
            )}
            {may.change && <TryPanel format={sensor.format} sensor={sensor.name} />}
            <Rotate
              sensor={sensor}
              isOpen={mayChange && search.ask === 'rotate' && sensor.access !== 'spiffe'}
              onCancel={() => show({ ask: undefined })}
              onDone={(enrolled) => {
                setRotated(enrolled);
                done();
              }}
            />
            <Revoke
              sensor={sensor}
              isOpen={mayChange && search.ask === 'revoke'}
              onCancel={() => show({ ask: undefined })}
              onDone={() => {
                setRotated(undefined);
                done();
              }}
            />
          </>
        )}
      </div>
    </Page>
  );
}
