// The encoder against the server that it is for: what goes in by COPY comes out by SELECT.
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CopyRows, copyFrame } from './copy.ts';
import type { FreshDatabase } from './test/fresh-database.ts';
import { freshDatabase, serverUrl } from './test/fresh-database.ts';

describe.skipIf(serverUrl === '')('COPY round trip', () => {
  let database: FreshDatabase;
  let client: PoolClient;
  beforeAll(async () => {
    database = await freshDatabase({ isMigrated: false });
    client = await database.owner.connect();
    await client.query(
      `CREATE TABLE sample (n int, t text, b bytea, o bool, i2 int2, i4 int4, i8 int8, f float8, at timestamptz, a inet, s text[], j jsonb, u text)`,
    );
  });
  afterAll(async () => {
    client?.release();
    await database?.drop();
  });

  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const row = fc.record({
    t: orNull(text),
    b: orNull(fc.uint8Array({ maxLength: 40 })),
    o: fc.boolean(),
    i2: orNull(fc.integer({ min: -32_768, max: 32_767 })),
    i4: orNull(fc.integer()),
    i8: orNull(fc.maxSafeInteger()),
    f: orNull(fc.double({ noNaN: true })),
    at: orNull(fc.integer({ min: Date.UTC(1715, 0, 1) * 1000, max: 2 ** 53 - 1 })),
    a: orNull(fc.oneof(fc.ipV4(), fc.ipV6())),
    s: fc.array(text, { maxLength: 4 }),
    j: fc.dictionary(
      text.filter((key) => key.isWellFormed() && !key.includes('\0')),
      fc.oneof(text, fc.integer(), fc.boolean()),
    ),
    u: fc.uint8Array({ maxLength: 40 }),
  });
  const stored = (value: string) => value.toWellFormed().replaceAll('\0', '\ufffd');

  it('keeps every type and every value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (values) => {
        const rows = new CopyRows(16);
        for (const [n, value] of values.entries()) {
          rows.beginRow(13);
          rows.int4(n);
          rows.text(value.t);
          rows.bytes(value.b);
          rows.bool(value.o);
          rows.int2(value.i2);
          rows.int4(value.i4);
          rows.int8(value.i8);
          rows.float8(value.f);
          rows.time(value.at);
          rows.inet(value.a);
          rows.textArray(value.s);
          rows.json(value.j);
          rows.utf8(value.u);
          rows.endRow();
        }
        await client.query('TRUNCATE sample');
        await pipeline(
          Readable.from([copyFrame.header, rows.slice(0, rows.rows), copyFrame.trailer]),
          client.query(copyFrom('COPY sample FROM STDIN (FORMAT binary)')),
        );
        const { rows: found } = await client.query<Record<string, unknown>>('SELECT * FROM sample ORDER BY n');
        expect(found.length).toBe(values.length);
        const addresses = await client.query<{ same: boolean | null }>(
          'SELECT s.a = v.a::inet AS same FROM sample s JOIN unnest($1::text[]) WITH ORDINALITY AS v (a, n) ON v.n = s.n + 1 ORDER BY s.n',
          [values.map(({ a }) => a)],
        );
        for (const [n, value] of values.entries()) {
          expect(found[n]).toMatchObject({
            t: value.t === null ? null : stored(value.t),
            b: value.b === null ? null : Buffer.from(value.b),
            o: value.o,
            i2: value.i2,
            i4: value.i4,
            i8: value.i8,
            f: value.f === null ? null : Object.is(value.f, -0) ? expect.closeTo(0) : value.f,
            at: value.at,
            s: value.s.map(stored),
            u: stored(Buffer.from(value.u).toString('utf8')),
          });
          expect(addresses.rows[n]?.same).toBe(value.a === null ? null : true);
          expect(found[n]?.j).toEqual(JSON.parse(JSON.stringify(value.j, (_key, item: unknown) => (typeof item === 'string' ? stored(item) : item))));
        }
      }),
      { numRuns: 60 },
    );
  });
});
