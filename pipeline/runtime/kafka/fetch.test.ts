import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { slices } from './fetch.ts';
import type { FetchedPartition } from './fetch.ts';
import { original } from './original.ts';
import type { DecodedRecord, OriginalBatchDecoder, OriginalDecoder } from './original.ts';
import { encodeBatch, readHeader } from './record-batch.ts';

interface Spec {
  readonly values: readonly string[];
  readonly producerId?: number;
  readonly marker?: 'commit' | 'abort';
  readonly isTransactional?: boolean;
  readonly holes?: number;
  readonly compression?: 'none' | 'zstd';
}

/** Batches as a broker stores them, one after the other. `holes` are offsets at the end that compaction took. */
function stored(specs: readonly Spec[], from = 0): Buffer {
  let offset = from;
  return Buffer.concat(
    specs.map(({ values, producerId = -1, marker, isTransactional = producerId >= 0, holes = 0, compression = 'none' }) => {
      const records = marker
        ? [{ key: Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0]), value: Buffer.from([0, 0, 0, 0, 0, 0]) }]
        : values.map((value) => ({ key: null, value: Buffer.from(value) }));
      const batch = encodeBatch(records, { producerId: BigInt(producerId), producerEpoch: 0, firstSequence: 0, isTransactional }, compression, 1_000);
      batch.writeBigInt64BE(BigInt(offset), 0);
      batch.writeInt32BE(records.length - 1 + holes, 23);
      if (marker) batch.writeInt16BE(batch.readInt16BE(21) | 0x20, 21);
      batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
      offset += records.length + holes;
      return batch;
    }),
  );
}
const fetched = (bytes: Buffer, aborted: FetchedPartition['aborted'] = []): FetchedPartition => ({
  topic: 't',
  partition: 0,
  errorCode: 0,
  highWatermark: 100,
  lastStableOffset: 100,
  aborted,
  bytes,
});
const read = (bytes: Buffer, { from = 0, sliceRecords = 1_000, aborted = [] as FetchedPartition['aborted'] } = {}) =>
  [...slices(fetched(bytes, aborted), from, sliceRecords)].map((batch) => ({
    from: batch.from,
    next: batch.nextOffset,
    values: batch.records.map(({ value }) => String(value)),
  }));

describe('slices', () => {
  it('join small batches, with markers and holes covered', () => {
    expect(
      read(
        stored([
          { values: ['a', 'b'], producerId: 1 },
          { values: [], producerId: 1, marker: 'commit' },
          { values: ['c'], holes: 3 },
        ]),
      ),
    ).toEqual([{ from: 0, next: 7, values: ['a', 'b', 'c'] }]);
  });

  it('cut large batches, so that work gets its turn', () => {
    expect(read(stored([{ values: ['a', 'b', 'c', 'd', 'e'], holes: 2 }]), { sliceRecords: 2 })).toEqual([
      { from: 0, next: 2, values: ['a', 'b'] },
      { from: 2, next: 4, values: ['c', 'd'] },
      { from: 4, next: 7, values: ['e'] },
    ]);
  });

  it('begin at the position, though the broker sends the whole batch', () => {
    expect(read(stored([{ values: ['a', 'b', 'c'] }, { values: ['d'] }]), { from: 2 })).toEqual([{ from: 2, next: 4, values: ['c', 'd'] }]);
    expect(read(stored([{ values: ['a', 'b'] }]), { from: 2 })).toEqual([]);
  });

  it('cover what compaction left empty, up to the end of its batch', () => {
    const emptied = Buffer.from(stored([{ values: ['a'], holes: 4 }]).subarray(0, 61));
    emptied.writeInt32BE(61 - 12, 8);
    emptied.writeInt32BE(0, 57); // no record is left
    expect(read(emptied)).toEqual([{ from: 0, next: 5, values: [] }]);
    expect(read(Buffer.concat([emptied, stored([{ values: ['b'] }], 5)]))).toEqual([{ from: 0, next: 6, values: ['b'] }]);
  });

  it('ignore a batch that is cut off by the fetch limit', () => {
    const bytes = stored([{ values: ['a'] }, { values: ['b'] }]);
    for (let cut = 1; cut < 60; cut++) expect(read(bytes.subarray(0, bytes.length - cut))).toEqual([{ from: 0, next: 1, values: ['a'] }]);
  });

  it('leave out aborted transactions, also where their ids come back', () => {
    const bytes = stored([
      { values: ['gone'], producerId: 1 },
      { values: ['kept'], producerId: 2 },
      { values: [], producerId: 1, marker: 'abort' },
      { values: ['again'], producerId: 1 },
      { values: [], producerId: 1, marker: 'commit' },
      { values: [], producerId: 2, marker: 'commit' },
      { values: ['plain'] },
    ]);
    expect(read(bytes, { aborted: [{ producerId: 1, firstOffset: 0 }] })).toEqual([{ from: 0, next: 7, values: ['kept', 'again', 'plain'] }]);
  });

  it('do not take a record whose key looks like an abort marker for one', () => {
    const batch = encodeBatch(
      [{ key: Buffer.from([0, 0, 0, 0]), value: Buffer.from('x') }],
      { producerId: 1n, producerEpoch: 0, firstSequence: 0, isTransactional: true },
      'none',
      1,
    );
    expect(read(batch)).toEqual([{ from: 0, next: 1, values: ['x'] }]);
  });

  /** The second of three batches, at offsets 1 and 2, and what is wrong with it. */
  const seal = (batch: Buffer) => {
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
    return batch;
  };
  const packedAs = (codec: number, packed: Buffer) => {
    const batch = Buffer.concat([stored([{ values: ['b', 'c'] }], 1).subarray(0, 61), packed]);
    batch.writeInt16BE(codec, 21);
    return seal(batch);
  };
  const plain = stored([{ values: ['b', 'c'] }], 1).subarray(61);
  const MANY = Buffer.alloc(65 * 1024 * 1024);
  it.each<[name: string, broken: () => Buffer, reason: RegExp]>([
    ['whose checksum is wrong', () => flipped(stored([{ values: ['b', 'c'], compression: 'zstd' }], 1), -1), /^Checksum/],
    ['without compression whose checksum is wrong', () => flipped(stored([{ values: ['b', 'c'] }], 1), 61), /^Checksum/],
    ['that zstd cannot unpack', () => packedAs(4, Buffer.from('no frame at all')), /./],
    ['that gzip cannot unpack', () => packedAs(1, gzipSync(plain).subarray(0, -9)), /./],
    ['that Snappy cannot unpack', () => packedAs(2, Buffer.from([200, 1, 0])), /Snappy/],
    ['that LZ4 cannot unpack', () => packedAs(3, Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 9, 0, 0, 0])), /LZ4/],
    ['whose codec does not exist', () => packedAs(7, plain), /no compression codec 7/],
    ['that unpacks to too much from zstd', () => packedAs(4, zstdCompressSync(MANY)), /more than 67108864 bytes/],
    ['that unpacks to too much from gzip', () => packedAs(1, gzipSync(MANY)), /more than 67108864 bytes/],
    ['that unpacks to too much from Snappy', () => packedAs(2, Buffer.from([0x81, 0x80, 0x80, 0x20, 0])), /67108865 bytes, above the limit/],
    ['that unpacks to too much from LZ4', () => packedAs(3, lz4Bomb(17)), /limit|leaves the block/],
    ['with more records than it names', () => count(stored([{ values: ['b', 'c'] }], 1), 1), /more than the records/],
    ['with fewer records than it names', () => count(stored([{ values: ['b', 'c'] }], 1), 3), /cut off|malformed/],
    ['that names no number of records', () => count(stored([{ values: ['b', 'c'] }], 1), -5), /malformed/],
    ['with half a frame behind a whole one', () => packedAs(4, Buffer.concat([zstdCompressSync(plain), Buffer.from('(\xb5/\xfd', 'latin1')])), /./],
  ])('put a batch aside %s, whole and alone', (_name, make, reason) => {
    const broken = make();
    const all = Buffer.concat([stored([{ values: ['a'] }]), broken, stored([{ values: ['d'] }], 3)]);
    const batches = [...slices(fetched(all), 0, 1_000)];
    expect(batches.map(({ from, nextOffset, records }) => [from, nextOffset, records.length])).toEqual([
      [0, 1, 1],
      [1, 3, 0],
      [3, 4, 1],
    ]);
    expect(batches[1]!.unreadable).toMatchObject({ reason: expect.stringMatching(reason) as string, bytes: broken });
    expect([1, 2]).toContain(batches[1]!.unreadable!.records); // as the header says, or one for each offset
    expect(batches[0]!.unreadable).toBeUndefined();
  });
  const flipped = (bytes: Buffer, at: number) => {
    bytes[at < 0 ? bytes.length + at : at]! ^= 0xff;
    return bytes;
  };
  const count = (bytes: Buffer, records: number) => {
    bytes.writeInt32BE(records, 57);
    return seal(bytes);
  };
  /** Blocks of 4 MiB of one byte, each of which says so in 16 kB. */
  const lz4Bomb = (blocks: number) => {
    const repeats = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(16_446, 255), Buffer.from([200, 0x50, 97, 97, 97, 97, 97])]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(repeats.length);
    return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]), ...Array.from({ length: blocks }, () => [size, repeats]).flat()]);
  };

  it('believe no offset of a header whose checksum is wrong', () => {
    const broken = stored([{ values: ['b', 'c'] }], 1);
    broken.writeInt32BE(1_000_000, 23); // says that it covers a million offsets
    broken.writeInt32BE(900_000, 57);
    const batches = [...slices(fetched(Buffer.concat([broken, stored([{ values: ['d'] }], 3)])), 1, 1_000)];
    expect(batches.map(({ from, nextOffset, unreadable }) => [from, nextOffset, unreadable?.records])).toEqual([
      [1, 3, 2],
      [3, 4, undefined],
    ]);
    expect([...slices(fetched(broken), 1, 1_000)].map(({ nextOffset }) => nextOffset)).toEqual([100]); // the end of the partition, no further
  });

  it('count of a batch that was begun only what is left', () => {
    const broken = flipped(stored([{ values: ['b', 'c', 'd'], compression: 'zstd' }], 1), -1);
    expect([...slices(fetched(broken), 3, 1_000)].map(({ from, nextOffset, unreadable }) => [from, nextOffset, unreadable?.records])).toEqual([[3, 4, 1]]);
  });

  it.each([
    ['a batch', 0, 8],
    ['a batch behind another', 1, 8],
  ])('say that the log is damaged when the size of %s cannot be', (_name, index, at) => {
    const batches = [stored([{ values: ['a'] }]), stored([{ values: ['b'] }], 1)];
    batches[index]!.writeInt32BE(3, at);
    expect(() => [...slices(fetched(Buffer.concat(batches)), 0, 1_000)]).toThrow(
      expect.objectContaining({ code: 'BROKER_REFUSED', details: expect.objectContaining({ topic: 't', offset: index }) as object }),
    );
  });

  it('read all frames of a batch', () => {
    const frames = packedAs(4, Buffer.concat([zstdCompressSync(plain.subarray(0, 3)), zstdCompressSync(plain.subarray(3))]));
    expect(read(frames, { from: 1 })).toEqual([{ from: 1, next: 3, values: ['b', 'c'] }]);
  });

  it('agree with a plain model on any mixture of transactions', () => {
    const step = fc.record({
      producer: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 1, max: 3 }),
      ends: fc.constantFrom('no' as const, 'no' as const, 'commit' as const, 'abort' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.nat(), fc.integer({ min: 1, max: 5 }), (steps, seek, sliceRecords) => {
        const specs: Spec[] = [];
        const written: { readonly producer: number; readonly offset: number }[] = [];
        const open = new Map<number, number>();
        const aborted: { producerId: number; firstOffset: number; marker: number }[] = [];
        let offset = 0;
        for (const { producer, count, ends } of steps) {
          // producer 0 is not transactional
          specs.push({ values: Array.from({ length: count }, (_, i) => String(offset + i)), ...(producer > 0 ? { producerId: producer } : {}) });
          if (producer > 0 && !open.has(producer)) open.set(producer, offset);
          for (let i = 0; i < count; i++) written.push({ producer, offset: offset++ });
          if (producer === 0 || ends === 'no') continue;
          specs.push({ values: [], producerId: producer, marker: ends });
          if (ends === 'abort') aborted.push({ producerId: producer, firstOffset: open.get(producer)!, marker: offset });
          open.delete(producer);
          offset++;
        }
        const from = offset === 0 ? 0 : seek % offset;
        const expected = written.filter(
          (one) =>
            one.offset >= from &&
            !aborted.some(({ producerId, firstOffset, marker }) => producerId === one.producer && firstOffset <= one.offset && one.offset < marker),
        );
        // A broker begins with the batch that holds `from`, and names the aborted transactions that end at or after it.
        const all = stored(specs);
        let start = 0;
        for (let header = readHeader(all, 0); header && header.nextOffset <= from; header = readHeader(all, start)) start = header.end;
        const ours = read(all.subarray(start), { from, sliceRecords, aborted: aborted.filter(({ marker }) => marker >= from) });
        expect(ours.flatMap(({ values }) => values)).toEqual(expected.map((one) => String(one.offset)));
        ours.forEach((batch, i) => {
          expect(batch.from).toBe(i === 0 ? from : ours[i - 1]!.next);
        });
        if (offset > 0) expect(ours.at(-1)!.next).toBe(offset);
        expect(ours.every(({ values }) => values.length <= sliceRecords)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('leave out an aborted record behind the start of another aborted transaction, which the original shows', async () => {
    const bytes = stored([
      { values: ['0'], producerId: 1 },
      { values: ['1'], producerId: 2 },
      { values: [], producerId: 2, marker: 'abort' },
      { values: ['3'], producerId: 1 },
      { values: [], producerId: 1, marker: 'abort' },
    ]);
    const aborted = [
      { producerId: 1, firstOffset: 0 },
      { producerId: 2, firstOffset: 1 },
    ];
    expect(read(bytes, { from: 1, aborted })).toEqual([{ from: 1, next: 5, values: [] }]);
    const Decoder = original('protocol/decoder.js') as OriginalDecoder;
    const decode = original('protocol/recordBatch/v0/decoder.js') as OriginalBatchDecoder;
    const Batch = original('consumer/batch.js') as new (topic: string, offset: string, data: object) => { messages: readonly DecodedRecord[] };
    const decoder = new Decoder(bytes) as { canReadBytes: (n: number) => boolean };
    const messages: DecodedRecord[] = [];
    while (decoder.canReadBytes(49)) messages.push(...(await decode(decoder)).records);
    const theirs = new Batch('t', '1', {
      partition: 0,
      highWatermark: '100',
      messages,
      abortedTransactions: aborted.map(({ producerId, firstOffset }) => ({ producerId: String(producerId), firstOffset: String(firstOffset) })),
    });
    expect(theirs.messages.map(({ value }) => String(value))).toEqual(['1']); // why its consumer is not used
  });
});
