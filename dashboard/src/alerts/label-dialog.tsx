// What alerts are called by people: names to add, and those they have to take away.
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { plural } from '../kit/numbers.ts';
import type { AlertRow } from './use-queue.ts';

interface LabelProps {
  readonly alerts: readonly AlertRow[];
  /** Names that alerts have now. */
  readonly known: readonly string[];
  readonly onLabel: (add: readonly string[], remove: readonly string[]) => void;
  readonly onCancel: () => void;
}

/** Open while there are alerts to label. */
export function LabelDialog({ alerts, known, onLabel, onCancel }: LabelProps) {
  const [text, setText] = useState('');
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const had = [...new Set(alerts.flatMap(({ labels }) => labels))].sort();
  const added = [...new Set(text.split(',').map((name) => name.trim().toLowerCase()))].filter((name) => name !== '');
  const close = (then: () => void) => {
    setText('');
    setRemoved(new Set());
    then();
  };
  return (
    <DialogFrame
      title={<>Label {alerts.length === 1 ? 'this alert' : plural(alerts.length, 'alert')}</>}
      isOpen={alerts.length > 0}
      onClose={() => close(onCancel)}
      isSmall
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (added.length > 0 || removed.size > 0) close(() => onLabel(added, [...removed]));
        }}
      >
        {had.length > 0 && (
          <ul className="labels" aria-label="Labels that are there">
            {had.map((name) => (
              <li key={name}>
                <label>
                  <input
                    type="checkbox"
                    checked={!removed.has(name)}
                    onChange={() =>
                      setRemoved((now) => {
                        const next = new Set(now);
                        if (!next.delete(name)) next.add(name);
                        return next;
                      })
                    }
                  />{' '}
                  {name}
                </label>
              </li>
            ))}
          </ul>
        )}
        <div className="assign-other">
          <label className="field">
            <span>Add, with commas between several</span>
            <input
              className="input"
              list="known-labels"
              value={text}
              autoFocus
              spellCheck={false}
              autoCapitalize="none"
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <Button type="submit" disabled={added.length === 0 && removed.size === 0}>
            Label
          </Button>
        </div>
        <datalist id="known-labels">
          {[...new Set(known)].sort().map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </form>
    </DialogFrame>
  );
}
