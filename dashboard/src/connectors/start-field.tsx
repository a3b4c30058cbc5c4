// Where a connector begins: with what comes from now on, with the oldest that there is, or at a time in the reader's zone.
import { useState } from 'react';
import { useZone } from '../kit/preferences.ts';
import { toIso } from '../kit/range.ts';
import { parseWallTime, plainTime, toMs, zoneOffset } from '../kit/time.ts';

interface StartFieldProps {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
  readonly disabled: boolean;
  readonly value: string | undefined;
  readonly onChange: (text: string) => void;
}
type Kind = '' | 'now' | 'earliest' | 'time';

const kindOf = (value: string | undefined): Kind => (value === undefined || value === '' ? '' : value === 'now' || value === 'earliest' ? value : 'time');

export function StartField({ value, onChange, ...common }: StartFieldProps) {
  const zone = useZone();
  const kind = kindOf(value);
  const [text, setText] = useState(() => (kind === 'time' && !Number.isNaN(toMs(value ?? '')) ? plainTime(toMs(value ?? ''), zone) : ''));
  const choose = (next: Kind) => {
    if (next !== 'time') return onChange(next);
    const ms = Date.now() - 86_400_000;
    setText(plainTime(ms, zone));
    onChange(toIso(ms));
  };
  const write = (next: string) => {
    setText(next);
    const ms = parseWallTime(next, zone);
    onChange(ms === null ? next || '?' : toIso(ms)); // what is no time is sent as it is, so that the API says so
  };
  return (
    <span className="option-start">
      <select {...common} className="input" value={kind} onChange={({ target }) => choose(target.value as Kind)}>
        <option value="">now, or where one of this name was</option>
        <option value="now">now: what comes from here on</option>
        <option value="earliest">earliest: what the topic still has</option>
        <option value="time">at a time</option>
      </select>
      {kind === 'time' && (
        <label className="option-time">
          <span className="hidden-text">Time to begin at</span>
          <input className="input mono" value={text} disabled={common.disabled} spellCheck={false} onChange={({ target }) => write(target.value)} />
          <span className="faint">{zoneOffset(zone, parseWallTime(text, zone) ?? Date.now())}</span>
        </label>
      )}
    </span>
  );
}
