import { z } from 'zod';
import { ofBothHalves } from '../definition.ts';
import type { ExactNumber, Json } from '../json.ts';
import { copyOf, exactNumber, get, isExactNumber, put } from '../json.ts';
import { nullWithDefault, text, withCondition } from '../options.ts';
import type { DateFormat } from '../simple-date-format.ts';
import { dateFormat } from '../simple-date-format.ts';
import type { Datum } from '../working.ts';
import { DataError, isLong, javaClass } from '../working.ts';

/** A pattern of SimpleDateFormat, or empty. */
export const dateFormatOption = (description: string, importance: 'high' | 'medium') =>
  z
    .string()
    .superRefine((pattern, context) => {
      try {
        dateFormat(pattern);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .meta({ description: `${description}: a pattern of Java's SimpleDateFormat, in UTC and English, without G, Y, w, W and F.`, importance });

const TARGETS = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const;
/** Nanoseconds of one unit. */
const PRECISIONS = { seconds: 1_000_000_000n, milliseconds: 1_000_000n, microseconds: 1_000n, nanoseconds: 1n } as const;
const DAY_MS = 86_400_000;

interface Options {
  readonly field: string;
  readonly 'target.type': (typeof TARGETS)[number];
  readonly format: string;
  readonly 'unix.precision': keyof typeof PRECISIONS;
}

export const timestampConverter = ofBothHalves({
  name: 'TimestampConverter',
  description: 'Writes a time otherwise: text, or a number since 1970. It reads text by `format`, and integers by `unix.precision`.',
  options: withCondition({
    field: text('The field; empty = all of the key or value.', 'high').default(''),
    'target.type': z
      .enum(TARGETS, { error: `String must be one of: ${TARGETS.join(', ')}` })
      .meta({
        description:
          '`string` by `format`; `unix` by `unix.precision`; as JSON writes the types of Connect: `Timestamp` milliseconds since 1970, `Date` days since 1970, `Time` milliseconds since midnight.',
        importance: 'high',
      }),
    format: dateFormatOption('How text is read and written', 'medium').default(''),
    'unix.precision': z
      .enum(['nanoseconds', 'microseconds', 'milliseconds', 'seconds'], { error: 'String must be one of: nanoseconds, microseconds, milliseconds, seconds' })
      .default('milliseconds')
      .meta({ description: 'Unit of numbers that are read, and written for `unix`. In between there are milliseconds, and no more.', importance: 'low' }),
    ...nullWithDefault,
  }).refine((options) => options['target.type'] !== 'string' || options.format.trim() !== '', {
    path: ['format'],
    error: 'TimestampConverter requires format option to be specified when using string timestamps',
  }),
  configure(options: Options, half) {
    const convert = converter(options);
    return (record) => {
      const part = record[half];
      if (part.isNull) return;
      if (options.field === '') return part.set(convert(part.get()));
      const object = part.object('converting timestamp formats');
      const updated = copyOf(object);
      put(updated, options.field, convert(get(object, options.field) ?? null));
      part.set(updated);
    };
  },
});

function converter({ 'target.type': target, 'unix.precision': precision, format: pattern }: Options): (datum: Datum) => Json {
  const format = pattern.trim() === '' ? null : dateFormat(pattern);
  const unit = PRECISIONS[precision];
  const write: Readonly<Record<Options['target.type'], (ms: number) => Json>> = {
    string: (ms) => format!.write(ms),
    unix: (ms) => written((BigInt(ms) * 1_000_000n) / unit),
    Timestamp: (ms) => ms,
    Date: (ms) => Math.floor(ms / DAY_MS),
    Time: (ms) => ((ms % DAY_MS) + DAY_MS) % DAY_MS,
  };
  return (datum) => (datum === null ? null : write[target](readTime(datum, format, unit)));
}

function readTime(datum: Exclude<Datum, null>, format: DateFormat | null, unit: bigint): number {
  if (typeof datum === 'string') {
    if (format === null) throw new DataError('Could not parse timestamp: the transform has no format');
    return format.read(datum);
  }
  if (!isLong(datum)) throw new DataError(`TimestampConverter does not support class ${javaClass(datum)} objects as timestamps`);
  return Number((BigInt(isExactNumber(datum) ? datum.rawJSON : (datum as number)) * unit) / 1_000_000n);
}

const written = (value: bigint): number | ExactNumber => (Number.isSafeInteger(Number(value)) ? Number(value) : exactNumber(value.toString()));
