// Who sends: every sensor with how it does.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { SensorsDocument } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import type { SensorsSearch } from './address.ts';
import { SensorsTable } from './list.tsx';
import { useMay } from './roles.ts';
import './sensors.css';

const PAGE = 50;
const MOST = 200;
const EVERY_MS = 10_000;
const WHICH = [
  { value: 'now', label: 'Enrolled' },
  { value: 'all', label: 'With revoked' },
] as const;

export function SensorsPage() {
  const search = useSearch({ from: '/inside/pipeline/sensors' });
  const navigate = useNavigate();
  const may = useMay();
  const [first, setFirst] = useState(PAGE);
  useTitle('Sensors');
  const fresh = useFresh(SensorsDocument, {
    key: `${JSON.stringify(search)} ${first}`,
    variables: () => ({ first, filter: { search: search.name ?? null, withRevoked: search.revoked === '1' } }),
    what: 'The sensors',
    everyMs: EVERY_MS,
  });
  const enrol = () => void navigate({ to: '/pipeline/sensors/enrol' });
  useKeys(may.change ? [{ keys: 'n', label: 'Enrol a sensor', group: 'Lists', run: enrol }] : []);
  const show = (next: SensorsSearch) => void navigate({ to: '/pipeline/sensors', search: next, replace: true, resetScroll: false });
  const found = fresh.data?.sensors;
  const sensors = found?.edges.map(({ node }) => node) ?? [];
  const silent = sensors.filter(({ state }) => state === 'silent').length;
  return (
    <Page
      title={
        <>
          <Link to="/pipeline" className="crumb">
            Pipeline
          </Link>{' '}
          <span className="faint">/</span> Sensors
        </>
      }
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {may.change && (
            <Button kind="quiet" onClick={() => void navigate({ to: '/pipeline/sensors/try' })}>
              Try records
            </Button>
          )}
          {may.change && (
            <Button kind="main" icon="plus" hint="n" onClick={enrol}>
              Enrol
            </Button>
          )}
        </>
      }
    >
      <div className="page-scroll sensors">
        <div className="sensors-filters">
          <input
            className="input"
            type="search"
            aria-label="Part of a sensor's name"
            placeholder="Part of a name"
            value={search.name ?? ''}
            spellCheck={false}
            onChange={({ target: { value } }) => show({ ...(value === '' ? {} : { name: value }), ...(search.revoked === '1' ? { revoked: '1' } : {}) })}
          />
          <Segments
            label="Which"
            value={search.revoked === '1' ? 'all' : 'now'}
            choices={WHICH}
            onChange={(which) => show({ ...(search.name === undefined ? {} : { name: search.name }), ...(which === 'all' ? { revoked: '1' } : {}) })}
          />
        </div>
        {found === undefined &&
          (fresh.problem === undefined ? <Waiting rows={8} label="Loading the sensors" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {found !== undefined && sensors.length === 0 && (
          <Panel title="Sensors">
            {search.name === undefined ? (
              <Empty
                icon="pipeline"
                title="No sensor is enrolled yet"
                action={
                  may.change ? (
                    <Button kind="main" icon="plus" onClick={enrol}>
                      Enrol the first
                    </Button>
                  ) : undefined
                }
              >
                <p>Each sensor would show here with when it was last heard, how much it sends, and what of it was refused.</p>
                <p>
                  Enrolling gives it a credential and a configuration for Filebeat, Vector, Fluent Bit, rsyslog or a Kafka producer.{' '}
                  {!may.change && 'An administrator or an engineer of your organization can do that.'}
                </p>
              </Empty>
            ) : (
              <Empty icon="search" title="No sensor of that name">
                No name holds “{search.name}”.
              </Empty>
            )}
          </Panel>
        )}
        {found !== undefined && sensors.length > 0 && (
          <Panel
            title="Sensors"
            note={`${plural(sensors.length, 'sensor')}${found.pageInfo.hasNextPage ? ' of more' : ''}${silent > 0 ? `, ${silent} silent` : ''}; rates are of ten minutes and the ten before`}
            isFlush
          >
            <SensorsTable sensors={sensors} />
            {found.pageInfo.hasNextPage && (
              <div className="sensors-end">
                {first < MOST ? (
                  <Button kind="quiet" onClick={() => setFirst(Math.min(MOST, first * 2))}>
                    Show more
                  </Button>
                ) : (
                  <span className="faint">The {MOST} newest are shown. Part of a name narrows them.</span>
                )}
              </div>
            )}
          </Panel>
        )}
      </div>
    </Page>
  );
}
