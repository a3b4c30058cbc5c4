// Tags of rules as names of ATT&CK.
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/i;
const TACTIC = /^attack\.([a-z][a-z_-]+)$/i;

/** Upper case, `T1003.001`, in the order of the tags, each once. */
export const techniquesOf = (tags: readonly string[]): readonly string[] => [
  ...new Set(tags.map((tag) => TECHNIQUE.exec(tag)?.[1]?.toUpperCase()).filter((one) => one !== undefined)),
];
/** With dashes, `credential-access`; groups and software (`attack.g0016`, `attack.s0002`) are none. */
export const tacticsOf = (tags: readonly string[]): readonly string[] => [
  ...new Set(tags.map((tag) => TACTIC.exec(tag)?.[1]?.toLowerCase().replaceAll('_', '-')).filter((one) => one !== undefined)),
];
