// The headers of glog and klog: `I0505 17:59:40.692994 28133 klog.go:70] message`.
import type { Fields } from '../kit.ts';
import { newFields, readTime } from '../kit.ts';
import type { ReadTime } from '../kit.ts';
import { letterLevel } from './levels.ts';

const HEAD = /^([IWEFD])(\d{4}|\d{6}|\d{8}) (\d\d:\d\d:\d\d\.\d{6}) +(\d{1,10}) ([\w./+-]{1,128}):(\d{1,7})(?:\]| ⋮) ?/;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export const isKlog = (text: string): boolean => HEAD.test(text.slice(0, 240));

/** @returns Fields as they are written, and the time; undefined when the text is no such line. */
export function klogFields(text: string, appendedAt: number): { readonly fields: Fields; readonly time: ReadTime; readonly level: string } | undefined {
  const head = HEAD.exec(text.slice(0, 240));
  if (head === null) return undefined;
  const [all, letter, date, clock, id, file, line] = head;
  const [year, month, day] = [date!.slice(0, -4), date!.slice(-4, -2), date!.slice(-2)];
  const written =
    year === ''
      ? `${MONTHS[Number(month) - 1] ?? '?'} ${day} ${clock}` // the year is assumed
      : `${year.length === 2 ? `20${year}` : year}-${month}-${day} ${clock}`;
  const fields = Object.assign(newFields(), { level: letter, timestamp: `${date} ${clock}`, thread: id, file, line, message: text.slice(all.length) });
  return { fields, time: readTime(written, appendedAt), level: letterLevel(letter!) ?? 'info' };
}
