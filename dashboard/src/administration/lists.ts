/** Items of a text that has one on each line, or several with commas between; without repeats. */
export const itemsOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
];

/** For a field in which each stands on a line of its own. */
export const linesOf = (items: readonly string[]): string => items.join('\n');

export const isSameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((item, n) => item === b[n]);
