// Takes secrets out of text that leaves a task.

/** Below this, a secret is taken out only where it stands alone: taking out each `on` would leave nothing to read. */
const SHORT = 4;
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/**
 * @param secrets As they were resolved. Found as they are, as JSON and URLs write them, in base64 (of HTTP's Basic too), and each line of those with several.
 * @returns Replaces each with `***`.
 */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  // The longest first: one may hold another. No one expression of all: keys are longer than it may be.
  const spellings = [...new Set([...secrets].flatMap(spellingsOf))].filter((spelling) => spelling !== '').sort((x, y) => y.length - x.length);
  const long = spellings.filter(({ length }) => length >= SHORT);
  const short = spellings.filter(({ length }) => length < SHORT).map((spelling) => new RegExp(`(?<![A-Za-z0-9])${escaped(spelling)}(?![A-Za-z0-9])`, 'g'));
  return (text) => {
    let masked = text;
    for (const spelling of long) if (spelling.length <= masked.length && masked.includes(spelling)) masked = masked.replaceAll(spelling, '***');
    for (const pattern of short) masked = masked.replaceAll(pattern, '***');
    return masked;
  };
}

function spellingsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const wholes = [secret, secret.trim(), ...(lines.length > 1 ? lines.filter((line) => line.length >= 8) : [])];
  return wholes.flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
    ...(text.length < SHORT ? [] : inBase64(Buffer.from(text))),
  ]);
}

/** Alone, and within something longer, as a password behind a name and a colon: the digits that are the same wherever it begins. */
function inBase64(bytes: Buffer): readonly string[] {
  return (['base64', 'base64url'] as const).flatMap((alphabet) => [
    bytes.toString(alphabet),
    ...[0, 1, 2].map((before) => {
      const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString(alphabet);
      return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    }),
  ]);
}
