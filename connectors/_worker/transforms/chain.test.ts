import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain } from './chain.ts';
import { recordOf, transformsOf } from './test/plugin.ts';

const MASK = { transforms: 'mask', 'transforms.mask.type': 'MaskField$Value', 'transforms.mask.fields': 'a' };

describe('a chain', () => {
  it('without transforms gives back what it is given', async () => {
    const { any, apply } = await transformsOf({});
    const record = recordOf({ value: 'no JSON' });
    expect([any, apply(record)]).toEqual([false, record]);
    expect(apply(record)).toBe(record);
  });

  it('leaves bytes alone that no transform changes', async () => {
    const { any, apply } = await transformsOf({
      transforms: 'r',
      'transforms.r.type': 'RegexRouter',
      'transforms.r.regex': '.*',
      'transforms.r.replacement': 'x',
    });
    const record = recordOf({ value: 'no JSON', key: '{' });
    const routed = apply(record)!;
    expect([any, routed.topic, routed.position]).toEqual([true, 'x', record.position]);
    expect(routed.value).toBe(record.value);
    expect(routed.key).toBe(record.key);
  });

  it('never changes whose record it is', async () => {
    const { apply } = await transformsOf({
      transforms: 'route,key,take,hoist',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': '.*',
      'transforms.route.replacement': 'elsewhere',
      'transforms.key.type': 'ValueToKey',
      'transforms.key.fields': 'a',
      'transforms.take.type': 'ExtractField$Key',
      'transforms.take.field': 'a',
      'transforms.hoist.type': 'HoistField$Value',
      'transforms.hoist.field': 'id',
    });
    const record = recordOf({ value: '{"a":"new","id":"other"}' });
    const { id, position, kind, key } = apply(record)!;
    expect([id, position, kind]).toEqual([record.id, record.position, record.kind]);
    expect(key?.toString()).toBe('new');
  });

  it.each<[string, string | null, Readonly<Record<string, string>>, object]>([
    ['a transform', '[1]', MASK, { alias: 'mask', stage: 'TRANSFORMATION', className: 'org.apache.kafka.connect.transforms.MaskField$Value' }],
    ['a value that is no JSON', '{', MASK, { stage: 'VALUE_CONVERTER', className: 'org.apache.kafka.connect.json.JsonConverter' }],
    [
      'a key that is no JSON',
      '{}',
      { ...MASK, 'transforms.mask.type': 'MaskField$Key', 'key.converter': 'org.apache.kafka.connect.json.JsonConverter' },
      { stage: 'KEY_CONVERTER' },
    ],
    ['bytes that stay bytes', '{"a":1}', { ...MASK, 'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter' }, { stage: 'TRANSFORMATION' }],
    [
      'a predicate',
      '{',
      { ...MASK, 'transforms.mask.predicate': 'p', predicates: 'p', 'predicates.p.type': 'RecordIsTombstone' },
      { stage: 'VALUE_CONVERTER', alias: 'mask' },
    ],
  ])('says what failed: %s', async (_what, value, config, details) => {
    const { apply } = await transformsOf(config);
    expect(() => apply(recordOf({ value, key: '{' }))).toThrow(
      expect.objectContaining({ code: 'TRANSFORM_FAILED', details: expect.objectContaining(details) as object }) as Error,
    );
  });

  it('sets a document aside that is nested beyond all measure', async () => {
    const { apply } = await transformsOf({ transforms: 'f', 'transforms.f.type': 'Flatten$Value' });
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(() => apply(recordOf({ value: deep }))).toThrow(expect.objectContaining({ code: 'TRANSFORM_FAILED' }) as Error);
  });

  it('sets a record aside when a transform has a bug, and goes on', () => {
    const broken = chain(
      [
        {
          alias: 'broken',
          className: 'Broken',
          condition: null,
          step: () => {
            throw new TypeError('undefined is not a function');
          },
        },
      ],
      { key: 'string', value: 'json' },
    );
    expect(() => broken.apply(recordOf({}))).toThrow(
      expect.objectContaining({ code: 'UNEXPECTED', details: expect.objectContaining({ className: 'Broken' }) as object }) as Error,
    );
  });

  it('takes any document', async () => {
    const { apply } = await transformsOf({
      transforms: 'flat,cast,mask',
      'transforms.flat.type': 'Flatten$Value',
      'transforms.cast.type': 'Cast$Value',
      'transforms.cast.spec': 'a:string',
      'transforms.mask.type': 'MaskField$Value',
      'transforms.mask.fields': 'b',
    });
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('a', 'b', 'c', '__proto__', '') }), (document) => {
        try {
          const value = apply(recordOf({ value: JSON.stringify(document) }))!.value!;
          expect(Object.keys(JSON.parse(value.toString()) as object)).toEqual(expect.arrayContaining(['a', 'b']));
        } catch (error) {
          expect(error).toMatchObject({ code: 'TRANSFORM_FAILED' }); // a list cannot be cast to text
        }
      }),
    );
  });
});
