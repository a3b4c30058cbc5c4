// Names that a reader would take for others: in the audit, on alerts, in a list of users.

/** Alphabets whose letters are drawn like those of another. */
const ALPHABETS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u, /\p{Script=Coptic}/u];

/**
 * Why a name may be taken for another one; null = it may not.
 * @see Unicode Technical Standard 39, sections 4 and 5.2; unlike there, alphabets that no other one looks like may be mixed
 */
export function whyAlike(name: string): string | null {
  if (name.normalize('NFKC') !== name.normalize('NFC')) return 'Ordinary letters, not those of other widths or of mathematics: they look like other names.';
  if (ALPHABETS.filter((alphabet) => alphabet.test(name)).length > 1) return 'Letters of one alphabet: those of another look the same.';
  return null;
}
