import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { civilMicros, epochMicros, isZone, readBsd, readIso, zoneOffset } from './time.ts';

const micros = (iso: string) => Date.parse(iso) * 1000;
const NOON = micros('2024-05-01T12:00:00Z');

describe('readIso', () => {
  it.each<[name: string, text: string, micros: number, hasZone: boolean]>([
    ['reads UTC', '2024-05-01T12:00:00Z', NOON, true],
    ['keeps microseconds', '2024-05-01T12:00:00.123456Z', NOON + 123_456, true],
    ['cuts what is finer than microseconds', '2023-09-16T23:16:03.9863345Z', micros('2023-09-16T23:16:03Z') + 986_334, true],
    ['pads a short fraction', '2024-05-01T12:00:00.1Z', NOON + 100_000, true],
    ['reads an offset without colon', '2017-03-25T16:49:58.856335-0600', micros('2017-03-25T22:49:58Z') + 856_335, true],
    ['reads an offset with colon', '2024-05-01T14:00:00+02:00', NOON, true],
    ['takes a blank for the T', '2024-05-01 12:00:00', NOON, false],
    ['takes a comma for the point', '2024-05-01 12:00:00,5', NOON + 500_000, false],
    ['knows the word UTC', '2024-05-01 12:00:00 UTC', NOON, true],
    ['takes a leap second for the next one', '2016-12-31T23:59:60Z', micros('2017-01-01T00:00:00Z'), true],
    ['knows 29 February', '2024-02-29T00:00:00Z', micros('2024-02-29T00:00:00Z'), true],
    ['knows times before 1970', '1969-12-31T23:59:59Z', -1_000_000, true],
  ])('%s', (_name, text, expected, hasZone) => {
    expect(readIso(text)).toMatchObject({ micros: expected, hasZone, end: text.length });
  });

  it.each([
    '',
    '2024',
    '2024-05-01',
    '2024-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-05-01T25:00:00Z',
    '2024-05-01T12:00:00+99:00',
    '2024-05-01T12-00-00Z',
    '9999-01-01T00:00:00Z',
    '2024-05-0xT12:00:00Z',
  ])('does not read %s', (text) => {
    expect(readIso(text).micros).toBeNaN();
  });

  it('agrees with Date on every millisecond that it is given', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1700-01-01T00:00:00Z'), max: new Date('2250-01-01T00:00:00Z'), noInvalidDate: true }), (date) => {
        expect(readIso(date.toISOString()).micros).toBe(date.getTime() * 1000);
      }),
    );
  });
  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        fc.nat(30),
        (text, from) => {
          readIso(text, from);
          readBsd(text, from, NOON);
        },
      ),
    );
  });
});

describe('readBsd', () => {
  it.each<[name: string, text: string, iso: string, hasYear: boolean]>([
    ['takes the year of the append time', 'Apr 30 10:00:00 host', '2024-04-30T10:00:00Z', false],
    ['takes the year before for a day far ahead', 'Dec 31 23:59:59 host', '2023-12-31T23:59:59Z', false],
    ['allows a week ahead', 'May  8 11:00:00 host', '2024-05-08T11:00:00Z', false],
    ['reads an unpadded day', 'May 1 11:00:00 host', '2024-05-01T11:00:00Z', false],
    ['reads a fraction', 'May  1 11:00:00.250 host', '2024-05-01T11:00:00.250Z', false],
    ['reads a year behind the day', 'May  1 2021 11:00:00 host', '2021-05-01T11:00:00Z', true],
    ['reads a year behind the time', 'May  1 11:00:00 2021 host', '2021-05-01T11:00:00Z', true],
  ])('%s', (_name, text, iso, hasYear) => {
    expect(readBsd(text, 0, NOON)).toMatchObject({ micros: micros(iso), hasYear });
  });
  it('gives 29 February to the last year that had one', () => {
    expect(readBsd('Feb 29 01:15:43', 0, micros('2023-05-01T00:00:00Z')).micros).toBe(micros('2020-02-29T01:15:43Z'));
  });
  it.each(['Foo  1 10:00:00', 'May 32 10:00:00', 'May 10:00:00', 'Apr 30 24:00:00', 'Apr'])('does not read %s', (text) => {
    expect(readBsd(text, 0, NOON).micros).toBeNaN();
  });
});

describe('epochMicros', () => {
  it.each<[name: string, value: number, expected: number]>([
    ['seconds', 1_588_205_199, 1_588_205_199_000_000],
    ['seconds with a fraction', 1_588_205_199.82437, 1_588_205_199_824_370],
    ['milliseconds', 1_588_205_199_824, 1_588_205_199_824_000],
    ['microseconds', 1_588_205_199_824_370, 1_588_205_199_824_370],
    ['nanoseconds', 1_588_205_199_824_370_176, 1_588_205_199_824_370],
    ['a capture that counts from 0', 147.026993, 147_026_993],
  ])('reads %s', (_name, value, expected) => {
    expect(epochMicros(value)).toBe(expected);
  });
  it.each([Number.NaN, Infinity, 1e30, 9_007_199_254_740.992, -9_007_199_254_740.992])('does not read %s', (value) => {
    expect(epochMicros(value)).toBeNaN();
  });
});

describe('zoneOffset', () => {
  const HOUR = 3_600_000_000;
  it.each<[zone: string, local: string, hours: number]>([
    ['UTC', '2024-07-01T00:00:00Z', 0],
    ['+02:00', '2024-07-01T00:00:00Z', 2],
    ['Europe/Berlin', '2024-07-01T00:00:00Z', 2],
    ['Europe/Berlin', '2024-01-01T00:00:00Z', 1],
    ['America/New_York', '2024-03-10T01:00:00Z', -5],
    ['America/New_York', '2024-03-10T03:00:00Z', -4],
    ['Asia/Kolkata', '2024-03-10T03:00:00Z', 5.5],
  ])('%s at %s is %s hours ahead', (zone, local, hours) => {
    expect(zoneOffset(zone, micros(local))).toBe(hours * HOUR);
  });
  it('knows which names are zones', () => {
    expect(['UTC', 'Europe/Berlin', '+01:00', 'Mars/Olympus'].map(isZone)).toEqual([true, true, true, false]);
  });
});

it('refuses days that no month has', () => {
  expect(civilMicros(2023, 4, 31, 0, 0, 0)).toBeNaN();
});
