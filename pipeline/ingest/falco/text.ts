// `23:39:44.834631763: Notice A shell was spawned (user=root shell=sh ..) k8s.ns=default`: what Falco writes without JSON.
import type { FieldsOf, ReadTime } from '../kit.ts';
import { keyValues } from '../kit.ts';

const HEAD = /^((?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d{4})?): (Emergency|Alert|Critical|Error|Warning|Notice|Informational|Debug) /;

export const isFalcoText = (text: string): boolean => HEAD.test(text.slice(0, 80));

/** The text without its time and priority; as it is when it has none. */
export const withoutHead = (text: string): string => text.slice(HEAD.exec(text.slice(0, 80))?.[0].length ?? 0);

export interface FalcoText {
  /** As written. */
  readonly clock: string;
  readonly priority: string;
  /** Without time and priority. */
  readonly message: string;
  /** What the rule's author put in: names are theirs. */
  readonly fields: FieldsOf;
}

/** undefined when the text does not begin with a time and a priority. */
export function readFalcoText(text: string): FalcoText | undefined {
  const head = HEAD.exec(text.slice(0, 80));
  if (head === null) return undefined;
  const message = text.slice(head[0].length).trimEnd();
  const open = message.indexOf('(');
  const close = message.lastIndexOf(')');
  const inside = open < 0 ? '' : message.slice(open + 1, close > open ? close : undefined);
  const after = close > open ? message.slice(close + 1) : '';
  return { clock: head[1]!, priority: head[2]!, message, fields: { ...pairs(after), ...pairs(inside) } };
}

/** Pairs behind blanks, or behind `, `; values may have blanks in them. */
function pairs(text: string): FieldsOf {
  if (!text.includes('=')) return {};
  const fields = keyValues(text, { isLoose: true });
  if (/, ?[\w.]+=/.test(text)) for (const [name, value] of Object.entries(fields)) fields[name] = String(value).replace(/, *$/, '');
  return fields;
}

const DAY = 86_400_000_000;
/** A clock without a day is of the day of the record, or of the day before when that would be more than an hour ahead of it. */
export function clockTime(clock: string, appendedAt: number): ReadTime {
  const dated = clock.includes('T');
  const time = dated ? clock.slice(11) : clock;
  const zone = /(?:Z|[+-]\d{4})$/.exec(time)?.[0] ?? '';
  const offset = zone === '' || zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) * 60_000_000;
  const seconds = Number(time.slice(0, 2)) * 3600 + Number(time.slice(3, 5)) * 60 + Number(time.slice(6, 8));
  const inDay = seconds * 1_000_000 + Number(time.slice(9, 15)) - offset;
  const day = dated ? Date.parse(`${clock.slice(0, 10)}T00:00:00Z`) * 1000 : Math.floor(appendedAt / DAY) * DAY;
  const micros = day + inDay;
  return { micros: !dated && micros > appendedAt + DAY / 24 ? micros - DAY : micros, hasZone: zone !== '', hasYear: dated, end: clock.length };
}
