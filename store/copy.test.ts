import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyRows } from './copy.ts';

/** One row of one field: the bytes of the field, without its length; null for NULL. */
function field(write: (rows: CopyRows) => void): Buffer | null {
  const rows = new CopyRows(16); // small, so that it must grow
  rows.beginRow(1);
  write(rows);
  rows.endRow();
  const bytes = rows.slice(0, 1);
  expect(bytes.readInt16BE(0)).toBe(1);
  const length = bytes.readInt32BE(2);
  if (length === -1) {
    expect(bytes.length).toBe(6);
    return null;
  }
  expect(bytes.length).toBe(6 + length);
  return bytes.subarray(6);
}

const wellFormed = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

describe('CopyRows', () => {
  it.each<[name: string, write: (rows: CopyRows) => void, hex: string | null]>([
    ['null', (rows) => rows.text(null), null],
    ['text', (rows) => rows.text('aé'), '61c3a9'],
    ['NUL in text', (rows) => rows.text('a\0b'), '61efbfbd62'],
    ['half a surrogate pair in text', (rows) => rows.text('a\ud800b'), '61efbfbd62'],
    ['bytes', (rows) => rows.bytes(Uint8Array.of(0, 255)), '00ff'],
    ['hex', (rows) => rows.hex('00aAfF'), '00aaff'],
    ['bool', (rows) => rows.bool(true), '01'],
    ['int2', (rows) => rows.int2(-2), 'fffe'],
    ['int4', (rows) => rows.int4(-2147483648), '80000000'],
    ['int8 beyond 32 bits', (rows) => rows.int8(0x1_0000_0001), '0000000100000001'],
    ['a negative int8', (rows) => rows.int8(-1), 'ffffffffffffffff'],
    ['float8', (rows) => rows.float8(1.5), '3ff8000000000000'],
    ['1970', (rows) => rows.time(0), bigintHex(-946_684_800_000_000n)],
    ['2000 and one microsecond', (rows) => rows.time(946_684_800_000_001), '0000000000000001'],
    ['IPv4', (rows) => rows.inet('192.0.2.1'), '02200004c0000201'],
    ['IPv6', (rows) => rows.inet('::1'), '0380001000000000000000000000000000000001'],
    ['what is no address', (rows) => rows.inet('host'), null],
    ['an empty array', (rows) => rows.textArray([]), '000000000000000000000019'],
    ['an array', (rows) => rows.textArray(['a']), '00000001000000000000001900000001000000010000000161'],
    ['jsonb', (rows) => rows.json({ a: 1 }), '01' + Buffer.from('{"a":1}').toString('hex')],
  ])('writes %s', (_name, write, hex) => {
    expect(field(write)?.toString('hex') ?? null).toBe(hex);
  });

  it.each<[name: string, write: (rows: CopyRows) => void]>([
    ['an int2 of 17 bits', (rows) => rows.int2(32_768)],
    ['an int4 of 33 bits', (rows) => rows.int4(2_147_483_648)],
    ['a fraction', (rows) => rows.int8(0.5)],
    ['a bigint that is not exact', (rows) => rows.int8(2 ** 53)],
    ['a time in the year 1714', (rows) => rows.time(Date.UTC(1714, 11, 31) * 1000)],
    ['a time in the year 2256', (rows) => rows.time(Date.UTC(2256, 0, 1) * 1000)],
    ['a time that is none', (rows) => rows.time(Number.NaN)],
    ['an odd number of hex digits', (rows) => rows.hex('abc')],
    ['a letter beyond hex', (rows) => rows.hex('0g')],
    ['a character beyond ASCII in hex', (rows) => rows.hex('0\u0130')],
  ])('refuses %s', (_name, write) => {
    expect(() => field(write)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });

  it('writes any text as well-formed UTF-8 without NUL, whatever its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(field((rows) => rows.text(text))?.toString('utf8')).toBe(wellFormed(text));
      }),
      { numRuns: 300 },
    );
  });

  it('writes any string as JSON that means the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ minLength: 30, maxLength: 80 })), (text) => {
        const bytes = field((rows) => {
          rows.beginJson();
          rows.jsonString(text);
          rows.endJson();
        });
        expect(bytes?.[0]).toBe(1);
        expect(JSON.parse(bytes?.toString('utf8', 1) ?? '')).toBe(wellFormed(text));
      }),
      { numRuns: 300 },
    );
  });

  it('replaces bytes that are no UTF-8, and keeps those that are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.string().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          expect(field((rows) => rows.utf8(bytes))?.toString('utf8')).toBe(Buffer.from(bytes).toString('utf8').replaceAll('\0', '\ufffd'));
        },
      ),
    );
  });

  it('takes a row back and slices the others', () => {
    const rows = new CopyRows(16);
    for (const text of ['one', 'two', 'three']) {
      rows.beginRow(1);
      rows.text(text);
      if (text === 'two') rows.dropRow();
      else rows.endRow();
    }
    expect(rows.rows).toBe(2);
    expect(Buffer.concat([rows.slice(0, 1), rows.slice(1, 2)])).toEqual(rows.slice(0, 2));
    expect(rows.slice(1, 2).toString('utf8', 6)).toBe('three');
    expect(rows.slice(2, 2).length).toBe(0);
    rows.clear();
    expect(rows.slice(0, 0).length).toBe(0);
  });
});

function bigintHex(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}
