import { Key } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { cell, useCell } from '../kit/cell.ts';
import { boundKeys, useKeys, type KeyBinding } from '../kit/keys.ts';
import './keys-help.css';

export const isHelpOpen = cell(false);
const GROUPS: readonly KeyBinding['group'][] = ['Go to', 'Anywhere', 'Lists', 'Alerts', 'Events', 'Rules'];
const NAMES: Record<string, string> = { Enter: '↵', Escape: 'Esc', ' ': 'Space' };

/** All keys that do something where the reader is now. */
export function KeysHelp() {
  const isOpen = useCell(isHelpOpen);
  useKeys([{ keys: '?', label: 'Show all keys', group: 'Anywhere', run: () => isHelpOpen.set(true) }]);
  const bound = isOpen ? boundKeys() : [];
  return (
    <DialogFrame title="Keyboard" isOpen={isOpen} onClose={() => isHelpOpen.set(false)} closeLabel="Close">
      <div className="keys">
        {GROUPS.map((group) => ({ group, keys: bound.filter((binding) => binding.group === group) }))
          .filter(({ keys }) => keys.length > 0)
          .map(({ group, keys }) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {keys.map((binding) => (
                  <div key={binding.keys} className="keys-row">
                    <dt>{binding.label}</dt>
                    <dd>
                      {binding.keys.split(binding.keys === ' ' ? '' : ' ').map((key) => (
                        <Key key={key}>{NAMES[key] ?? key}</Key>
                      ))}
                      <span className="hidden-text">{binding.keys}</span>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
      </div>
    </DialogFrame>
  );
}
