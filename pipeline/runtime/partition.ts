/**
 * Kafka's murmur2 of a key, as every Java client computes it.
 *
 * @returns A signed 32-bit integer.
 * @see org.apache.kafka.common.utils.Utils.murmur2
 */
export function murmur2(key: Uint8Array): number {
  const length = key.length;
  const whole = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(key[i]! | (key[i + 1]! << 8) | (key[i + 2]! << 16) | (key[i + 3]! << 24), 0x5bd1e995);
    k ^= k >>> 24;
    h = Math.imul(h, 0x5bd1e995) ^ Math.imul(k, 0x5bd1e995);
  }
  const rest = length & 3;
  if (rest === 3) h ^= key[whole + 2]! << 16;
  if (rest >= 2) h ^= key[whole + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ key[whole]!, 0x5bd1e995);
  h ^= h >>> 13;
  h = Math.imul(h, 0x5bd1e995);
  return h ^ (h >>> 15);
}

/** The partition of a key among `count`. Text counts as its UTF-8 bytes. Java clients choose the same one. */
export const partitionFor = (key: Uint8Array | string, count: number): number =>
  (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % count;
