import type { ReadTime } from '../kit.ts';
import { readTime } from '../kit.ts';

const WEEK = 7 * 86_400_000_000;
const TIME = /^(\d\d)\/(\d\d)(?:\/(\d{4}|\d\d))?-(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;

/**
 * `MM/dd/yyyy-..`, `MM/dd/yy-..`, `yy/MM/dd-..` or `MM/dd-..`. Where two digits can be either, month first, unless that lies more than a week
 * ahead of `appendedAt`. Without a year as for RFC 3164.
 */
export function readAlertTime(text: string, appendedAt: number): ReadTime {
  const found = TIME.exec(text);
  if (found === null) return readTime(undefined, appendedAt);
  const [, first = '', second = '', third, clock = ''] = found;
  const at = (year: string, month: string, day: string) => readTime(`${year.padStart(4, '20')}-${month}-${day} ${clock}`, appendedAt);
  if (third === undefined) {
    const year = new Date(appendedAt / 1000).getUTCFullYear();
    const thisYear = at(String(year), first, second);
    return { ...(thisYear.micros > appendedAt + WEEK ? at(String(year - 1), first, second) : thisYear), hasYear: false };
  }
  const monthFirst = at(third, first, second);
  const yearFirst = at(first, second, third);
  const isYearFirst =
    third.length === 2 && (Number.isNaN(monthFirst.micros) || (monthFirst.micros > appendedAt + WEEK && yearFirst.micros <= appendedAt + WEEK));
  return isYearFirst ? yearFirst : monthFirst;
}
