// Byte forms of a text: UTF-16 and the three alignments of base64.

export type TextEncoding = 'utf8' | 'utf16le' | 'utf16be' | 'utf16';

/** `utf16` begins with a byte order mark and is little endian, as Windows writes it. */
export function encodeText(text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(text, 'utf8');
  const little = Buffer.from(text, 'utf16le');
  if (encoding === 'utf16be') return little.swap16();
  return encoding === 'utf16' ? Buffer.concat([Buffer.of(0xff, 0xfe), little]) : little;
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * The texts that appear in base64 when `bytes` begin at offset 0, 1 or 2 modulo 3 of what was encoded. Characters that also
 * depend on the neighbours are cut off, so a short input may leave nothing of an alignment: such are left out.
 */
export function base64Alignments(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2]
    .map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      const end = [0, 3, 2][(bytes.length + shift) % 3]!;
      return encoded.slice([0, 2, 3][shift], encoded.length - end);
    })
    .filter((text) => text !== '');
}
