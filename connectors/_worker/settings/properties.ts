// Java's properties files, as java.util.Properties.load reads them.

/** @returns Values by key; the last of equal keys. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const end = keyEnd(line);
    const separator = /^[ \t\f]*(?:[=:][ \t\f]*)?/.exec(line.slice(end))?.[0].length ?? 0;
    properties.set(unescape(line.slice(0, end)), unescape(line.slice(end + separator)));
  }
  return properties;
}

/** Lines without comments and blank ones, continued where they end in an odd number of backslashes. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let begun: string | null = null;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (begun === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const isContinued = (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    const whole: string = (begun ?? '') + (isContinued ? line.slice(0, -1) : line);
    if (!isContinued) lines.push(whole);
    begun = isContinued ? whole : null;
  }
  if (begun !== null) lines.push(begun);
  return lines;
}

/** Index of the first `=`, `:` or blank that is not escaped. */
function keyEnd(line: string): number {
  for (let index = 0; index < line.length; index += 1) {
    if (line[index] === '\\') index += 1;
    else if (/[=: \t\f]/.test(line[index]!)) return index;
  }
  return line.length;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
const unescape = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))?/gs, (_all, code: string | undefined, character: string | undefined) =>
    code !== undefined ? String.fromCharCode(Number.parseInt(code, 16)) : character === undefined ? '' : (ESCAPES[character] ?? character),
  );
