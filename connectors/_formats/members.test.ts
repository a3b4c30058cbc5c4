import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventText } from '../../pipeline/publish/ecs/index.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { parseMembers } from './members.ts';

const names = (...of: readonly string[]) => of.map((name) => Buffer.from(name));
const read = (text: string, wanted = ['a', 'b'], last?: string) =>
  parseMembers(Buffer.from(text), names(...wanted), last === undefined ? last : Buffer.from(last));

describe('members of an object', () => {
  it.each<[name: string, text: string, members: object]>([
    ['that are wanted', '{"x":1,"a":"ü","y":[{"a":2}],"b":{"c":[1,"}"]},"z":"\\"}"}', { a: 'ü', b: { c: [1, '}'] } }],
    ['with blanks between', ' { "a" : 1 , "x" : true , "b" : null } \n', { a: 1, b: null }],
    ['of which the last is not wanted', '{"a":1,"b":2 ,\n"x":{}}', { a: 1, b: 2 }],
    ['none of which is wanted', '{"x":1,"aa":2}', {}],
    ['that are repeated: the last counts', '{"a":1,"x":1,"a":2}', { a: 2 }],
    ['whose names are written with escapes', '{"\\u0061":1,"x":2}', { a: 1 }],
    ['the last of which are numbers', '{"x":-1.5e3,"a":7}', { a: 7 }],
  ])('%s', (_name, text, members) => {
    expect(read(text)).toEqual(members);
  });

  it.each(['', 'x', '[]', '7', '{}', '{"a":1', '{"a":1}}', '{"a" 1}', '{"a":1,}', '{a:1}', '{"x":"\\', '{"x":[1}', '{"a":tru}', '{"a":}', '{"x":"'])(
    'are not told apart in %j',
    (text) => expect(read(text)).toBeUndefined(),
  );

  it('behind the last are not looked for', () => {
    expect(read('{"a":1,"native":{"b":"', ['a', 'b'], 'native')).toEqual({ a: 1 });
    expect(read('{"a":{"native":1},"b":2}', ['a', 'b'], 'native')).toEqual({ a: { native: 1 }, b: 2 });
  });

  it('are what JSON.parse finds, in any object', () => {
    const object = fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.string()), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const whole = JSON.parse(text) as Record<string, unknown>;
        const found = read(text) ?? {};
        for (const name of ['a', 'b']) expect([name, found[name]]).toEqual([name, Object.hasOwn(whole, name) ? whole[name] : undefined]);
      }),
    );
  });
});

it('ends with the document of the sensor, as publish writes it', () => {
  const event = plainEvent({ labels: { z: 'last' }, native: Buffer.from('{"native":1}') });
  expect(eventText(event, plainContext()).endsWith(',"native":{"native":1}}')).toBe(true);
});
