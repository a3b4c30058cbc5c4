import { describe, expect, it } from 'vitest';
import { GivenEvents } from './event-lines.ts';

const read = (line: string) => {
  const event = new GivenEvents().read(Buffer.from(line));
  return event === undefined ? undefined : { ...event, event: Buffer.from(event.event).toString() };
};

describe('GivenEvents', () => {
  it.each<[name: string, line: string, event: ReturnType<typeof read>]>([
    [
      'reads the members in any order',
      '{"event":{"a":[1,"}"]},"logsource":{"product":["X"]},"id":"e"}',
      { id: 'e', logsource: { product: ['x'], category: [], service: [] }, event: '{"a":[1,"}"]}' },
    ],
    [
      'takes blanks and other members',
      ' { "id" : 7 , "kind":"k", "n": -1.5e3, "t":true,"logsource" : {"category":"c","service":null} , "event" : { } } ',
      { id: '7', logsource: { product: [], category: ['c'], service: [] }, event: '{ }' },
    ],
    [
      'keeps escapes',
      '{"event":{"a":"\\"{\\\\"},"logsource":{}}',
      { id: undefined, logsource: { product: [], category: [], service: [] }, event: '{"a":"\\"{\\\\"}' },
    ],
    ['leaves other lines alone', '{"EventID":1}', undefined],
    ['leaves an event alone that is no object', '{"event":"a","logsource":{}}', undefined],
    ['leaves a log source alone that is no object', '{"event":{},"logsource":[]}', undefined],
    ['leaves repeated members alone', '{"event":{},"event":{},"logsource":{}}', undefined],
    ['leaves broken lines alone', '{"event":{},"logsource":{}', undefined],
    ['leaves text alone', 'hello', undefined],
  ])('%s', (_name, line, event) => {
    expect(read(line)).toEqual(event);
  });
});
