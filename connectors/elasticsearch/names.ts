// Names of data streams and indices.

/**
 * A value as a part of a name: small letters; what names cannot hold becomes `_`, and so does a dash in what Elastic's naming of data streams
 * (`type-dataset-namespace`) sets apart by dashes.
 */
export function spelled(value: string, placeholder: string): string {
  const name = value.toLowerCase().replaceAll(/[^\p{L}\p{N}._+-]/gu, '_');
  return placeholder === 'topic' ? name : name.replaceAll('-', '_');
}

/** Whether a pattern of an index template takes a name; `*` in the name stands for a part that is not known yet, which only `*` takes. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return pattern === name;
  if (!name.startsWith(first)) return false;
  const last = others.pop()!;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
