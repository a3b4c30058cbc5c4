import { Button } from '../kit/button.tsx';
import { count, rate } from '../kit/numbers.ts';
import { HealthShape } from '../kit/severity.tsx';
import type { Tail } from './use-tail.ts';

/** Whether the tail runs, how fast, and what it leaves out. */
export function TailBar({ tail, isPaused, onPause }: { readonly tail: Tail; readonly isPaused: boolean; readonly onPause: () => void }) {
  const isOpen = tail.live.state === 'open';
  const state = !isOpen ? (tail.live.state === 'away' ? 'Connection lost, trying again' : 'Connecting') : isPaused ? 'Paused' : 'Live';
  return (
    <div className="tail-bar" role="group" aria-label="Live tail">
      <span className="tail-state">
        <HealthShape health={!isOpen ? 'waiting' : isPaused ? 'off' : 'good'} />
        {state}
      </span>
      <span className="number quiet">{rate(tail.perSecond)}</span>
      <span className="number quiet">{count(tail.received)} received</span>
      {tail.leftOut > 0 && <span className="tail-left number">Sampled: {count(tail.leftOut)} left out to keep up</span>}
      <Button kind="quiet" hint="p" icon={isPaused ? 'play' : 'pause'} aria-pressed={isPaused} onClick={onPause}>
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
    </div>
  );
}
