/** The sensor's own name as it stands in a record, so that the records of one host keep their order; undefined when none is seen. */
export const sensorKey = (record: string): string | undefined =>
  /"(?:Hostname|@system|recipientAccountId|in_iface)":\s*"([^"]+)"/.exec(record)?.[1] ?? /^<\d+>\d+ \S+ (\S+)/.exec(record)?.[1];
