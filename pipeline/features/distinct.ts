/**
 * 64-bit hash of a text as 16 hex digits: two rounds of Murmur3's 32-bit mix with different seeds. Not for secrets; for counting distinct
 * values, where 10,000 of them collide with a probability of 3e-12.
 * @see A. Appleby, MurmurHash3 (public domain), finalizer fmix32.
 */
export function hash64Hex(text: string): string {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0xcc9e2d51);
    high = (high << 15) | (high >>> 17);
    low = Math.imul(low ^ unit, 0x1b873593);
    low = ((low << 13) | (low >>> 19)) + 0xe6546b64;
  }
  return hex32(mix(high ^ text.length)) + hex32(mix(low ^ Math.imul(text.length, 0x27d4eb2f)));
}

function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}
const hex32 = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

/** `set` (sorted) with `value` in its place, cut at `limit`: the least stay, whatever the order in which they come. The same array when nothing changes. */
export function withValue<T extends string | number>(set: readonly T[], value: T, limit: number): readonly T[] {
  let from = 0;
  let to = set.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (set[middle]! < value) from = middle + 1;
    else to = middle;
  }
  if (set[from] === value || from >= limit) return set;
  return [...set.slice(0, from), value, ...set.slice(from, limit - 1)];
}

/** Union of two sorted sets, sorted, cut at `limit`. */
export function union<T extends string | number>(a: readonly T[], b: readonly T[], limit: number): readonly T[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (out.length < limit && (i < a.length || j < b.length)) {
    const left = a[i];
    const right = b[j];
    if (right === undefined || (left !== undefined && left <= right)) {
      out.push(left!);
      i++;
      if (left === right) j++;
    } else {
      out.push(right);
      j++;
    }
  }
  return out;
}
