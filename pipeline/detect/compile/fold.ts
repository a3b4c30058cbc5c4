// What "ignoring case" means here: texts are compared after folding, on the side of the rule and of the event alike.

/**
 * Lower case, independent of position: final sigma becomes sigma, long s becomes s. So a part of a text folds to the same part
 * of the folded text, and what a case-insensitive regular expression takes for an ASCII letter folds to that letter.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // V8 answers at once for texts that hold one byte a character.
  return lower.includes('\u03c2') || lower.includes('\u017f') ? lower.replaceAll('\u03c2', '\u03c3').replaceAll('\u017f', 's') : lower;
}

/** In place of every character that has no code of its own. */
export const OTHER = 0x03;
/** Latin-1 except most controls: code and character are the same. */
export const hasCode = (unit: number): boolean => (unit >= 0x20 && unit <= 0xff) || unit === 0x0a || unit === 0x0d || unit === 0x09;
/** What texts made of such characters only look like. */
export const CODED_TEXT = /^[\t\n\r\x20-\xff]*$/;

/** No character beyond ASCII, and no control but the three that have codes. */
export const ASCII_TEXT = /^[\t\n\r\x20-\x7f]*$/;

/** Codes of a folded text, one for each UTF-16 unit. @returns the offset behind the last one; `to` must have room for `text.length` more. */
export function writeCodes(text: string, to: Uint8Array, offset: number): number {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    to[offset + i] = hasCode(unit) ? unit : OTHER;
  }
  return offset + text.length;
}
