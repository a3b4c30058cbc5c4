// What was just done, for ten seconds, and the way back.
import { useEffect } from 'react';
import { Button } from './button.tsx';
import { cell, useCell } from './cell.ts';
import { Icon } from './icon.tsx';
import { useKeys } from './keys.ts';
import './undo.css';

export const UNDO_MS = 10_000;

export interface Deed {
  readonly text: string;
  /** Takes it back. Absent for what only informs, and for failures. */
  readonly undo?: () => void;
  /** Does it for good, after the ten seconds or when the page closes; for what could not be taken back once sent. */
  readonly commit?: () => void;
  readonly isFailure?: boolean;
}
interface Shown extends Deed {
  readonly id: number;
}

const shown = cell<readonly Shown[]>([]);
const timers = new Map<number, number>();
let nextId = 1;

function remove(id: number): Shown | undefined {
  const found = shown.get().find((deed) => deed.id === id);
  window.clearTimeout(timers.get(id));
  timers.delete(id);
  shown.set(shown.get().filter((deed) => deed.id !== id));
  return found;
}

/** Shows it for ten seconds. At most three are shown; an older one is then final. */
export function report(deed: Deed): void {
  const id = nextId++;
  shown.set([...shown.get(), { ...deed, id }]);
  timers.set(
    id,
    window.setTimeout(() => remove(id)?.commit?.(), UNDO_MS),
  );
  for (const old of shown.get().slice(0, -3)) remove(old.id)?.commit?.();
}

function undo(id: number): void {
  remove(id)?.undo?.();
}

export function Deeds() {
  const all = useCell(shown);
  useKeys([
    {
      keys: 'z',
      label: 'Undo what was just done',
      group: 'Anywhere',
      run: () => {
        const last = all.findLast((deed) => deed.undo !== undefined);
        if (last !== undefined) undo(last.id);
      },
    },
  ]);
  useEffect(() => {
    const finish = () => {
      for (const deed of shown.get()) remove(deed.id)?.commit?.();
    };
    window.addEventListener('pagehide', finish);
    return () => window.removeEventListener('pagehide', finish);
  }, []);
  return (
    <div className="deeds" role="status" aria-live="polite">
      {all.map((deed) => (
        <div key={deed.id} className={`deed ${deed.isFailure === true ? 'deed-failed' : ''}`}>
          <Icon name={deed.isFailure === true ? 'warning' : 'check'} />
          <span>{deed.text}</span>
          {deed.undo !== undefined && (
            <Button kind="quiet" hint="z" onClick={() => undo(deed.id)}>
              Undo
            </Button>
          )}
          {deed.undo === undefined && (
            <Button kind="quiet" onClick={() => remove(deed.id)?.commit?.()}>
              Dismiss
            </Button>
          )}
          {deed.undo !== undefined && <span className="deed-time" style={{ animationDuration: `${UNDO_MS}ms` }} />}
        </div>
      ))}
    </div>
  );
}
