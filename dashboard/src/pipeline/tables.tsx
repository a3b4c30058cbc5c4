// The numbers behind the picture: stages, parts and topics.
import { useNow } from '../kit/clock.ts';
import { count, duration, exactCount, rate } from '../kit/numbers.ts';
import { Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { HealthMark } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';
import type { PipelineHealthQuery } from '../gql/graphql.ts';
import type { Part, Stage } from '../shell/health.tsx';
import { Table } from '../kit/table.tsx';

const total = (counts: readonly { readonly count: number }[]): number => counts.reduce((sum, { count: n }) => sum + n, 0);
const list = (counts: readonly { readonly name: string; readonly count: number }[]): string =>
  counts.map(({ name, count: n }) => `${name}: ${exactCount(n)}`).join('\n');

/** That of the furthest dataset, and beside it the slowest, where a dataset comes late by nature. */
function Watermark({ stage: { watermark, watermarks }, now }: { readonly stage: Stage; readonly now: number }) {
  if (watermark === null) return <span className="faint">none yet</span>;
  const [slowest] = watermarks;
  return (
    <>
      {duration(now - toMs(watermark))} ago
      {slowest !== undefined && watermarks.length > 1 && (
        <span className="faint">
          ; {slowest.dataset} {duration(now - toMs(slowest.watermark))}
        </span>
      )}
    </>
  );
}
const marks = ({ watermarks }: Stage, now: number): string =>
  watermarks.map(({ dataset, watermark }) => `${dataset}: ${duration(now - toMs(watermark))} ago`).join('\n');

export function StagesTable({ stages }: { readonly stages: readonly Stage[] }) {
  const now = useNow(1000);
  return (
    <Panel title="Stages" note="in = passed + dropped + rejected, since the ledger begins" isFlush>
      <Table
        label="Stages"
        columns={[
          'Stage',
          'Reads',
          { ofNumbers: 'Rate' },
          { ofNumbers: 'Lag' },
          { ofNumbers: 'Watermark' },
          { ofNumbers: 'In' },
          { ofNumbers: 'Passed' },
          { ofNumbers: 'Dropped' },
          { ofNumbers: 'Rejected' },
          { ofNumbers: 'Out' },
        ]}
      >
        {stages.map((stage) => (
          <tr key={stage.name}>
            <th scope="row">{stage.name}</th>
            <td>
              <code>{stage.inputTopic}</code>
            </td>
            <td className="n">{rate(stage.inPerSecond)}</td>
            <td className="n" title={stage.lag === null ? 'Not known while the broker is away' : exactCount(stage.lag)}>
              {stage.lag === null ? 'not known' : count(stage.lag)}
            </td>
            <td className="n" title={marks(stage, now)}>
              <Watermark stage={stage} now={now} />
            </td>
            <td className="n">{exactCount(stage.in)}</td>
            <td className="n">{exactCount(stage.passed)}</td>
            <td className="n" title={list(stage.dropped)}>
              {exactCount(total(stage.dropped))}
            </td>
            <td className="n" title={list(stage.rejected)}>
              {exactCount(total(stage.rejected))}
            </td>
            <td className="n">{exactCount(stage.out)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

export function Parts({ parts }: { readonly parts: readonly Part[] }) {
  return (
    <Panel title="Parts" isFlush>
      <ul className="parts">
        {parts.map((part) => (
          <li key={part.name} className="part-row">
            <span className="part-name">
              <strong>{part.name}</strong>
              <span className="faint">{[part.kind === part.name ? '' : part.kind, part.version ?? ''].filter((text) => text !== '').join(' ')}</span>
            </span>
            <HealthMark state={part.state} />
            {(part.detail !== '' || part.downSince !== null) && (
              <p className="part-detail">
                {part.downSince !== null && (
                  <>
                    Since <Moment at={part.downSince} isLong />.{' '}
                  </>
                )}
                {part.detail}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Topics({ topics }: { readonly topics: PipelineHealthQuery['pipeline']['topics'] }) {
  return (
    <Panel title="Topics" note={`${topics.length}`} isFlush>
      <Table label="Topics" columns={['Topic', { ofNumbers: 'Records' }, { ofNumbers: 'Partitions' }, 'Value', 'Key']}>
        {topics.map((topic) => (
          <tr key={topic.name}>
            <th scope="row">
              <code>{topic.name}</code>
            </th>
            <td className="n">{exactCount(topic.records)}</td>
            <td className="n">{topic.partitions}</td>
            <td>{topic.schema.replace(/^goshawk\.v\d+\./, '')}</td>
            <td className="quiet table-key" title={topic.key}>
              {topic.key}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
