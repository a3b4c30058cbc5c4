// Formats whose records lean on those before them: they come right only if the records of one sender stay in order, in one partition.
// A test of ingest compares the lists with what the formats say of themselves.

export const ORDERED_FORMATS: readonly string[] = ['argus', 'auditd', 'aws-vpc-flow', 'iis', 'netflow', 'zeek-tsv'];
/** Of the others those that one sensor may send more of than one partition takes. */
export const SPREAD_FORMATS: readonly string[] = [
  'cloudtrail',
  'ecs',
  'gcp',
  'generic-json',
  'kubernetes-audit',
  'ocsf',
  'otlp-logs',
  'suricata-eve',
  'windows',
  'zeek-json',
];

/** @param format Name of a decoder, or of several up to a dash. */
export const needsOrder = (format: string): boolean => ORDERED_FORMATS.some((name) => name === format || name.startsWith(`${format}-`));

/** @param format Undefined = recognised later, so it may be any; a name that is not known is of a declared format, which may have events of several lines. */
export const mayNeedOrder = (format: string | undefined): boolean => format === undefined || !SPREAD_FORMATS.includes(format);
