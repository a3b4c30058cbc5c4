// Names the part that is away, since when, and what that means for what is on the screen.
import { useNow } from '../kit/clock.ts';
import { age, duration } from '../kit/numbers.ts';
import { HealthShape, healthOf } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';
import { useHealth, type Part } from './health.tsx';
import './banner.css';

/** What it means for this page; the API's own `detail` says what it means for records, and what to do. */
const meaning: Record<string, string> = {
  broker: 'Nothing new arrives here; what is stored can be read.',
  database: 'Lists and charts below stay as they were.',
};

export function Banner() {
  const health = useHealth();
  const now = useNow(1000);
  if (health.problem !== undefined) {
    return (
      <div className="banner banner-bad" role="alert">
        <HealthShape health="bad" />
        <p>
          <strong>{health.problem.title}</strong> {health.at === undefined ? '' : `What you see is ${age(now - health.at)} old. `}
          {health.problem.advice}
        </p>
      </div>
    );
  }
  const away = (health.data?.pipeline.parts ?? []).filter(({ state }) => healthOf(state) === 'bad' || state === 'starting');
  return away.map((part) => <AwayPart key={part.name} part={part} now={now} />);
}

function AwayPart({ part, now }: { readonly part: Part; readonly now: number }) {
  const isStarting = part.state === 'starting';
  const verb = part.name.endsWith('s') ? 'are' : 'is'; // stages, inputs
  return (
    <div className={`banner ${isStarting ? 'banner-waiting' : 'banner-bad'}`} role="alert">
      <HealthShape health={isStarting ? 'waiting' : 'bad'} />
      <p>
        <strong>
          {isStarting
            ? `The ${part.name} ${verb} starting.`
            : `The ${part.name} ${verb} away${part.downSince === null ? '' : ` for ${duration(now - toMs(part.downSince))}`}.`}
        </strong>{' '}
        {meaning[part.name] ?? ''} {part.detail}
      </p>
    </div>
  );
}
