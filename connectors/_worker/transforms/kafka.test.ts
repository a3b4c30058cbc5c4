// The same records through the transforms of Kafka Connect itself (recorded by test/Recorder.java) and through ours.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { isExactNumber, isObject, parseJson } from './json.ts';
import { recordOf, transformsOf } from './test/plugin.ts';

interface Recorded {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly record: Parameters<typeof recordOf>[0];
  readonly answer:
    | { readonly error: string; readonly message: string }
    | { readonly leftOut: true }
    | {
        readonly topic: string;
        readonly timestamp: number;
        readonly key: string | null;
        readonly value: string | null;
        readonly headers: [string, string | null][];
      };
}
const { cases } = JSON.parse(readFileSync(new URL('test/kafka.recorded.json', import.meta.url), 'utf8')) as { cases: Recorded[] };

/** Where ours differs on purpose, and what it does. */
const OTHERWISE: Readonly<Record<string, string>> = {
  // Connect hands dates to sinks as objects of Java; documents here are JSON, which has the number that its converter writes where there is a schema.
  'turns the whole value into a Timestamp': '1700000000123',
  'turns the whole value into a Date': '19675',
  'turns the whole value into a Time': '80000123',
  // Hexadecimal fractions.
  'casts the text "0x1p3" to float64': 'refused',
  // There it is a NullPointerException.
  'converts text without a format': 'refused',
  // The fewest digits that tell the float from its neighbours, as Java has them since 19 (JDK-4511638).
  'casts long to float32': '{"long":9.007199E15}',
  'casts the text "1.17549435E-38" to float32': '{"s":1.1754944E-38}',
  // Java counts days before 1582 by the Julian calendar.
  "reads '24-01-01' by yyyy-MM-dd": '{"t":-61409836800000}',
  'keeps the digits of numbers': '{"a":1.0,"b":9007199254740993,"c":0.1,"d":-5,"e":1.50}',
};

/** For comparison: objects without their order, numbers by their digits. */
function canonical(json: Json): unknown {
  if (isExactNumber(json)) return `number ${json.rawJSON}`;
  if (typeof json === 'number') return `number ${json}`;
  if (Array.isArray(json)) return (json as readonly Json[]).map(canonical);
  return isObject(json) ? Object.fromEntries(Object.entries(json).map(([name, value]) => [name, canonical(value)])) : json; // whose order nobody compares
}
/** Text stands alone in ours, and in quotes in theirs. */
const ours = (bytes: Buffer | null, theirs: string | null) =>
  bytes === null ? null : theirs?.startsWith('"') === true ? bytes.toString() : canonical(parseJson(bytes));
const recorded = (text: string | null) => (text === null ? null : canonical(parseJson(Buffer.from(text))));

describe('what Kafka Connect does', () => {
  it('is recorded for every transform', () => expect(cases.length).toBeGreaterThan(400));

  it.each(cases.filter(({ name }) => !(name in OTHERWISE)).map((each) => [each.name, each] as const))('%s', async (_name, { config, record, answer }) => {
    if ('error' in answer && answer.error.endsWith('ConfigException')) {
      await expect(transformsOf(config)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
      return;
    }
    if ('error' in answer && answer.error.endsWith('IndexOutOfBoundsException')) {
      // There it fails for every record; here the configuration is refused.
      await expect(transformsOf(config)).rejects.toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringContaining('no group') as string });
      return;
    }
    const { apply } = await transformsOf(config);
    const given = recordOf(record);
    if ('error' in answer) {
      expect(() => apply(given)).toThrow(
        expect.objectContaining({ code: 'TRANSFORM_FAILED', details: expect.objectContaining({ exception: answer.error }) as object }) as Error,
      );
      return;
    }
    const result = apply(given);
    if ('leftOut' in answer) return expect(result).toBeNull();
    expect({
      topic: result?.topic,
      timestamp: result?.timestampMs,
      key: ours(result?.key ?? null, answer.key),
      value: ours(result?.value ?? null, answer.value),
      headers: result?.headers.map(([name, bytes], index) => [name, bytes.length === 0 ? null : ours(bytes, answer.headers[index]?.[1] ?? null)]),
    }).toEqual({
      topic: answer.topic,
      timestamp: answer.timestamp,
      key: recorded(answer.key),
      value: recorded(answer.value),
      headers: answer.headers.map(([name, text]) => [name, recorded(text)]),
    });
    expect(result).toMatchObject({ id: given.id, position: given.position, kind: given.kind });
  });

  it.each(Object.entries(OTHERWISE))('differs on purpose: %s', async (name, becomes) => {
    const { config, record } = cases.find((each) => each.name === name)!;
    const { apply } = await transformsOf(config);
    if (becomes === 'refused') expect(() => apply(recordOf(record))).toThrow(expect.objectContaining({ code: 'TRANSFORM_FAILED' }) as Error);
    else expect(apply(recordOf(record))?.value?.toString()).toBe(becomes);
  });
});
