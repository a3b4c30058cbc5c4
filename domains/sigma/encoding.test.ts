import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Alignments, encodeText } from './encoding.ts';

it('gives the three alignments of the known example', () => {
  expect(base64Alignments(Buffer.from('/bin/bash'))).toEqual(['L2Jpbi9iYXNo', '9iaW4vYmFza', 'vYmluL2Jhc2']);
});

it('finds an alignment in the base64 of any text around it, whatever the neighbours are', () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  fc.assert(
    fc.property(bytes, fc.uint8Array({ minLength: 2, maxLength: 30 }), bytes, (before, needle, after) => {
      const encoded = Buffer.concat([before, needle, after]).toString('base64');
      expect(encoded).toContain(base64Alignments(needle)[before.length % 3]);
    }),
  );
});

it.each<[Parameters<typeof encodeText>[1], number[]]>([
  ['utf8', [0x61, 0xc3, 0xa9]],
  ['utf16le', [0x61, 0, 0xe9, 0]],
  ['utf16be', [0, 0x61, 0, 0xe9]],
  ['utf16', [0xff, 0xfe, 0x61, 0, 0xe9, 0]],
])('encodes %s', (encoding, bytes) => {
  expect([...encodeText('aé', encoding)]).toEqual(bytes);
});
