// Formats whose records lean on those before them: they come right only if the records of one sender stay in order, in one partition.
// A test of ingest compares the list with what the formats say of themselves.

export const ORDERED_FORMATS: readonly string[] = ['argus', 'auditd', 'aws-vpc-flow', 'iis', 'netflow', 'zeek-tsv'];

/** @param format Name of a decoder, or of several up to a dash; null = recognised later, so it may be any. */
export const mayNeedOrder = (format: string | null): boolean =>
  format === null || ORDERED_FORMATS.some((name) => name === format || name.startsWith(`${format}-`));
