// Regular expressions that users write: RE2's, in linear time.
import { RE2JS } from 're2js';

/** What is wrong with a regular expression; null = nothing. */
export function wrongWith(source: string): string | null {
  try {
    RE2JS.compile(source);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
