// Where the parts of a document become events, what stands beside the parts is kept with each of them. A document that is written for it would
// grow a thousandfold: half of it beside, the other half thousands of parts.

/** Sixteen times the largest record. */
const MAX_CHARS = 16 << 20;
/** Why such a document is kept as it is, unread. */
export const GROWS = 'what stands beside its parts would have to be kept too often';
/** @param chars What the parts' documents have in all of what they share. */
export const growsTooMuch = (chars: number): boolean => chars > MAX_CHARS;
