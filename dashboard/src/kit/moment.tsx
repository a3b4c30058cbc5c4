// A time on the screen: in the reader's zone, or as an age, with the exact one on hover.
import { useNow } from './clock.ts';
import { age } from './numbers.ts';
import { useZone } from './preferences.ts';
import { clockTime, exactTime, plainTime, toMs, zoneOffset } from './time.ts';

const title = (iso: string, zone: string): string => (zone === 'UTC' ? exactTime(iso, 'UTC') : `${exactTime(iso, zone)}\n${exactTime(iso, 'UTC')}`);

interface MomentProps {
  readonly at: string;
  /** With the day before it, and its zone behind it. */
  readonly isLong?: boolean;
  /** With the day before it, where the zone stands nearby. */
  readonly isDated?: boolean;
}

/** `12:46:45.123`, where the zone stands nearby. */
export function Moment({ at, isLong = false, isDated = false }: MomentProps) {
  const zone = useZone();
  const ms = toMs(at);
  return (
    <time className="number" dateTime={at} title={title(at, zone)}>
      {isLong ? `${plainTime(ms, zone)} ${zoneOffset(zone, ms)}` : isDated ? plainTime(ms, zone) : clockTime(at, zone)}
    </time>
  );
}

/** `4 min`; renewed by itself. A time ahead of this browser's clock is `now`. */
export function Ago({ at, suffix = '' }: { readonly at: string; readonly suffix?: string }) {
  const zone = useZone();
  const now = useNow(1000);
  const text = age(now - toMs(at));
  return (
    <time className="number" dateTime={at} title={title(at, zone)}>
      {text}
      {text === 'now' ? '' : suffix}
    </time>
  );
}

/** The zone that the times around it are in, for heads of columns. */
export function ZoneTag() {
  const zone = useZone();
  return <span className="faint">{zoneOffset(zone, Date.now())}</span>;
}
