// How a hunt is told: its state with how far it is, and what it is after.
import type { HuntRowFragment, HuntState } from '../gql/graphql.ts';
import { count, plural } from '../kit/numbers.ts';
import { HealthShape } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';

const STATES: Readonly<Record<HuntState, readonly [health: 'good' | 'waiting' | 'off' | 'bad', word: string]>> = {
  running: ['waiting', 'Running'],
  paused: ['off', 'Paused'],
  cancelled: ['off', 'Cancelled'],
  done: ['good', 'Done'],
  stopped: ['bad', 'Stopped'],
  failed: ['bad', 'Failed'],
};

/** Whole percents; never 100 before it is done. */
export const percentOf = ({ state, progress }: Pick<HuntRowFragment, 'state' | 'progress'>): number =>
  state === 'done' ? 100 : Math.min(99, Math.floor(progress * 100));

/** Milliseconds until it is done, as it went so far; null while that cannot be told. @param now Milliseconds since 1970 */
export function leftMs({ state, progress, createdAt }: Pick<HuntRowFragment, 'state' | 'progress' | 'createdAt'>, now: number): number | null {
  if (state !== 'running' || progress < 0.02) return null;
  return (Math.max(0, now - toMs(createdAt)) * (1 - progress)) / progress;
}

export const isOver = (state: HuntState): boolean => state !== 'running' && state !== 'paused';

export function HuntMark({ hunt }: { readonly hunt: Pick<HuntRowFragment, 'state' | 'reason' | 'progress'> }) {
  const [health, word] = STATES[hunt.state];
  const percent = percentOf(hunt);
  return (
    <span className="hunt-mark" title={hunt.reason ?? undefined}>
      <HealthShape health={health} />
      <span>{word}</span>
      {percent < 100 && <progress className="hunt-progress" max={100} value={percent} aria-label="Looked through" />}
      {percent < 100 && <span className="number">{percent} %</span>}
    </span>
  );
}

/** `host.name:web*`, `12 indicators`. */
export const aimOf = ({ query, indicatorCount }: Pick<HuntRowFragment, 'query' | 'indicatorCount'>): string => query ?? plural(indicatorCount, 'indicator');

/** `by the index, reads about 120 of 1.2M events`. */
export function wayWords({
  servedBy,
  reads,
  events,
}: {
  readonly servedBy: HuntRowFragment['servedBy'];
  readonly reads: number;
  readonly events: number;
}): string {
  if (servedBy === 'values') return `by the index of values, reads about ${count(reads)} of ${plural(events, 'event')}`;
  return `one event after the other, reads ${plural(reads, 'event')}`;
}
