import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from '../../syslog/framing.ts';
import { leef } from '../../_formats/index.ts';
import { datagramOf, framed, writerOf } from './message.ts';
import type { Message, MessageOptions } from './message.ts';

const write = (value: Buffer | string, options: Partial<MessageOptions> = {}) =>
  writerOf({ header: null, format: null, maxMessageBytes: 1_000, ...options })({ value: Buffer.from(value) });
const written = (value: Buffer | string, options: Partial<MessageOptions> = {}): Message => {
  const message = write(value, options);
  if ('kind' in message) throw new Error(JSON.stringify(message));
  return message;
};

describe('a message', () => {
  it('is the bytes of the record, unread, where nothing stands before them', () => {
    expect(String(datagramOf(written('no json')))).toBe('no json');
  });

  it('keeps the digits of a document whose header is made from it', () => {
    const header = ({ time }: Readonly<Record<string, unknown>>) => `<134>${String(time)} `;
    const document = '{"time":1,"big":12345678901234567890}';
    expect(String(datagramOf(written(document, { header })))).toBe(`<134>1 ${document}`);
  });

  it('counts octets, not characters', () => {
    const message = written('{"a":"ü😀"}', { header: () => '\ufeffé ' });
    expect(message.bytes).toBe(datagramOf(message).length);
    expect(String(framed([message], 'octet-counting'))).toBe(`${message.bytes} \ufeffé {"a":"ü😀"}`);
  });

  it.each([
    ['as large as may be', 20, 'sent'],
    ['a byte larger', 19, 'too-large'],
  ])('%s is %s', (_name, maxMessageBytes, outcome) => {
    const message = write('{"a":"01234567890"}.', { maxMessageBytes });
    expect('kind' in message && message.kind === 'rejected' ? message.reason : 'sent').toBe(outcome);
  });

  it('of pairs is shortened by whole pairs until it fits, header and all', () => {
    const document = JSON.stringify({
      '@timestamp': '2026-11-26T03:00:00Z',
      event: { dataset: 'x', kind: 'event' },
      source: { ip: '10.0.0.1' },
      message: 'm'.repeat(2_000),
    });
    const header = () => `<134>1 - - - - - ${'s'.repeat(50)} `;
    const format = (maxBytes?: number) => leef(maxBytes === undefined ? {} : { maxBytes });
    const message = written(document, { header, format, maxMessageBytes: 500 });
    const text = String(datagramOf(message));
    expect(message.bytes).toBeLessThanOrEqual(500);
    expect(text).toContain('src=10.0.0.1');
    expect(text).not.toContain('msg=');
    expect(write(document, { header, format, maxMessageBytes: 80 })).toMatchObject({ kind: 'rejected', reason: 'too-large' });
  });

  it('that is no document is refused where it has to be read', () => {
    for (const value of ['no json', '[]', '7', '']) expect(write(value, { header: () => '' })).toMatchObject({ kind: 'rejected', reason: 'FORMAT_REFUSED' });
  });
});

describe('framing', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 20 });
  const messagesOf = (values: readonly Uint8Array[]) => values.map((value, n) => written(Buffer.from(value), { header: null, maxMessageBytes: 100 + n }));
  const read = (bytes: Buffer, cutAt: number) => {
    const framer = new Framer(1_000);
    return [framer.push(bytes.subarray(0, cutAt)), framer.push(bytes.subarray(cutAt)), framer.end()];
  };

  it('by octets gives any bytes back', () => {
    fc.assert(
      fc.property(bodies, fc.nat(200), (values, cutAt) => {
        const parts = read(framed(messagesOf(values), 'octet-counting'), cutAt);
        // The reader takes line ends off the end of a message.
        const trimmed = (value: Uint8Array) =>
          Buffer.from(value)
            .toString('latin1')
            .replace(/[\r\n\0]+$/, '');
        expect(parts.flatMap(({ messages }) => messages.map((message) => message.toString('latin1')))).toEqual(
          values.map(trimmed).filter((value) => value !== ''),
        );
        expect(parts.every(({ fault }) => fault === null)).toBe(true);
      }),
    );
  });

  it('by lines never makes two messages of one', () => {
    fc.assert(
      fc.property(bodies, (values) => {
        const text = framed(messagesOf(values), 'newline').toString('latin1');
        expect(text.split('\n')).toHaveLength(values.length + 1);
        expect(text).not.toContain('\r');
      }),
    );
  });

  it('by lines leaves JSON what it was', () => {
    const pretty = JSON.stringify({ a: [1, { b: 'x\ny' }] }, null, 2);
    const [line = ''] = String(framed([written(pretty)], 'newline')).split('\n');
    expect(JSON.parse(line)).toEqual(JSON.parse(pretty));
  });
});
