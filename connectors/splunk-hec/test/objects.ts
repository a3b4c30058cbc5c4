// JSON objects back to back, or in one array, as HEC reads them.

/** The text of each, broken or not; what cannot be told apart is one. */
export function objectsIn(body: Buffer): readonly string[] {
  const text = body.toString('utf8');
  const found: string[] = [];
  let depth = 0;
  let start = -1;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || (character === '[' && depth > 0)) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === '}' || (character === ']' && depth > 0)) {
      depth -= 1;
      if (depth < 0) break;
      if (depth === 0) {
        found.push(text.slice(start, at + 1));
        start = -1;
      }
    } else if (depth === 0 && !/[\s,[\]]/.test(character)) {
      found.push(text.slice(at)); // no object
      return found;
    }
  }
  if (start >= 0) found.push(text.slice(start));
  return found;
}
