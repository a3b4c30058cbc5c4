// Takes secrets out of text that leaves a task.

/** Below this, a secret is taken out only where it stands alone: taking out each `on` would leave nothing to read. */
const SHORT = 4;
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/**
 * @param secrets As they were resolved. Found as they are, as JSON and URLs write them, in base64, and each line of those with several.
 * @returns Replaces each with `***`.
 */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  const spellings = new Set([...secrets].flatMap(spellingsOf).filter((spelling) => spelling !== ''));
  if (spellings.size === 0) return (text) => text;
  const patterns = [...spellings]
    .sort((a, b) => b.length - a.length) // the longest first: one may hold another
    .map((spelling) => (spelling.length < SHORT ? `(?<![A-Za-z0-9])${escaped(spelling)}(?![A-Za-z0-9])` : escaped(spelling)));
  const pattern = new RegExp(patterns.join('|'), 'g');
  return (text) => text.replaceAll(pattern, '***');
}

function spellingsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const wholes = [secret, secret.trim(), ...(lines.length > 1 ? lines.filter((line) => line.length >= 8) : [])];
  return wholes.flatMap((text) => {
    const base64 = Buffer.from(text).toString('base64');
    return [
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(text.toWellFormed()),
      ...(text.length < SHORT ? [] : [base64, base64.replace(/=+$/, ''), Buffer.from(text).toString('base64url')]),
    ];
  });
}
