/** The consumer group of a sink connector, by its name, as Kafka Connect has it; also its stage in the ledger. */
export const groupOf = (connector: string): string => `connect-${connector}`;
