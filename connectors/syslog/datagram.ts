/** A datagram is one message (RFC 5426, 3.1), whatever line breaks are in it; only those at its end are none of it. Null = nothing is left. */
export function messageIn(datagram: Buffer): Buffer | null {
  let end = datagram.length;
  while (end > 0 && (datagram[end - 1] === 0x0a || datagram[end - 1] === 0x0d || datagram[end - 1] === 0)) end -= 1;
  return end === 0 ? null : datagram.subarray(0, end);
}
