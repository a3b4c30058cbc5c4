// Numbers as a reader takes them in: grouped, with a unit, never more digits than they are worth.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345`; from a hundred thousand on `123.5K`, `1.2M`. */
export const count = (n: number): string => (Math.abs(n) < 100_000 ? whole.format(n) : compact.format(n));
/** All digits, for titles. */
export const exactCount = (n: number): string => whole.format(n);

/** `312/s`, `4.2/s`, `0.03/s`. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond >= 10) return `${count(perSecond)}/s`;
  return `${perSecond >= 1 ? perSecond.toFixed(1) : perSecond >= 0.1 ? perSecond.toFixed(2).replace(/0$/, '') : perSecond.toPrecision(1)}/s`;
}

/** `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`: two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `now`, `12 s`, `4 min`, `3 h`, `5 d`: one unit, for columns. */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `840 B`, `1.2 kB`, `3.4 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}

/** Against the same span before: `+12 %`, `−8 %`, `same`; `new` when there was none. */
export function change(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'same' : 'new';
  const percent = Math.round((now / before - 1) * 100);
  if (percent === 0) return 'same';
  if (percent >= 900) return `×${count(Math.round(now / before))}`;
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

/** The same as a part of a sentence: `+12 % on the span before`, `none in the span before`. */
export function changeWords(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'as in the span before' : 'none in the span before';
  const text = change(now, before);
  return text === 'same' ? 'as in the span before' : `${text} on the span before`;
}

/** `7 events`, `1 event`. */
export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** `ab12cd…89ef`: whole when it fits into `length` characters. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(-tail)}`;
}
