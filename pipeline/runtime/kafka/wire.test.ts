// Each codec of ours against the one it stands in for, byte by byte, and against the vectors of the protocol.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Headers, RawRecord } from '../port.ts';
import { CODEC, compress } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { encodeFetch } from './fetch.ts';
import { frameRequest } from './frame.ts';
import { offsetFetch, txnOffsetCommit } from './group-offsets.ts';
import { library } from './library.ts';
import { original } from './original.ts';
import type { DecodedRecord, OriginalBatchDecoder, OriginalDecoder, OriginalEncoder, OriginalProduce } from './original.ts';
import { BATCH_HEADROOM, encodeProduce } from './produce.ts';
import { decodeRecords, encodeBatch, readHeader } from './record-batch.ts';
import type { BatchRecord } from './record-batch.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const headers = fc
  .uniqueArray(fc.tuple(fc.string({ maxLength: 20, unit: 'binary' }), bytes), { maxLength: 4, selector: ([name]) => name })
  .map((pairs): Headers => pairs.filter(([name]) => !/^\d+$/.test(name) && !(name in {}))); // the original keeps them in an object, where these mean something else
const record: fc.Arbitrary<BatchRecord> = fc.record({ key: fc.option(bytes), value: fc.option(bytes), headers });
const records = fc.array(record, { minLength: 1, maxLength: 40 });
const timestamp = fc.integer({ min: 1, max: 4_102_444_800_000 });
const ids = fc.record({
  producerId: fc.bigInt({ min: -1n, max: 2n ** 62n }),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  firstSequence: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  isTransactional: fc.boolean(),
});

describe('produce', () => {
  const { Codecs } = original('protocol/message/compression/index.js') as {
    Codecs: Record<number, () => { compress: (encoder: OriginalEncoder) => Promise<Buffer> }>;
  };
  const request = original('protocol/requests/produce/v7/request.js') as OriginalProduce;

  it.each(['none', 'zstd'] as const)('encodes any records as the original does: %s', async (compression) => {
    const kept = Codecs[CODEC.zstd]!;
    Codecs[CODEC.zstd] = () => ({ compress: async (encoder) => compress(encoder.buffer) });
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(records, { minLength: 1, maxLength: 3 }),
          ids,
          timestamp,
          fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
          async (partitions, who, timestampMs, id) => {
            const transactionalId = who.isTransactional ? id : null;
            const theirs = await request({
              acks: -1,
              timeout: 1_234,
              transactionalId,
              producerId: who.producerId,
              producerEpoch: who.producerEpoch,
              compression: CODEC[compression],
              topicData: [
                {
                  topic: 'tópic',
                  partitions: partitions.map((group, partition) => ({
                    partition,
                    firstSequence: who.firstSequence,
                    messages: group.map(({ key, value, headers: h = [] }) => ({ key, value, headers: Object.fromEntries(h), timestamp: timestampMs })),
                  })),
                },
              ],
            }).encode();
            const batches = partitions.map((group, partition) => ({
              tp: { topic: 'tópic', partition },
              count: group.length,
              bytes: encodeBatch(group, who, compression, timestampMs, BATCH_HEADROOM),
            }));
            expect(encodeProduce(transactionalId, batches, 1_234).equals(theirs.buffer)).toBe(true);
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      Codecs[CODEC.zstd] = kept;
    }
  });
});

describe('record batches', () => {
  const Decoder = original('protocol/decoder.js') as OriginalDecoder;
  const decode = original('protocol/recordBatch/v0/decoder.js') as OriginalBatchDecoder;
  const RecordBatch = (original('protocol/recordBatch/v0/index.js') as { RecordBatch: (batch: object) => Promise<OriginalEncoder> }).RecordBatch;
  const Record = original('protocol/recordBatch/record/v0/index.js') as (record: object) => object;
  const plain = ({ key, value, headers: pairs, timestampMs, offset }: RawRecord) => ({
    key,
    value,
    headers: Object.fromEntries(pairs),
    timestamp: String(timestampMs),
    offset: String(offset),
  });
  const theirs = ({ key, value, headers: map, timestamp: time, offset }: DecodedRecord) => ({ key, value, headers: map, timestamp: time, offset });

  it.each([
    ['none', 0],
    ['gzip', 1],
  ] as const)('decodes what the original encodes as the original does: %s', async (_name, compression) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(record, fc.integer({ min: -100_000, max: 3_000_000_000 }), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        async (items, firstOffset) => {
          let offsetDelta = -1;
          const encoded = (
            await RecordBatch({
              compression,
              firstOffset: BigInt(firstOffset),
              firstTimestamp: 1_700_000_000_000,
              maxTimestamp: 1_700_000_000_000,
              lastOffsetDelta: 99,
              producerId: 5n,
              producerEpoch: 1,
              transactional: true,
              records: items.map(([{ key, value, headers: pairs = [] }, timestampDelta, gap]) => {
                offsetDelta += gap; // compaction leaves gaps
                return Record({ offsetDelta, timestampDelta, key, value, headers: Object.fromEntries(pairs) });
              }),
            })
          ).buffer;
          const header = readHeader(encoded, 0)!;
          expect(header).toMatchObject({
            baseOffset: firstOffset,
            nextOffset: firstOffset + 100,
            isTransactional: true,
            isControl: false,
            producerId: 5,
            end: encoded.length,
          });
          expect(decodeRecords(encoded, header, 0).map(plain)).toEqual((await decode(new Decoder(encoded))).records.map(theirs));
          const middle = firstOffset + Math.floor(offsetDelta / 2);
          expect(decodeRecords(encoded, header, middle).map(plain)).toEqual(
            decodeRecords(encoded, header, 0)
              .filter(({ offset }) => offset >= middle)
              .map(plain),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes the append time of the batch where the broker set it', () => {
    const encoded = encodeBatch([{ key: null, value: null }], { producerId: -1n, producerEpoch: 0, firstSequence: 0, isTransactional: false }, 'none', 1_000);
    encoded.writeInt16BE(0x08, 21);
    encoded.writeBigInt64BE(5_000n, 35);
    expect(decodeRecords(encoded, readHeader(encoded, 0)!, 0)[0]!.timestampMs).toBe(5_000);
  });

  it('says so when any byte of a compressed batch is wrong, and never anything but an error otherwise', () => {
    const who = { producerId: -1n, producerEpoch: 0, firstSequence: 0, isTransactional: false };
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('none' as const, 'zstd' as const),
        (group, position, flip, compression) => {
          const encoded = encodeBatch(group, who, compression, 1_000);
          const at = 21 + (position % (encoded.length - 21));
          encoded[at] = encoded[at]! ^ flip;
          const decodeDamaged = () => decodeRecords(encoded, readHeader(encoded, 0)!, 0);
          if ((encoded.readInt16BE(21) & 7) !== 0) expect(decodeDamaged).toThrow();
          else
            try {
              decodeDamaged();
            } catch (error) {
              expect(error).toBeInstanceOf(RangeError);
            }
        },
      ),
    );
  });
});

describe('CRC-32C', () => {
  it('has the check value of the catalogue', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
  });

  it('equals the original on any range of any bytes', () => {
    const theirs = original('protocol/recordBatch/crc32C/index.js') as (b: Buffer) => number;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), fc.nat(), fc.nat(), (array, a, b) => {
        const buffer = Buffer.from(array);
        const [from, to] = [a % (buffer.length + 1), b % (buffer.length + 1)].sort((x, y) => x - y) as [number, number];
        expect(crc32c(buffer, from, to)).toBe(theirs(buffer.subarray(from, to)));
      }),
    );
  });
});

describe('frames', () => {
  it('equal the original', async () => {
    const theirs = original('protocol/request.js', 'fresh') as (o: object) => Promise<OriginalEncoder>;
    const ours = original('protocol/request.js');
    expect(ours).toBe(frameRequest); // it is in place, and the other is not it
    expect(theirs).not.toBe(frameRequest);
    const heartbeat = original('protocol/requests/heartbeat/v3/request.js') as (r: object) => {
      apiKey: number;
      apiVersion: number;
      apiName: string;
      encode: () => Promise<OriginalEncoder>;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.string({ maxLength: 2_000 }),
        async (clientId, correlationId, groupId) => {
          const request = heartbeat({ groupId, groupGenerationId: 3, memberId: 'm', groupInstanceId: null });
          expect((await frameRequest({ clientId, correlationId, request })).buffer).toEqual((await theirs({ clientId, correlationId, request })).buffer);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('fetch', () => {
  it('asks as the original does', async () => {
    const request = original('protocol/requests/fetch/v11/request.js') as (r: object) => { encode: () => Promise<OriginalEncoder> };
    const partitions = [
      { partition: 0, offset: 5 },
      { partition: 3, offset: 2 ** 41 },
    ];
    const theirs = await request({
      replicaId: -1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 10_485_760,
      isolationLevel: 1,
      topics: ['a', 'ü'].map((topic) => ({
        topic,
        partitions: partitions.map(({ partition, offset }) => ({ partition, fetchOffset: String(offset), maxBytes: 262_144 })),
      })),
    }).encode();
    expect(
      encodeFetch({
        isolation: 'committed',
        maxWaitMs: 500,
        maxBytes: 10_485_760,
        maxBytesPerPartition: 262_144,
        positions: ['a', 'ü'].flatMap((topic) => partitions.map((position) => ({ topic, ...position }))),
      }).equals(theirs.buffer),
    ).toBe(true);
  });
});

describe('offsets of a group', () => {
  it('are committed in a transaction by TxnOffsetCommit 3', async () => {
    const { request, response } = txnOffsetCommit({
      transactionalId: 'app-0',
      producerId: 1_000n,
      producerEpoch: 3,
      group: { groupId: 'g', generationId: 7, memberId: 'm-1', groupInstanceId: null },
      offsets: [{ topic: 'in', partition: 2, offset: 41, metadata: null }],
    });
    expect(request).toMatchObject({ apiKey: 28, apiVersion: 3 });
    expect((await request.encode()).buffer.toString('hex')).toBe(
      '00066170702d30026700000000000003e8000300000007046d2d31000203696e02000000020000000000000029ffffffff00000000',
    );
    // Tagged fields of any size, as a later broker may send them, are passed over: one of 3 bytes in front, one of none at the end.
    expect(
      await response.decode(Buffer.from(['010503aabbcc', '00000000', '0203696e', '02', '00000002', '0016', '010900', '00', '00'].join(''), 'hex')),
    ).toEqual([{ topic: 'in', partition: 2, errorCode: 22 }]);
  });

  it('are read by OffsetFetch 7, of some partitions or of all', async () => {
    const some = offsetFetch(
      'g',
      [
        { topic: 'in', partition: 0 },
        { topic: 'in', partition: 2 },
      ],
      true,
    );
    expect(some.request).toMatchObject({ apiKey: 9, apiVersion: 7 });
    expect((await some.request.encode()).buffer.toString('hex')).toBe('0002670203696e030000000000000002000100');
    expect((await offsetFetch('g', 'all', true).request.encode()).buffer.toString('hex')).toBe('000267000100');
    const partitions = [
      ['00000000', '0000000000000029', 'ffffffff', '036869', '0000', '00'],
      ['00000002', 'ffffffffffffffff', 'ffffffff', '00', '0058', '00'],
    ];
    const answer = ['00', '00000000', '02', '03696e', '03', ...partitions.flat(), '00', '0000', '00'].join('');
    expect(await some.response.decode(Buffer.from(answer, 'hex'))).toEqual({
      errorCode: 0,
      offsets: [
        { topic: 'in', partition: 0, offset: 41, metadata: 'hi', errorCode: 0 },
        { topic: 'in', partition: 2, offset: -1, metadata: '', errorCode: 88 },
      ],
    });
  });
});

it('members and assignments keep the form that other clients read', () => {
  const encoded = library.MemberAssignment.encode({ version: 0, assignment: { t: [0, 2] } });
  expect(library.MemberAssignment.decode(encoded)?.assignment).toEqual({ t: [0, 2] });
});
