import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMedia } from '../kit/media.ts';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { HealthMark } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { useHealth } from '../shell/health.tsx';
import { DeadLetters } from '../dead-letters/panel.tsx';
import { Ledger } from './ledger.tsx';
import { Picture } from './picture.tsx';
import { Parts, StagesTable, Topics } from './tables.tsx';
import './page.css';

export function PipelinePage() {
  const health = useHealth();
  const search = useSearch({ from: '/inside/pipeline' });
  const navigate = useNavigate();
  const hasRoom = useMedia('(min-width: 900px)');
  useTitle('Pipeline');
  const pipeline = health.data?.pipeline;
  return (
    <Page
      title="Pipeline"
      tools={
        <>
          <Link to="/pipeline/sensors" className="button button-quiet">
            Sensors
          </Link>
          <Stale problem={health.problem} at={health.at} />
          {pipeline !== undefined && health.problem === undefined && <HealthMark state={pipeline.state} />}
        </>
      }
    >
      <div className="page-scroll pipeline">
        {pipeline === undefined &&
          (health.problem === undefined ? <Waiting rows={12} label="Loading the pipeline" /> : <Failed problem={health.problem} onRetry={health.reload} />)}
        {pipeline !== undefined && (
          <>
            {hasRoom && pipeline.stages.length > 0 && (
              <Panel title="Flow" note={`${plural(pipeline.stages.length, 'stage')}: records per second, records behind, age of the watermark`}>
                <Picture stages={pipeline.stages} />
              </Panel>
            )}
            {pipeline.stages.length === 0 && (
              <Panel title="Flow">
                <Empty icon="pipeline" title="No stage has run yet">
                  Stages show here with their first record. <code>./goshawk up</code> starts them all on this machine, <code>./goshawk run telemetry</code> on
                  this one alone.
                </Empty>
              </Panel>
            )}
            {pipeline.stages.length > 0 && <StagesTable stages={pipeline.stages} />}
            <Ledger />
            <div className="pipeline-pair">
              <Parts parts={pipeline.parts} />
              <Topics topics={pipeline.topics} />
            </div>
            <DeadLetters
              counts={pipeline.deadLetterCounts}
              refused={pipeline.refusedSources}
              code={search.code}
              open={search.letter}
              onCode={(code) => void navigate({ to: '/pipeline', search: code === '' ? {} : { code }, resetScroll: false })}
              onOpen={(letter) => void navigate({ to: '/pipeline', search: { ...search, letter }, replace: true, resetScroll: false })}
            />
          </>
        )}
      </div>
    </Page>
  );
}
