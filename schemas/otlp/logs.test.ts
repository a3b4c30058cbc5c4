import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogs, encodeLogsResponse, encodeStatus, singleLogs, TooManyLogs } from './logs.ts';

const split = (request: unknown) => [...singleLogs(request)].map((bytes) => JSON.parse(bytes.toString('utf8')) as unknown);

// Written by hand after the wire format: tag = number << 3 | wire type.
const bytes = (...parts: readonly (number | string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const length = (n: number) => (n < 128 ? Buffer.from([n]) : Buffer.from([(n & 0x7f) | 0x80, ...(n < 16_384 ? [n >> 7] : [((n >> 7) & 0x7f) | 0x80, n >> 14])]));
const nested = (tag: number, content: Buffer) => bytes(tag, length(content.length), content);
const text = (tag: number, value: string) => nested(tag, Buffer.from(value));
const attribute = (tag: number, key: string, value: Buffer) => nested(tag, bytes(text(0x0a, key), nested(0x12, value)));
const nanos = (value: bigint) => {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(value);
  return eight;
};

describe('OTLP logs', () => {
  it('reads every kind of field from protobuf as the JSON mapping has it', () => {
    const record = bytes(
      bytes(0x09, nanos(1_764_000_000_123_456_789n)),
      bytes(0x10, 17),
      text(0x1a, 'ERROR'),
      nested(0x2a, text(0x0a, 'héllo')),
      attribute(0x32, 'n', bytes(0x18, Buffer.from('ffffffffffffffffff01', 'hex'))), // -1
      attribute(0x32, 'd', bytes(0x21, Buffer.from([0, 0, 0, 0, 0, 0, 0xf8, 0x3f]))), // 1.5
      attribute(0x32, 'b', bytes(0x10, 1)),
      attribute(0x32, 'list', nested(0x2a, nested(0x0a, text(0x0a, 'x')))),
      attribute(0x32, 'map', nested(0x32, attribute(0x0a, 'k', bytes(0x18, 5)))),
      attribute(0x32, 'raw', nested(0x3a, Buffer.from([1, 2, 3]))),
      nested(0x4a, Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex')),
      nested(0x52, Buffer.from('0102030405060708', 'hex')),
      bytes(0x78, 9), // a field of a later version
    );
    const request = nested(
      0x0a,
      bytes(nested(0x0a, attribute(0x0a, 'service.name', text(0x0a, 'web'))), nested(0x12, bytes(nested(0x0a, text(0x0a, 'lib')), nested(0x12, record)))),
    );
    expect(split(decodeLogs(request))).toEqual([
      {
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
            scopeLogs: [
              {
                scope: { name: 'lib' },
                logRecords: [
                  {
                    timeUnixNano: '1764000000123456789',
                    severityNumber: 17,
                    severityText: 'ERROR',
                    body: { stringValue: 'héllo' },
                    attributes: [
                      { key: 'n', value: { intValue: '-1' } },
                      { key: 'd', value: { doubleValue: 1.5 } },
                      { key: 'b', value: { boolValue: true } },
                      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
                      { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { intValue: '5' } }] } } },
                      { key: 'raw', value: { bytesValue: 'AQID' } },
                    ],
                    traceId: '0102030405060708090a0b0c0d0e0f10',
                    spanId: '0102030405060708',
                  },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it('gives each record its own resource and scope', () => {
    const request = {
      resourceLogs: [
        { resource: { attributes: [] }, scopeLogs: [{ scope: { name: 'a' }, logRecords: [{ body: 1 }, { body: 2 }] }] },
        { resource_logs: [], scope_logs: [{ log_records: [{ body: 3 }] }] },
      ],
    };
    expect(split(request)).toEqual([
      { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: { name: 'a' }, logRecords: [{ body: 1 }] }] }] },
      { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: { name: 'a' }, logRecords: [{ body: 2 }] }] }] },
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: 3 }] }] }] },
    ]);
  });

  it.each<[name: string, request: unknown]>([
    ['a list', []],
    ['text', 'x'],
    ['nothing', null],
    ['records that are no list', { resourceLogs: {} }],
    ['a record that is none', { resourceLogs: [{ scopeLogs: [{ logRecords: [7] }] }] }],
  ])('refuses %s', (_name, request) => {
    expect(() => split(request)).toThrow(TypeError);
  });

  it.each<[name: string, request: Buffer]>([
    ['a length beyond the end', bytes(0x0a, 0x7f)],
    ['a length of 2^63', bytes(0x0a, Buffer.from('ffffffffffffffffff7f', 'hex'))],
    ['a number without end', Buffer.alloc(11, 0xff)],
    ['a group', bytes(0x0b)],
    ['a field of another type', bytes(0x08, 1)],
  ])('refuses %s', (_name, request) => {
    expect(() => decodeLogs(request)).toThrow(TypeError);
  });

  it('refuses values nested deeper than 100, without running out of stack', () => {
    let value = text(0x0a, 'x');
    for (let depth = 0; depth < 2_000; depth += 1) value = nested(0x2a, nested(0x0a, value));
    expect(() => decodeLogs(nested(0x0a, nested(0x12, nested(0x12, nested(0x2a, value)))))).toThrow(/nested deeper/);
  });

  it('reads or refuses any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        try {
          split(decodeLogs(input));
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[name: string, beside: string, records: number, taken: number]>([
    ['large resources beside many records', 'x'.repeat(1 << 20), 50_000, 63],
    ['many records', '', 50_001, 50_000],
  ])('stops before it gives too much: %s', (_name, beside, records, taken) => {
    const logRecords = Array.from({ length: records }, () => ({}));
    let given = 0;
    expect(() => {
      for (const single of singleLogs({ resourceLogs: [{ resource: { beside }, scopeLogs: [{ logRecords }] }] })) given += Math.min(1, single.length);
    }).toThrow(TooManyLogs);
    expect(given).toBe(taken);
  });

  it('writes answers', () => {
    expect(encodeLogsResponse(0, '')).toHaveLength(0);
    expect(encodeLogsResponse(300, 'no').toString('hex')).toBe('0a0708ac0212026e6f');
    expect(encodeStatus(14, 'busy').toString('hex')).toBe(`080e1204${Buffer.from('busy').toString('hex')}`);
  });
});
