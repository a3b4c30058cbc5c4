// Writings of times that only one program or two have, brought into one that everybody reads.
import type { ReadTime } from '../kit.ts';
import { monthNumber, readTime } from '../kit.ts';

const two = (number: string | number): string => String(number).padStart(2, '0');
const year = (digits: string): string => (digits.length === 2 ? `20${digits}` : digits);

/** The first pattern that fits; groups are day, month, year and clock in the order that `to` says. */
const WRITINGS: readonly (readonly [pattern: RegExp, to: (parts: readonly string[]) => string])[] = [
  // OpenLDAP's containers, ActiveMQ's console: `19-06-2019 09:12:06`
  [/^(\d\d)-(\d\d)-(\d{4}) ([\d:]{8}(?:,\d{3})?)$/, ([d, m, y, clock]) => `${y}-${m}-${d} ${clock}`],
  // Db2: `2019-06-14-13.22.00.810792+000`, the zone in minutes
  [
    /^(\d{4}-\d\d-\d\d)-(\d\d)\.(\d\d)\.(\d\d\.\d{6})([+-])(\d{3})$/,
    ([date, h, m, s, sign, zone]) => `${date}T${h}:${m}:${s}${sign}${two(Math.floor(Number(zone) / 60))}:${two(Number(zone) % 60)}`,
  ],
  // ClickHouse: `2019.11.06 05:19:07.473780`
  [/^(\d{4})\.(\d\d)\.(\d\d) ([\d:.]{8,18})$/, ([y, m, d, clock]) => `${y}-${m}-${d} ${clock}`],
  // WebSphere: `6/14/19 14:20:31:561 UTC`
  [
    /^(\d{1,2})\/(\d{1,2})\/(\d\d) (\d{1,2}:\d\d:\d\d):(\d{3}) (?:UTC|GMT)$/,
    ([m, d, y, clock, ms]) => `${year(y!)}-${two(m!)}-${two(d!)}T${clock!.padStart(8, '0')}.${ms}Z`,
  ],
  [
    /^(\d{1,2})\/(\d{1,2})\/(\d\d) (\d{1,2}:\d\d:\d\d):(\d{3}) [A-Z]{2,5}$/,
    ([m, d, y, clock, ms]) => `${year(y!)}-${two(m!)}-${two(d!)} ${clock!.padStart(8, '0')}.${ms}`,
  ],
  // IBM MQ by the machine's locale: the month first unless it can be none.
  [/^(\d\d)\/(\d\d)\/(\d{2}|\d{4}) +([\d:]{8})$/, ([a, b, y, clock]) => (Number(a) > 12 ? `${year(y!)}-${b}-${a} ${clock}` : `${year(y!)}-${a}-${b} ${clock}`)],
  // GitLab: `June 16, 2019 16:43`
  [/^([A-Z][a-z]{2,8}) (\d{1,2}), (\d{4}) (\d\d:\d\d)$/, ([month, d, y, clock]) => `${y}-${two(monthNumber(month!, 0))}-${two(d!)} ${clock}:00`],
  // statsd: `9 Oct 13:06:36`
  [/^(\d{1,2}) ([A-Z][a-z]{2}) ([\d:]{8})$/, ([d, month, clock]) => `${month} ${d!.padStart(2, ' ')} ${clock}`],
];

/** @param appendedAt Gives the year where none is written. @returns micros NaN when it is no time. */
export function readWritten(text: string, appendedAt: number): ReadTime {
  for (const [pattern, to] of WRITINGS) {
    const parts = pattern.exec(text);
    if (parts !== null) return readTime(to(parts.slice(1)), appendedAt);
  }
  return readTime(text, appendedAt);
}
