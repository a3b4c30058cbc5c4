import { Link } from '@tanstack/react-router';
import { useNow } from '../kit/clock.ts';
import { Icon } from '../kit/icon.tsx';
import { count, duration, plural, rate } from '../kit/numbers.ts';
import { HealthShape, healthOf } from '../kit/severity.tsx';
import { Stale } from '../kit/states.tsx';
import { toMs } from '../kit/time.ts';
import { totalLag, useHealth } from '../shell/health.tsx';

const WORDS: Record<string, string> = { ready: 'Everything runs', degraded: 'Something is away', down: 'The pipeline is down' };

/** The pipeline in one line. */
export function HealthLine() {
  const { data, problem, at } = useHealth();
  const now = useNow(1000);
  if (data === undefined) return <div className="health-line" />;
  const { state, stages, parts, deadLetterCounts } = data.pipeline;
  const lag = totalLag(stages);
  const marks = stages.flatMap(({ watermark }) => (watermark === null ? [] : [toMs(watermark)]));
  const behind = marks.length === 0 ? null : now - Math.min(...marks);
  const dead = (deadLetterCounts ?? []).reduce((all, { count: n }) => all + n, 0);
  const first = stages.find(({ inputTopic }) => inputTopic.startsWith('raw.'));
  return (
    <Link to="/pipeline" className="health-line">
      <HealthShape health={problem === undefined ? healthOf(state) : 'waiting'} size={11} />
      <strong>{problem === undefined ? (WORDS[state] ?? state) : 'State not known'}</strong>
      <span className="number">
        {parts.filter((part) => part.state === 'up').length} of {plural(parts.filter((part) => part.state !== 'off').length, 'part')} up
      </span>
      {first !== undefined && <span className="number">{rate(first.inPerSecond)} in</span>}
      <span className="number">{lag === null ? 'lag not known' : `${count(lag)} ${lag === 1 ? 'record' : 'records'} behind`}</span>
      {behind !== null && <span className="number">watermark {duration(behind)} ago</span>}
      <span className="number">{plural(dead, 'dead letter')}</span>
      <Stale problem={problem} at={at} />
      <Icon name="right" size={14} />
    </Link>
  );
}
