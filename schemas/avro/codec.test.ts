import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyCheck } from './check.ts';
import { Codec, CodecError, FRAME_BYTES, ourSchemas, schemaIdOf } from './codec.ts';
import type { Paths } from './projection.ts';
import { plainContext, plainEvent } from './plain.ts';
import { fixedIds } from './registry.ts';
import { schemas } from './types.gen.ts';
import type { Context, Event } from './types.gen.ts';

const codec = new Codec(fixedIds());
const event = plainEvent({
  process: { name: 'a.exe', executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null, hash: null, parent: null },
  native: Buffer.from('{"a":1}'),
});
const framed = codec.encode(schemas.event, event);
/** Without prototypes, bytes as hex. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) : value;
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof CodecError ? error.code : `other: ${String(error)}`;
  }
  return 'none';
};

describe('codec', () => {
  it('gives back what it was given', () => {
    expect(plain(codec.decode(schemas.event, framed))).toEqual(plain(event));
  });

  it.each<[name: string, paths: Paths, want: unknown]>([
    ['reads top-level fields only', { id: true, time: true }, { id: event.id, time: event.time }],
    ['reads into an optional record', { process: { name: true } }, { process: { name: 'a.exe' } }],
    ['reads a null record as null', { file: { name: true } }, { file: null }],
    ['reads the last field', { native: true }, { native: Buffer.from('{"a":1}').toString('hex') }],
    ['keeps the order of the schema, not of the paths', { native: true, id: true }, { id: event.id, native: Buffer.from('{"a":1}').toString('hex') }],
  ])('%s', (_name, paths, want) => {
    expect(plain(codec.decode(schemas.event, framed, paths))).toEqual(want);
  });

  it('appends a context byte for byte as encoding both would', () => {
    const context = plainContext({ relatedIp: ['10.0.0.1'] });
    const appended = codec.append(schemas.enriched, schemas.event, framed, schemas.context, context);
    expect(appended.equals(codec.encode(schemas.enriched, { event, context }))).toBe(true);
    expect(plain(codec.decode(schemas.enriched, appended, { event: { id: true }, context: { relatedIp: true } }))).toEqual({
      event: { id: event.id },
      context: { relatedIp: ['10.0.0.1'] },
    });
  });

  it('encodes an event of another version again instead of appending to it', () => {
    const older = ourSchemas().get('goshawk.v1.Event')!;
    const ids = fixedIds();
    const foreign = new Codec({ ...ids, writer: (id) => (id === 99 ? older : ids.writer(id)) });
    const other = Buffer.from(framed);
    other.writeInt32BE(99, 1);
    const context = plainContext();
    expect(foreign.append(schemas.enriched, schemas.event, other, schemas.context, context).equals(codec.encode(schemas.enriched, { event, context }))).toBe(
      true,
    );
  });

  it('grows for a value larger than its buffer', () => {
    const large = plainEvent({ native: Buffer.alloc(3_000_000, 'x') });
    expect(codec.decode(schemas.event, codec.encode(schemas.event, large)).native.length).toBe(3_000_000);
  });

  it.each<[name: string, bytes: Buffer, code: string]>([
    ['refuses an empty value', Buffer.alloc(0), 'NOT_FRAMED'],
    ['refuses JSON', Buffer.from('{"a":1}'), 'NOT_FRAMED'],
    ['refuses an unknown id', Buffer.from([0, 0, 0, 9, 9, 1]), 'UNKNOWN_SCHEMA'],
    ['refuses a value cut short', framed.subarray(0, 60), 'TRUNCATED'],
  ])('%s', (_name, bytes, code) => {
    expect(codeOf(() => codec.decode(schemas.event, bytes))).toBe(code);
  });

  it('names the path of a value that does not fit', () => {
    expect(() => codec.encode(schemas.event, { ...event, time: 'now' } as unknown as Event)).toThrow(/at time/);
    expect(codeOf(() => codec.encode(schemas.event, { ...event, time: 'now' } as unknown as Event))).toBe('INVALID_VALUE');
  });

  it('throws nothing but CodecError on any bytes', () => {
    const header = framed.subarray(0, FRAME_BYTES);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (body) => {
        expect(['none', 'TRUNCATED', 'INVALID_VALUE']).toContain(
          codeOf(() => codec.decode(schemas.event, Buffer.concat([header, body]), { id: true, time: true, sensor: true })),
        );
      }),
    );
  });
});

describe('bodyCheck', () => {
  const check = bodyCheck(ourSchemas().get('goshawk.v1.Event')!);
  it('accepts what the codec writes', () => {
    expect(codeOf(() => check(framed, FRAME_BYTES))).toBe('none');
    expect(schemaIdOf(framed)).toBe(codec.idOf(schemas.event));
  });
  it('refuses bytes behind the value', () => {
    expect(codeOf(() => check(Buffer.concat([framed, Buffer.from([0])]), FRAME_BYTES))).toBe('INVALID_VALUE');
  });
  it('refuses a count that no bytes stand behind', () => {
    const nulls = bodyCheck({ type: 'array', items: 'null' });
    expect(codeOf(() => nulls(Buffer.from([0x80, 0xb4, 0x89, 0x13, 0]), 0))).toBe('INVALID_VALUE');
  });
  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        expect(['none', 'TRUNCATED', 'INVALID_VALUE']).toContain(codeOf(() => check(body, 0)));
      }),
    );
  });
});

const context: Context = plainContext();
it('has a plain context that encodes', () => {
  expect(plain(codec.decode(schemas.context, codec.encode(schemas.context, context)))).toEqual(plain(context));
});
