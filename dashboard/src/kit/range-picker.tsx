// The time range of a page: relative or absolute, always with the zone it is read in.
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { Button, Key } from './button.tsx';
import { Icon } from './icon.tsx';
import { useKeys } from './keys.ts';
import { duration } from './numbers.ts';
import { choose, useZone } from './preferences.ts';
import { QUICK_RANGES, relativeWords, resolvePoint, resolveRange, toIso, type Range } from './range.ts';
import { parseWallTime, plainTime, zoneName, zoneOffset } from './time.ts';
import './range-picker.css';

/** `Last 15 minutes`, or both ends with their zone. */
export function rangeWords(range: Range, zone: string): string {
  const relative = relativeWords(range);
  if (relative !== null) return relative;
  const { from, to } = resolveRange(range, Date.now());
  const begin = plainTime(from, zone);
  const end = range.to === 'now' ? 'now' : plainTime(to, zone);
  const isSameDay = end.slice(0, 10) === begin.slice(0, 10);
  return `${begin} to ${isSameDay ? end.slice(11) : end} ${zoneOffset(zone, from)}`;
}

export function RangePicker({ range, onChange }: { readonly range: Range; readonly onChange: (range: Range) => void }) {
  const [isOpen, setOpen] = useState(false);
  const zone = useZone();
  useKeys([{ keys: 't', label: 'Choose the time range', group: 'Anywhere', run: () => setOpen(true) }]);
  const pick = (next: Range) => {
    onChange(next);
    setOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button type="button" className="button button-plain range-button" aria-label={`Time range: ${rangeWords(range, zone)}`}>
          <Icon name="clock" size={15} />
          <span className="cut number">{rangeWords(range, zone)}</span>
          <Icon name="down" size={14} />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover range" align="end" sideOffset={6} collisionPadding={8} aria-label="Time range" onOpenAutoFocus={focusAll}>
          <ul className="range-quick">
            {QUICK_RANGES.map((quick) => (
              <li key={quick.from}>
                <button type="button" className="menu-item" aria-pressed={quick.from === range.from && quick.to === range.to} onClick={() => pick(quick)}>
                  {relativeWords(quick)}
                  {quick.from === range.from && quick.to === range.to && (
                    <span className="menu-end">
                      <Icon name="check" size={14} />
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
          <Absolute key={`${zone} ${isOpen}`} range={range} zone={zone} onPick={pick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The whole rather than its first choice, which would look chosen. */
function focusAll(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

/** Text as typed, to what the address holds; null when it cannot be read. */
function readPoint(text: string, zone: string): string | null {
  const trimmed = text.trim();
  if (trimmed === 'now' || /^now-\d+[smhdw]$/.test(trimmed)) return trimmed;
  const ms = parseWallTime(trimmed, zone);
  return ms === null ? null : toIso(ms);
}

function Absolute({ range, zone, onPick }: { readonly range: Range; readonly zone: string; readonly onPick: (range: Range) => void }) {
  const shown = (text: string) => (text.startsWith('now') ? text : plainTime(resolvePoint(text, 0) ?? 0, zone));
  const [from, setFrom] = useState(shown(range.from));
  const [to, setTo] = useState(shown(range.to));
  const [error, setError] = useState<string | null>(null);
  const apply = () => {
    const next = { from: readPoint(from, zone), to: readPoint(to, zone) };
    if (next.from === null || next.to === null) return setError(`Write ${next.from === null ? 'the start' : 'the end'} as 2026-11-25 12:00, or as now-2h.`);
    const span = resolveRange({ from: next.from, to: next.to }, Date.now());
    if (span.from >= span.to) return setError('The start must be before the end.');
    onPick({ from: next.from, to: next.to });
  };
  const span = resolveRange({ from: readPoint(from, zone) ?? 'now', to: readPoint(to, zone) ?? 'now' }, Date.now());
  return (
    <form
      className="range-absolute"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label className="field">
        <span>From</span>
        <input className="input mono" value={from} aria-invalid={error !== null} onChange={(event) => setFrom(event.target.value)} spellCheck={false} />
      </label>
      <label className="field">
        <span>To</span>
        <input className="input mono" value={to} aria-invalid={error !== null} onChange={(event) => setTo(event.target.value)} spellCheck={false} />
      </label>
      {error === null ? (
        <p className="range-note">{span.to > span.from ? duration(span.to - span.from) : ''}</p>
      ) : (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      <Button kind="main" type="submit">
        Use this range
      </Button>
      <div className="range-zone">
        <span>Times in {zoneName(zone)}</span>
        <button type="button" className="button button-quiet" onClick={() => choose({ zone: zone === 'UTC' ? 'local' : 'UTC' })}>
          Use {zone === 'UTC' ? zoneName('local') : 'UTC'}
        </button>
      </div>
      <p className="range-note">
        <Key>t</Key> opens this
      </p>
    </form>
  );
}
