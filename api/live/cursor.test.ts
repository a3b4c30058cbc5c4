import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canResume, readCursor, writeCursor } from './cursor.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it.each([
    ['with nothing in progress', '748:748:'],
    ['with transactions in progress', '748:760:748,750,759'],
    ['far on', '9000000000000000000:9000000000000000001:'],
  ])('comes back as it was written: %s', (_name, snapshot) => {
    const cursor = { epoch: '7432109876543210987-1', snapshot };
    expect(readCursor(writeCursor(cursor))).toEqual(cursor);
  });

  it.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['too long', 'A'.repeat(20_000)],
    ['no epoch', encoded('748:748:')],
    ['another epoch', encoded('x-1 748:748:')],
    ['more', encoded('1-1 748:748: x')],
    ['SQL', encoded("1-1 748:748:'); DROP TABLE x; --")],
    ['no number', encoded('1-1 a:b:')],
    ['an end before its beginning', encoded('1-1 749:748:')],
    ['zero', encoded('1-1 0:5:')],
    ['in progress out of order', encoded('1-1 748:760:750,749')],
    ['in progress twice', encoded('1-1 748:760:750,750')],
    ['in progress before it begins', encoded('1-1 748:760:747')],
    ['in progress behind its end', encoded('1-1 748:760:760')],
    ['beyond what the server counts', encoded('1-1 748:9999999999999999999:')],
  ])('is refused: %s', (_name, text) => {
    expect(() => readCursor(text)).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }));
  });

  it('is read or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(encoded), fc.stringMatching(/^1-1 \d{1,4}:\d{1,4}:(\d{1,4},?){0,4}$/).map(encoded)), (text) => {
        try {
          expect(readCursor(text).snapshot).toMatch(/^\d+:\d+:[\d,]*$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_CURSOR' });
        }
      }),
    );
  });

  it.each([
    ['of this life, behind what was forgotten', '1-1', '748:760:', '747', true],
    ['at what was forgotten', '1-1', '748:760:', '748', false],
    ['as numbers, not as text', '1-1', '1000:1000:', '999', true],
    ['of another cluster', '2-1', '748:760:', '0', false],
    ['of before it was set back', '1-2', '748:760:', '0', false],
  ])('can be gone on from: %s', (_name, epoch, snapshot, floor, can) => {
    expect(canResume({ epoch, snapshot }, { epoch: '1-1', snapshot: '800:800:', floor })).toBe(can);
  });
});
