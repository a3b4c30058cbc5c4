/** The technique above a sub-technique, or itself: `T1003` of `T1003.001`. */
export const familyOf = (technique: string): string => technique.split('.', 1)[0] ?? technique;
