import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from './framing.ts';

const MAX = 100;
/** Everything that comes of a stream that arrives in these chunks and then ends. */
function framed(chunks: readonly (string | Buffer)[], maxBytes = MAX) {
  const framer = new Framer(maxBytes);
  const messages: string[] = [];
  const dropped: Record<string, number> = {};
  let fault: string | null = null;
  let mostHeld = 0;
  const take = (found: ReturnType<Framer['push']>) => {
    messages.push(...found.messages.map(String));
    for (const [reason, count] of found.dropped) dropped[reason] = (dropped[reason] ?? 0) + count;
    fault ??= found.fault;
    mostHeld = Math.max(mostHeld, framer.heldBytes);
  };
  for (const chunk of chunks) if (fault === null) take(framer.push(Buffer.from(chunk)));
  take(framer.end());
  return { messages, dropped, isFaulty: fault !== null, mostHeld };
}
const octets = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('syslog framing', () => {
  it.each<[name: string, stream: string, messages: readonly string[], dropped?: Record<string, number>, isFaulty?: boolean]>([
    ['lines', '<1>a\n<2>b\n', ['<1>a', '<2>b']],
    ['lines that end as on Windows, and blank ones', '<1>a\r\n\n<2>b\r\n', ['<1>a', '<2>b']],
    ['a last line without an end', '<1>a\n<2>b', ['<1>a', '<2>b']],
    ['lines without a priority', 'kernel: a\n', ['kernel: a']],
    ['a line that ends with NUL', '<1>a\0\n', ['<1>a']],
    ['a NUL inside', '<1>a\0b\n', ['<1>a\0b']],
    ['counted messages', octets('<1>a') + octets('<2>b'), ['<1>a', '<2>b']],
    ['counted messages with line breaks inside', octets('<1>a\nb\nc'), ['<1>a\nb\nc']],
    ['counted messages with newlines between', `${octets('<1>a')}\n${octets('<2>b')}\r\n`, ['<1>a', '<2>b']],
    ['octets, not characters', octets('<1>é€😀'), ['<1>é€😀']],
    ['a counted message without content', '0 ', ['0 ']], // no count begins with 0: a line
    ['a line above the limit', `<1>${'x'.repeat(200)}\n<2>b\n`, ['<2>b'], { 'too-large': 1 }],
    ['a message above the limit', octets('x'.repeat(200)) + octets('<2>b'), ['<2>b'], { 'too-large': 1 }],
    ['a message of exactly the limit', octets('x'.repeat(MAX)), ['x'.repeat(MAX)]],
    ['a line of exactly the limit', `${'x'.repeat(MAX)}\n`, ['x'.repeat(MAX)]],
    ['a message that is cut off', `${octets('<1>a')}20 <2>b`, ['<1>a'], { malformed: 1 }],
    ['a length that is cut off', `${octets('<1>a')}20`, ['<1>a'], { malformed: 1 }],
    ['a length that is too short', '3 <1>abc', ['<1>'], { malformed: 1 }, true],
    ['a length that is too long swallows the next, no more', '13 <1>a6 <2>bcd4 <3>e', ['<1>a6 <2>bcd4'], { malformed: 1 }, true],
    ['a length that is not believed', `${octets('<1>a')}999999999 <2>b`, ['<1>a'], { malformed: 1 }, true],
    ['a length of many digits', `${octets('<1>a')}${'9'.repeat(500)}`, ['<1>a'], { malformed: 1 }, true],
    ['no length', `${octets('<1>a')} <2>b`, ['<1>a'], { malformed: 1 }, true],
    ['a negative length', `${octets('<1>a')}-5 <2>b`, ['<1>a'], { malformed: 1 }, true],
  ])('reads %s, however it arrives', (_name, stream, messages, dropped = {}, isFaulty = false) => {
    for (const chunks of [[stream], [...Buffer.from(stream)].map((byte) => Buffer.from([byte]))])
      expect(framed(chunks)).toMatchObject({ messages, dropped, isFaulty });
  });

  it('holds no more than a message, of a line of 50 MB or a message that is said to have 60', () => {
    const chunk = Buffer.alloc(65_536, 'x');
    const many = Array.from({ length: 800 }, () => chunk);
    const lines = framed(['<1>a\n', ...many, '\n<2>b\n'], 65_536);
    expect(lines).toMatchObject({ messages: ['<1>a', '<2>b'], dropped: { 'too-large': 1 } });
    const counted = framed([octets('<1>a'), '60000000 ', ...many], 65_536);
    expect(counted).toMatchObject({ messages: ['<1>a'], dropped: { 'too-large': 1 } });
    expect([lines.mostHeld <= 65_536, counted.mostHeld]).toEqual([true, 0]);
  });

  it('gives back what was sent, in either framing and any chunks', () => {
    const message = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !/[\n\r\0]$|^[\n\r]/.test(text) && text.trim() !== '');
    fc.assert(
      fc.property(fc.array(message, { minLength: 1 }), fc.array(fc.integer({ min: 1, max: 40 })), fc.boolean(), (texts, sizes, isCounted) => {
        const sent = isCounted ? texts : texts.map((text) => `<9>${text.replaceAll('\n', ' ')}`);
        const stream = Buffer.from(sent.map((text) => (isCounted ? octets(text) : `${text}\n`)).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < stream.length; n += 1) {
          const size = sizes[n % Math.max(1, sizes.length)] ?? 7;
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(framed(chunks, 1_000)).toMatchObject({ messages: sent, dropped: {}, isFaulty: false });
      }),
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), (chunks) => {
        expect(framed(chunks.map((chunk) => Buffer.from(chunk))).mostHeld).toBeLessThanOrEqual(MAX);
      }),
    );
  });
});
