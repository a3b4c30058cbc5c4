// Conditions of an exception in words, and when one ends.
const DAY_MS = 86_400_000;

/** A line for each condition; alternatives stand with `or` between them. What is no map is shown as the JSON that it is. */
export function conditionLines(conditions: unknown): readonly string[] {
  if (Array.isArray(conditions)) return conditions.flatMap((one, index) => [...(index === 0 ? [] : ['or']), ...conditionLines(one)]);
  if (typeof conditions !== 'object' || conditions === null) return [JSON.stringify(conditions)];
  return Object.entries(conditions).map(([name, value]) => `${name}: ${textOf(value)}`);
}
const textOf = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(' | ') : String(value));

/** `in 5 days`, `in 3 hours`, `expired`. */
export function endingWords(endsAt: number, now: number): string {
  const left = endsAt - now;
  if (left <= 0) return 'expired';
  const [n, unit] = left >= DAY_MS ? [Math.floor(left / DAY_MS), 'day'] : [Math.max(1, Math.floor(left / 3_600_000)), 'hour'];
  return `in ${n} ${unit}${n === 1 ? '' : 's'}`;
}

/** The end of the day so many days ahead, by the reader's clock: as a form shows it, `2026-03-01`. */
export function dayAhead(days: number, now: number): string {
  const at = new Date(now + days * DAY_MS);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

/** The last moment of that day; null when it is no day, has passed, or is more than a year ahead: then the API would refuse it. */
export function endOfDay(day: string, now: number): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const at = new Date(`${day}T23:59:59`).getTime();
  return Number.isNaN(at) || at <= now || at > now + 366 * DAY_MS ? null : new Date(at).toISOString();
}
