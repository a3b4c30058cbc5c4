// Moves the times inside a recorded record, so that a recording plays as if it happened now. Works on the text: numbers beyond 2^53 and
// the order of keys stay as the sensor wrote them.

export interface Rebaser {
  /** The record's own event time in microseconds; null when it has none that is known here. */
  readonly timeOf: (record: string) => number | null;
  /** Adds `deltaMicros` to every time in the record, each in the notation it has. */
  readonly shift: (record: string, deltaMicros: number) => string;
}

const ISO = /\b(\d{4})-(\d{2})-(\d{2})([T ])(\d{2}):(\d{2}):(\d{2})(?:([.,])(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?(?!\d)/g;
/** Zeek's numbers of seconds, by the names that hold a time. Others, durations for one, look the same. */
const EPOCH = /("(?:ts|_write_ts|compile_ts|times_(?:modified|accessed|created|changed)|certificate[._]not_valid_(?:before|after))":)(\d{9,10}(?:\.\d+)?)/g;
const BSD = /^(<\d{1,3}>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([ 0-3]\d) (\d{2}):(\d{2}):(\d{2})/;
/** In this order: the time of the event, before that of its collection. */
const TIME_FIELDS = ['UtcTime', 'TimeCreated', 'SystemTime', 'EventTime', 'eventTime', 'timestamp', 'ts', '@timestamp', 'time'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LEAP_YEAR = 2024; // of times without one, so that 29 February can be moved
const [FIRST_YEAR, LAST_YEAR] = [1990, 2100]; // what lies outside is a sentinel such as 1601-01-01, no time

/** One per file: Zeek's tab-separated records are read by the header that came before them. */
export function openRebaser(): Rebaser {
  let timeColumns: readonly number[] = [];
  const isHeader = (record: string) => {
    if (!record.startsWith('#')) return false;
    if (record.startsWith('#types\t'))
      timeColumns = record
        .split('\t')
        .slice(1)
        .flatMap((type, index) => (type === 'time' ? [index] : []));
    return true;
  };
  const isTabbed = (record: string) => timeColumns.length > 0 && !record.startsWith('{');
  return {
    timeOf(record) {
      if (isHeader(record)) return null;
      if (isTabbed(record)) return secondsToMicros(record.split('\t')[timeColumns[0] ?? 0] ?? '');
      return record.trimStart().startsWith('{') ? timeOfJson(record) : timeOfText(record);
    },
    shift(record, deltaMicros) {
      if (isHeader(record)) return record;
      if (isTabbed(record)) {
        const columns = record.split('\t');
        for (const index of timeColumns) columns[index] = shiftSeconds(columns[index] ?? '', deltaMicros);
        return columns.join('\t');
      }
      const moved = record.replace(ISO, (...match) => shiftIso(match as unknown as IsoMatch, deltaMicros));
      if (moved.trimStart().startsWith('{')) return moved.replace(EPOCH, (_, name: string, seconds: string) => name + shiftSeconds(seconds, deltaMicros));
      return moved.replace(BSD, (...match) => shiftBsd(match as unknown as BsdMatch, deltaMicros));
    },
  };
}

function timeOfJson(record: string): number | null {
  let document: Readonly<Record<string, unknown>>;
  try {
    document = JSON.parse(record) as Readonly<Record<string, unknown>>;
  } catch {
    return timeOfText(record);
  }
  for (const name of TIME_FIELDS) {
    const value = document[name];
    const micros =
      typeof value === 'number' ? secondsToMicros(String(value)) : typeof value === 'string' ? (timeOfText(value) ?? secondsToMicros(value)) : null;
    if (micros !== null) return micros;
  }
  return timeOfText(record);
}

/** The first time in a text. */
function timeOfText(text: string): number | null {
  for (const match of text.matchAll(ISO)) {
    const micros = isoMicros(match as unknown as IsoMatch);
    if (micros !== null) return micros;
  }
  const bsd = BSD.exec(text) as unknown as BsdMatch | null;
  return bsd === null ? null : bsdMicros(bsd);
}

type IsoMatch = readonly [
  all: string,
  year: string,
  month: string,
  day: string,
  separator: string,
  hour: string,
  minute: string,
  second: string,
  point: string | undefined,
  fraction: string | undefined,
  zone: string | undefined,
];

/** Null for what is no time at all. Without a zone: UTC. */
function isoMicros([, year, month, day, , hour, minute, second, , fraction, zone]: IsoMatch): number | null {
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return null;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - zoneMinutes(zone) * 60_000;
  return ms * 1000 + Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  return (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
}

/** Keeps separator, number of fraction digits and zone. */
function shiftIso(match: IsoMatch, deltaMicros: number): string {
  const micros = isoMicros(match);
  if (micros === null) return match[0];
  const [, , , , separator, , , , point, fraction, zone = ''] = match;
  const local = micros + deltaMicros + zoneMinutes(zone) * 60_000_000;
  const text = new Date(Math.floor(local / 1000)).toISOString();
  const digits = String(((local % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0');
  const tail = fraction === undefined ? '' : `${point}${(digits + fraction.slice(6)).slice(0, fraction.length)}`;
  return `${text.slice(0, 10)}${separator}${text.slice(11, 19)}${tail}${zone}`;
}

type BsdMatch = readonly [all: string, priority: string | undefined, month: string, day: string, hour: string, minute: string, second: string];
const bsdMicros = ([, , month, day, hour, minute, second]: BsdMatch) =>
  Date.UTC(LEAP_YEAR, MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second)) * 1000;
function shiftBsd(match: BsdMatch, deltaMicros: number): string {
  const text = new Date((bsdMicros(match) + deltaMicros) / 1000).toISOString();
  return `${match[1] ?? ''}${MONTHS[Number(text.slice(5, 7)) - 1]} ${String(Number(text.slice(8, 10))).padStart(2, ' ')} ${text.slice(11, 19)}`;
}

const secondsToMicros = (text: string): number | null => (/^\d{9,10}(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1_000_000) : null);
/** With as many fraction digits as it had, six at most. */
function shiftSeconds(text: string, deltaMicros: number): string {
  const micros = secondsToMicros(text);
  if (micros === null) return text;
  const digits = Math.min(6, (text.split('.')[1] ?? '').length);
  const moved = micros + deltaMicros;
  const whole = Math.floor(moved / 1_000_000);
  return digits === 0
    ? String(whole)
    : `${whole}.${String(moved - whole * 1_000_000)
        .padStart(6, '0')
        .slice(0, digits)}`;
}
